"""Series, quantification, phases."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import AREAS, truth_of

import interphase as ip


@pytest.fixture(scope="module")
def series(model):
    spectra = [truth_of(**{"S 2-": area}).simulate(seed=i, constant=600) for i, area in enumerate((4000, 1000, 2000))]
    return ip.fit_series(
        model, spectra, variable="cycle", values=[200, 0, 1], pristine=["PS4 3-"], ratios=[(["S 2-"], ["PS4 3-"])], areas=True
    )


def test_a_series_is_in_the_order_of_its_variable(series):
    assert series.variable == "cycle" and list(series.places) == [0, 1, 200] and series.converged
    area = series["area of S 2-"]
    assert np.allclose(area.values, [1000, 2000, 4000], atol=5 * area.uncertainties.max())
    assert area.change == pytest.approx(area.values[2] - area.values[0]) and area.p < 1e-6 and area.change_u > 0
    widths = [fit["S 2-"].width.value for fit in series.fits]
    assert np.ptp(widths) < 1e-9  # shared
    assert [fit["S 2-"].area.value for fit in series.fits] == pytest.approx(list(area.values))
    ratio = next(track for name, track in series.tracks.items() if name.startswith("area of S 2- relative"))
    assert np.allclose(ratio.values, area.values / np.array([f["PS4 3-"].area.value for f in series.fits]))
    with pytest.raises(KeyError):
        series["colour"]


def test_series_for_other_packages(series):
    frame = series.to_frame()
    assert frame.index.name == "cycle" and list(frame.index) == [0, 1, 200]
    dataset = series.to_xarray()
    assert dataset["area"].sel(cycle=200, component="S 2-") == series.fits[2]["S 2-"].area.value
    assert dataset["fraction_u"].shape == (3, 2)


def test_series_errors(model, spectrum):
    with pytest.raises(ip.ArgumentError):
        ip.fit_series(model, [])
    with pytest.raises(ip.ArgumentError, match="2 values for 1 spectra"):
        ip.fit_series(model, [spectrum], values=[1, 2])
    with pytest.raises(ip.RecipeError, match="joint"):
        ip.fit_series(model, [spectrum, spectrum], joint=False, share=["width"])
    with pytest.raises(ip.FitError):
        ip.fit_series(model, [spectrum, spectrum], pristine=["Unobtainium"])
    one_by_one = ip.fit_series(model, [spectrum, spectrum], joint=False)
    assert not one_by_one.document["joint"] and len(one_by_one.fits) == 2


def test_spectra_that_know_their_place_say_it():
    model = ip.PeakModel("S 2p", [ip.Doublet("a", 161)])
    truth = ip.PeakModel("S 2p", [ip.Doublet("a", position=161, width=1, area=3000)], window=(158, 168)).simulate()
    spectra = [
        ip.Spectrum(truth.binding_energies, truth.intensities, level="S 2p", variable="depth", value=d) for d in (5, 0, 10)
    ]
    series = ip.fit_series(model, spectra)
    assert series.variable == "depth" and series.unit == "nm" and list(series.places) == [0, 5, 10]


def test_quantification_divides_areas_by_sensitivities():
    """Areas chosen so that there are four S for one P, with the factors that the result states."""
    sulfur = ip.PeakModel("S 2p", [ip.Doublet("PS4 3-", position=161.6, width=1, area=40000)], window=(158, 168))
    phosphorus = ip.PeakModel("P 2p", [ip.Doublet("PS4 3-", position=131.9, width=1, area=7000)], window=(126, 140))
    fits = [
        ip.PeakModel("S 2p", [ip.Doublet("PS4 3-", 161.6)], window=(158, 168)).fit(sulfur.simulate(constant=100, seed=1)),
        ip.PeakModel("P 2p", [ip.Doublet("PS4 3-", 131.9)], window=(126, 140)).fit(phosphorus.simulate(constant=100, seed=2)),
    ]
    result = ip.quantify(fits)
    atoms = {
        entry["element"]: entry["area"]["value"] / (entry["time_s"] * entry["sensitivity"] * entry["transmission"] * entry["escape_depth"])
        for entry in result.document["species"]
    }
    total = sum(atoms.values())
    for element, amount in result.elements.items():
        assert amount.atomic_percent.value == pytest.approx(100 * atoms[element] / total, rel=1e-9)
    assert sum(amount.atomic_percent.value for amount in result.elements.values()) == pytest.approx(100)
    wider = ip.quantify(fits, u_sensitivities=5)
    assert wider.elements["S"].atomic_percent.u > result.elements["S"].atomic_percent.u
    assert set(result.to_frame()["element"]) == {"S", "P"} and result.covariance.shape == (2, 2)
    tied = ip.quantify(fits, tie=["PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 0.1 %"])
    assert tied.elements["S"].atomic_percent.value == pytest.approx(80, abs=0.3)
    assert len(ip.review(fits).document["reviews"]) == 3
    for wrong in ({"escape_depth": "deep"}, {"tie": ["nonsense"]}, {"sensitivities": "/nowhere.csv"}, {"u_sensitivities": 500}):
        with pytest.raises(ip.InterphaseError):
            ip.quantify(fits, **wrong)


def test_phases_of_a_mixture_come_back(tmp_path):
    pattern = ip.simulate_pattern({"LiCoO2": 90, "Co3O4": 10}, two_theta=(15, 70), step=0.03, seed=4)
    result = ip.identify(pattern, elements=["Li", "Co", "O", "Ti"], ask=["Li2TiO3"])
    assert {phase.name for phase in result.phases} == {"LiCoO2", "Co3O4"}
    share = result["Co3O4"].weight_fraction
    assert share.value == pytest.approx(0.1, abs=max(5 * share.u, 0.01)) and result["Co3O4"].cell["a_A"] == pytest.approx(8.084, abs=0.01)
    assert [limit.name for limit in result.not_detected] == ["Li2TiO3"] and result.not_detected[0].weight_fraction_below < 0.05
    assert set(result.curves) == {"two_theta", "intensity", "background", "LiCoO2", "Co3O4"}
    assert len(result.to_frame()) == 2 and "LiCoO2" in repr(result)
    path = tmp_path / "mixture.csv"
    pattern.write(path)
    back = ip.read(path, technique="xrd")
    assert len(back) == 0 and np.array_equal(back.patterns[0].intensities, pattern.intensities)
    assert back.patterns[0].wavelength == pytest.approx(1.5406, abs=1e-3)
    arrays = ip.Pattern(pattern.axis, pattern.intensities, wavelength="CuKa")
    assert {phase.name for phase in ip.identify(arrays, elements=["Li", "Co", "O"]).phases} == {"LiCoO2", "Co3O4"}


def test_a_wavelength_is_never_assumed():
    bare = ip.Pattern(np.arange(10, 80, 0.05), np.full(1400, 100.0))
    assert bare.wavelength is None
    with pytest.raises(ip.PatternError, match="wavelength"):
        ip.identify(bare)
    with pytest.raises(ip.RecipeError, match="CoKa"):
        ip.Pattern([1, 2, 3], [1, 2, 3], wavelength="Xx")
    with pytest.raises(ip.RecipeError, match="symbol"):
        ip.identify(bare, elements=["Xx"], wavelength="CuKa")


def test_simulations_repeat_and_vary():
    truth = truth_of()
    assert np.array_equal(truth.simulate(seed=3).intensities, truth.simulate(seed=3).intensities)
    assert not np.array_equal(truth.simulate(seed=3).intensities, truth.simulate(seed=4).intensities)
    quiet = truth.simulate(noise=False, constant=100, shirley=0)
    # 0.05 eV a point; the window cuts little off.
    assert np.sum(quiet.intensities - 100) * 0.05 == pytest.approx(sum(AREAS.values()), rel=0.03)
    with pytest.raises(ip.FitError, match="no start value"):
        ip.PeakModel("S 2p", [ip.Doublet("a", 161)], window=(158, 168)).simulate()
