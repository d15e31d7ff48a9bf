"""Other packages understand our results, and agree with them."""

from __future__ import annotations

import numpy as np
import pytest

import interphase as ip
from interphase.interoperability import identifiers

MIXING = 0.3
SPLITTING = 1.18


def line(u):
    return np.exp(-4 * np.log(2) * (1 - MIXING) * u**2) / (1 + 4 * MIXING * u**2)


GRID = np.linspace(-100, 100, 1_000_001)
NORM = np.sum(line(GRID)) * (GRID[1] - GRID[0])
# The width of a component is the true one; the line above is this much wider than 1.
WIDTH = 2 * np.interp(-0.5, -line(GRID[500_000:]), GRID[500_000:])


def drawn(energies, parameters):
    """The model of the fit, written down anew: two doublets and a Shirley step under them, trapezoid by trapezoid."""
    peaks = np.zeros_like(energies)
    for name in ("S_2", "PS4_3"):
        position, width, area = (parameters[f"{name}_{key}"] for key in ("position", "width", "area"))
        width /= WIDTH
        for share, offset in ((2 / 3, 0), (1 / 3, SPLITTING)):
            peaks += share * area / (width * NORM) * line((energies - position - offset) / width)
    steps = np.concatenate(([0], np.cumsum(np.diff(energies) * (peaks[1:] + peaks[:-1]) / 2)))
    return parameters["background_constant"] + parameters["background_shirley_per_eV"] * steps + peaks


def test_names_become_identifiers_without_clashes():
    names = identifiers(["PS4 3-.area", "PS4 3+.area", "2.x", "-", "é.area"])
    assert all(name.isidentifier() for name in names.values()) and len(set(names.values())) == len(names)


def test_lmfit_draws_the_same_curve_from_our_parameters(fit):
    parameters = fit.to_lmfit()
    assert np.allclose(drawn(fit.binding_energies, parameters.valuesdict()), fit.envelope, rtol=1e-6)
    names = identifiers(fit.parameter_names)
    for index, name in enumerate(fit.parameter_names):
        assert parameters[names[name]].user_data == name
        assert parameters[names[name]].stderr == pytest.approx(np.sqrt(fit.covariance[index, index]))


def test_lmfit_finds_the_same_minimum_and_the_same_uncertainties(fit):
    """lmfit starts somewhere else, with the weights that the fit ended with, and comes to the same numbers."""
    import lmfit

    ours = fit.to_lmfit()
    start = ours.copy()
    for parameter in start.values():
        parameter.value *= 1.0004 if "position" in parameter.name else 1.05

    def residual(parameters):
        return (fit.intensities - drawn(fit.binding_energies, parameters.valuesdict())) / fit.standard_deviations

    result = lmfit.minimize(residual, start, scale_covar=False, xtol=1e-12, ftol=1e-12)
    assert result.chisqr == pytest.approx(fit.chi2, rel=1e-6)
    for name, parameter in ours.items():
        assert result.params[name].value == pytest.approx(parameter.value, abs=2e-2 * parameter.stderr)
        assert result.params[name].stderr == pytest.approx(parameter.stderr, rel=1e-2)
    first, second = "S_2_area", "PS4_3_area"
    assert result.params[first].correl[second] == pytest.approx(ours[first].correl[second], abs=0.02)


def test_uncertainties_propagates_as_we_do(fit):
    numbers = fit.ufloats()
    share = numbers["S 2-.area"] / (numbers["S 2-.area"] + numbers["PS4 3-.area"])
    assert share.nominal_value == pytest.approx(fit["S 2-"].fraction.value)
    assert share.std_dev == pytest.approx(fit["S 2-"].fraction.u, rel=1e-6)


def test_h5py_reads_our_nexus_files(tmp_path, spectrum):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "one.nxs"
    spectrum.write(path)
    with h5py.File(path) as file:
        entry = file[file.attrs.get("default") or next(iter(file))]
        assert entry.attrs["NX_class"] == "NXentry"
        data = entry[entry.attrs["default"]]
        assert data.attrs["NX_class"] == "NXdata"
        signal, axis = data[data.attrs["signal"]], data[np.atleast_1d(data.attrs["axes"])[0]]
        assert np.array_equal(np.sort(signal[()].ravel()), np.sort(spectrum.intensities))
        assert axis.attrs["units"] == "eV"
        kinetic = axis[()].max() > 1000
        assert np.allclose(axis[()], spectrum.kinetic_energies if kinetic else spectrum.binding_energies, atol=1e-6)


def test_nexusformat_plots_our_nexus_files(tmp_path, spectrum):
    nexus = pytest.importorskip("nexusformat.nexus")
    path = tmp_path / "one.nxs"
    spectrum.write(path)
    shown = nexus.nxload(str(path)).plottable_data
    assert np.array_equal(np.asarray(shown.nxsignal), spectrum.intensities)
    assert np.allclose(np.asarray(shown.nxaxes[0]), spectrum.energies)


def test_the_reader_of_hyperspy_reads_our_nexus_files(tmp_path, spectrum):
    """RosettaSciIO is what ``hyperspy.api.load`` reads with."""
    reader = pytest.importorskip("rsciio.nexus").file_reader
    path = tmp_path / "one.nxs"
    spectrum.write(path)
    signal = reader(str(path))[0]
    (axis,) = signal["axes"]
    assert np.array_equal(signal["data"], spectrum.intensities) and axis["units"] == "eV"
    assert np.allclose(axis["offset"] + axis["scale"] * np.arange(axis["size"]), spectrum.energies, atol=1e-6)
    pattern = ip.simulate_pattern({"LiCoO2": 1}, two_theta=(15, 40))
    pattern.write(path)
    signal = reader(str(path))[0]
    assert np.array_equal(signal["data"], pattern.intensities) and signal["axes"][0]["units"] == "deg"


def test_plots_draw(fit, spectrum):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot

    main, below = fit.plot()
    assert main.xaxis_inverted() and len(below.lines) == 2
    assert np.array_equal(main.lines[1].get_ydata(), fit.envelope)
    figure, axes = pyplot.subplots()
    assert fit.plot(axes) is axes and spectrum.plot(color="red").lines[0].get_color() == "red"
    series = ip.fit_series(ip.PeakModel("S 2p", [ip.Doublet("S 2-", 160.2), ip.Doublet("b", 161.6)]), [spectrum, spectrum])
    assert len(series.plot().containers) == len(series.tracks)
    pyplot.close("all")
