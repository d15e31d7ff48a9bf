"""Figures with matplotlib. Energies fall from left to right, as usual for XPS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Sequence

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .diffraction import Identification
    from .fits import Fit
    from .series import SeriesFit
    from .spectra import Spectrum


def _axes(axes: Any) -> Any:
    import matplotlib.pyplot as pyplot

    return pyplot.subplots()[1] if axes is None else axes


def plot_spectrum(spectrum: Spectrum, axes: Axes | None = None, **style: Any) -> Axes:
    """Draws a spectrum against binding energy, or against kinetic energy where the photon energy is not known."""
    axes = _axes(axes)
    known = spectrum.info["axis"] == "binding" or spectrum.photon_energy is not None
    energies = spectrum.binding_energies if known else spectrum.kinetic_energies
    axes.plot(energies, spectrum.intensities, **{"color": "black", "linewidth": 1, "label": spectrum.name, **style})
    axes.set_xlabel("Binding energy (eV)" if known else "Kinetic energy (eV)")
    axes.set_ylabel(f"Intensity ({spectrum.unit})")
    if known and not axes.xaxis_inverted():
        axes.invert_xaxis()
    return axes


def plot_fit(fit: Fit, axes: Axes | Sequence[Axes] | None = None, *, residuals: bool = True, legend: bool = True) -> Any:
    """Draws data, envelope, background and components, and below them the residuals in standard deviations.

    Parameters
    ----------
    fit : Fit
        The fit.
    axes : Axes, or two Axes, optional
        Where to draw; with one, the residuals are left out.
    residuals, legend : bool
        Whether to draw them.

    Returns
    -------
    Axes, or two Axes
    """
    import matplotlib.pyplot as pyplot

    if axes is None and residuals:
        _, (main, below) = pyplot.subplots(
            2, 1, sharex=True, height_ratios=(4, 1), gridspec_kw={"hspace": 0.05}, figsize=(6, 5)
        )
    elif axes is None or not isinstance(axes, (list, tuple, np.ndarray)):
        main, below = _axes(axes), None
    else:
        main, below = axes
    energies = fit.binding_energies
    main.plot(energies, fit.intensities, ".", color="black", markersize=3, label="data")
    main.plot(energies, fit.envelope, color="tab:red", linewidth=1, label="fit")
    main.plot(energies, fit.background_curve, color="gray", linewidth=1, label="background")
    for name, curve in fit.component_curves.items():
        main.fill_between(energies, fit.background_curve, fit.background_curve + curve, alpha=0.35, label=name)
    main.set_ylabel(f"Intensity ({fit.document['unit']})")
    if legend:
        main.legend(fontsize="small")
    lowest = below or main
    lowest.set_xlabel("Binding energy (eV)")
    if not main.xaxis_inverted():
        main.invert_xaxis()
    if below is None:
        return main
    below.plot(energies, fit.residuals / fit.standard_deviations, color="black", linewidth=0.7)
    below.axhline(0, color="gray", linewidth=0.7)
    below.set_ylabel("residual (σ)")
    return main, below


def plot_series(
    series: SeriesFit, axes: Axes | None = None, quantities: Iterable[str] | None = None, **style: Any
) -> Axes:
    """Draws quantities of a series, all of them unless some are named, with standard uncertainties."""
    axes = _axes(axes)
    for name in series.tracks if quantities is None else quantities:
        track = series[name]
        axes.errorbar(
            series.places, track.values, yerr=track.uncertainties, **{"marker": "o", "capsize": 3, "label": name, **style}
        )
    axes.set_xlabel(series.variable + (f" ({series.unit})" if series.unit else ""))
    axes.legend(fontsize="small")
    return axes


def plot_identification(result: Identification, axes: Axes | None = None) -> Axes:
    """Draws a pattern with its background and the curves of the phases that were found."""
    axes = _axes(axes)
    curves = result.curves
    angles, background = curves.pop("two_theta"), curves["background"]
    axes.plot(angles, curves.pop("intensity"), color="black", linewidth=0.7, label="data")
    axes.plot(angles, curves.pop("background"), color="gray", linewidth=0.7, label="background")
    for name, curve in curves.items():
        axes.plot(angles, background + curve, linewidth=0.9, label=name)
    axes.set_xlabel("2θ (°)")
    axes.set_ylabel("Intensity")
    axes.legend(fontsize="small")
    return axes
