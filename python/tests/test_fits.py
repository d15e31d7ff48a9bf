"""One fit: known truth comes back, and every number agrees with every other."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import AREAS, POSITIONS, truth_of
from hypothesis import given, settings
from hypothesis import strategies as st

import interphase as ip


def test_truth_comes_back_within_its_uncertainty(model, truth):
    pulls = []
    for seed in range(40):
        fit = model.fit(truth.simulate(seed=seed, constant=600))
        assert fit.converged
        for component in fit.components:
            pulls.append((component.area.value - AREAS[component.name]) / component.area.u)
            pulls.append((component.position.value - POSITIONS[component.name]) / component.position.u)
    # 160 pulls of mean 0 and standard deviation 1.
    assert abs(np.mean(pulls)) < 0.35 and 0.8 < np.std(pulls) < 1.2


def test_curves_add_up_and_give_chi2(fit):
    total = fit.background_curve + sum(fit.component_curves.values())
    assert np.allclose(total, fit.envelope, rtol=1e-12)
    assert np.all(np.diff(fit.binding_energies) > 0)
    chi2 = np.sum((fit.residuals / fit.standard_deviations) ** 2)
    assert chi2 == pytest.approx(fit.chi2, rel=1e-9)
    assert fit.reduced_chi2 == pytest.approx(fit.chi2 / (len(fit.envelope) - len(fit.values)))
    # Poisson weights: variances are the counts that the model expects.
    assert np.allclose(fit.standard_deviations**2, fit.envelope, rtol=1e-3)


def test_components_are_what_numpy_draws(fit):
    """The line shape written down here anew: GL(30) as CasaXPS has it, doublets with 1.18 eV and 1:2."""
    mixing = 0.3

    def line(u):
        return np.exp(-4 * np.log(2) * (1 - mixing) * u**2) / (1 + 4 * mixing * u**2)

    grid = np.linspace(0, 100, 500_001)
    norm = 2 * np.sum(line(grid[:-1]) + line(grid[1:])) / 2 * grid[1]
    true_width = 2 * np.interp(-0.5, -line(grid), grid)
    for component in fit.components:
        position, width, area = component.position.value, component.width.value / true_width, component.area.value
        lines = 2 / 3 * line((fit.binding_energies - position) / width)
        lines += 1 / 3 * line((fit.binding_energies - position - 1.18) / width)
        expected = area / (width * norm) * lines
        assert np.allclose(fit.component_curves[component.name], expected, rtol=1e-6, atol=1e-6 * expected.max())


def test_given_variances_take_the_place_of_counting(model, spectrum):
    usual = model.fit(spectrum)
    variances = np.maximum(spectrum.intensities, 1)
    doubled = model.fit(spectrum, variances=4 * variances)
    single = model.fit(spectrum, variances=variances)
    assert doubled["S 2-"].area.u == pytest.approx(2 * single["S 2-"].area.u, rel=1e-3)
    assert single["S 2-"].area.value == pytest.approx(usual["S 2-"].area.value, abs=3 * usual["S 2-"].area.u)
    with pytest.raises(ip.ArgumentError):
        model.fit(spectrum, variances=variances[:-1])
    with pytest.raises(ip.FitError):
        model.fit(spectrum, variances=-variances)


def test_intervals_limits_and_systematics(fit):
    intervals = {(i.component, i.quantity, round(i.level, 2)): i for i in fit.intervals("profile")}
    area = fit["S 2-"].area
    one = intervals["S 2-", "area", 0.68]
    assert one.low < area.value < one.high
    assert one.high - area.value == pytest.approx(area.u, rel=0.15)
    monte_carlo = {(i.component, i.quantity, round(i.level, 2)): i for i in fit.intervals("monte-carlo", trials=200)}
    sampled = monte_carlo["S 2-", "area", 0.68]
    assert (sampled.high - sampled.low) / 2 == pytest.approx(area.u, rel=0.3)
    limit = fit.upper_limit("Li2S")
    assert 0 < limit.fraction < 0.1 and limit.level == pytest.approx(0.95)
    assert fit.systematic()["components"]
    with pytest.raises(ip.FitError):
        fit.upper_limit("Unobtainium")


def test_the_effective_recipe_repeats_the_fit(fit, spectrum):
    again = ip.PeakModel.from_yaml(fit.yaml).fit(spectrum)
    assert np.allclose(again.values, fit.values, rtol=1e-6)


def test_tables_and_texts(fit):
    frame = fit.to_frame()
    assert list(frame.index) == ["S 2-", "PS4 3-"] and frame.loc["S 2-", "area_u"] == fit["S 2-"].area.u
    assert list(fit.curves_frame().columns)[:4] == ["binding_energy_eV", "intensity", "background", "envelope"]
    assert "PS4 3-" in str(fit) and "reduced chi2" in repr(fit) and fit.svg().startswith("<")
    assert fit.html().rstrip().endswith("</html>") and fit.document["schema"] == "interphase.fit/1"
    assert {"constant", "shirley_per_eV"} == set(fit.background) and fit.shift.value == 0
    assert fit.at_bound == [] and fit.review().findings == fit.findings
    with pytest.raises(KeyError):
        fit["nothing"]


def test_calibration_is_fitted_with_its_uncertainty(truth):
    model = ip.PeakModel(
        "S 2p",
        [ip.Doublet(name, POSITIONS[name]) for name in AREAS],
        window=(158, 168),
        calibration=("PS4 3-", 161.6),
    )
    fit = model.fit(truth.simulate(charging=0.42, energies=(156, 170), seed=2))
    assert fit.shift.value == pytest.approx(-0.42, abs=4 * fit.shift.u) and fit.shift.u > 0
    assert fit["PS4 3-"].position.value == pytest.approx(161.6)


def test_the_wrong_window_is_an_error(model):
    elsewhere = ip.Spectrum(np.arange(400, 410, 0.1), np.full(100, 50.0))
    with pytest.raises(ip.FitError, match="158.0 to 168.0 eV holds no point"):
        model.fit(elsewhere)


# Laws that hold whatever the spectrum

UNWEIGHTED = ip.PeakModel(
    "S 2p", [ip.Doublet(name, POSITIONS[name]) for name in AREAS], window=(158, 168), weights="unweighted"
)


@settings(max_examples=12, deadline=None)
@given(factor=st.floats(1e-3, 1e4), seed=st.integers(0, 10**6))
def test_areas_scale_with_intensities_and_positions_do_not(factor, seed):
    spectrum = truth_of().simulate(seed=seed, constant=600)
    scaled = ip.Spectrum(spectrum.binding_energies, factor * spectrum.intensities, unit="arbitrary", level="S 2p")
    plain = ip.Spectrum(spectrum.binding_energies, spectrum.intensities, unit="arbitrary", level="S 2p")
    one, other = UNWEIGHTED.fit(plain), UNWEIGHTED.fit(scaled)
    for a, b in zip(one.components, other.components):
        assert b.area.value == pytest.approx(factor * a.area.value, rel=1e-4)
        assert b.area.u == pytest.approx(factor * a.area.u, rel=1e-3)
        assert b.position.value == pytest.approx(a.position.value, abs=1e-4)


@settings(max_examples=12, deadline=None)
@given(shift=st.floats(-30, 30), seed=st.integers(0, 10**6))
def test_positions_move_with_the_energies_and_nothing_else_does(shift, seed):
    spectrum = truth_of().simulate(seed=seed, constant=600)
    moved = ip.Spectrum(spectrum.binding_energies + shift, spectrum.intensities, level="S 2p")
    there = ip.PeakModel(
        "S 2p", [ip.Doublet(name, POSITIONS[name] + shift) for name in AREAS], window=(157.99 + shift, 168.01 + shift)
    )
    here = ip.PeakModel("S 2p", [ip.Doublet(name, POSITIONS[name]) for name in AREAS], window=(157.99, 168.01))
    for a, b in zip(here.fit(spectrum).components, there.fit(moved).components):
        assert b.position.value - a.position.value == pytest.approx(shift, abs=2e-4)
        assert b.area.value == pytest.approx(a.area.value, rel=1e-3)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_points_and_components_does_not_matter(seed):
    spectrum = truth_of().simulate(seed=seed, constant=600)
    turned = ip.Spectrum(spectrum.binding_energies[::-1], spectrum.intensities[::-1], level="S 2p")
    names = list(AREAS)
    one = ip.PeakModel("S 2p", [ip.Doublet(name, POSITIONS[name]) for name in names], window=(157.9, 168.1)).fit(spectrum)
    other = ip.PeakModel(
        "S 2p", [ip.Doublet(name, POSITIONS[name]) for name in reversed(names)], window=(157.9, 168.1)
    ).fit(turned)
    for name in names:
        assert other[name].area.value == pytest.approx(one[name].area.value, rel=1e-4)
        assert other[name].position.u == pytest.approx(one[name].position.u, rel=1e-3)
