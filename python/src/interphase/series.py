"""Fits of spectra that were measured along a variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Sequence

import numpy as np

from . import _native
from ._native import FloatArray
from .errors import ArgumentError
from .fits import Finding, Fit
from .interruption import interruptible

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.axes import Axes

    from .models import PeakModel
    from .spectra import Spectrum


@dataclass(frozen=True)
class Track:
    """A quantity along a series.

    Attributes
    ----------
    quantity, unit : str
        ``"fraction of PS4 3-"``, its unit.
    values, uncertainties : ndarray
        One for each spectrum; the uncertainty is NaN where there is none.
    change : float or None
        The difference from the first to the last spectrum.
    change_u : float or None
        Its standard uncertainty, correlations included.
    p : float or None
        How probable such a change is where nothing changes.
    """

    quantity: str
    unit: str
    values: FloatArray
    uncertainties: FloatArray
    change: float | None
    change_u: float | None
    p: float | None

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Track:
        """The track in an entry of a document."""
        change = entry.get("change")
        difference = change["difference"] if change else {"value": None, "u": None}

        def column(key: str) -> FloatArray:
            return np.array([np.nan if number[key] is None else number[key] for number in entry["values"]], dtype=float)

        return cls(
            quantity=entry["quantity"],
            unit=entry["unit"],
            values=column("value"),
            uncertainties=column("u"),
            change=difference["value"],
            change_u=difference["u"],
            p=change["p"] if change else None,
        )


class SeriesFit:
    """The fit of a series.

    Attributes
    ----------
    document : dict
        The whole result, schema ``interphase.series/1``.
    variable : str
        What changes from spectrum to spectrum.
    places : ndarray
        Its values, rising.
    tracks : dict of str to Track
        The quantities that were asked for, by name.
    fits : list of Fit
        The fit of each spectrum, in the order of `places`.
    converged : bool
        Whether it ended at a minimum.
    findings : list of Finding
        About the series as a whole.
    """

    def __init__(self, document: dict[str, Any], fits: list[Fit]) -> None:
        self.document = document
        self.fits = fits
        self.variable: str = document["variable"]["name"]
        self.unit: str = document["variable"]["unit"]
        self.places: FloatArray = np.array(document["values"], dtype=float)
        self.tracks = {entry["quantity"]: Track.of(entry) for entry in document["tracks"]}
        self.converged: bool = document["convergence"]["converged"]
        self.reduced_chi2: float = document["statistics"]["reduced_chi2"]
        self.findings = [Finding.of(entry) for entry in document["findings"]]

    def __getitem__(self, quantity: str) -> Track:
        if quantity in self.tracks:
            return self.tracks[quantity]
        raise KeyError(f"no quantity is {quantity!r}; there are {list(self.tracks)}")

    def to_frame(self) -> pandas.DataFrame:
        """A pandas table: a row for each spectrum, columns for each quantity and its uncertainty."""
        import pandas

        columns: dict[str, Any] = {self.variable: self.places}
        for name, track in self.tracks.items():
            columns[name], columns[f"{name}_u"] = track.values, track.uncertainties
        return pandas.DataFrame(columns).set_index(self.variable)

    def to_xarray(self) -> xarray.Dataset:
        """An xarray dataset along the variable: each quantity, ``area``, ``fraction``, ``position``, ``width`` of each
        component, and their uncertainties behind ``_u``."""
        import xarray

        names = [component.name for component in self.fits[0].components]
        axis = self.variable
        data: dict[str, Any] = {}
        for key in ("position", "width", "area", "fraction"):
            quantities = [[getattr(component, key) for component in fit.components] for fit in self.fits]
            data[key] = ((axis, "component"), np.array([[q.value for q in row] for row in quantities]))
            data[f"{key}_u"] = (
                (axis, "component"),
                np.array([[np.nan if q.u is None else q.u for q in row] for row in quantities]),
            )
        for name, track in self.tracks.items():
            data[name] = ((axis,), track.values, {"unit": track.unit})
            data[f"{name}_u"] = ((axis,), track.uncertainties)
        coordinates = {axis: (axis, self.places, {"unit": self.unit}), "component": names}
        return xarray.Dataset(data, coords=coordinates)

    def plot(self, axes: Axes | None = None, quantities: Iterable[str] | None = None, **style: Any) -> Axes:
        """Draws quantities against the variable with matplotlib; see `plots.plot_series`."""
        from .plots import plot_series

        return plot_series(self, axes, quantities, **style)

    def __repr__(self) -> str:
        return f"<SeriesFit of {len(self.fits)} spectra along {self.variable}, reduced chi2 {self.reduced_chi2:.3f}>"


def fit_series(
    model: PeakModel,
    spectra: Sequence[Spectrum],
    *,
    variable: str | None = None,
    values: Sequence[float] | None = None,
    unit: str | None = None,
    joint: bool = True,
    share: Sequence[str] | None = None,
    smooth_shift: float | None = None,
    pristine: Sequence[str] | None = None,
    ratios: Sequence[tuple[Sequence[str], Sequence[str]]] | None = None,
    areas: bool = False,
    shifts: bool = False,
    mean_position: bool = False,
) -> SeriesFit:
    """Fits one model to spectra that were measured along a variable.

    Parameters
    ----------
    model : PeakModel
        The model of all spectra.
    spectra : sequence of Spectrum
        Two or more.
    variable : str, optional
        What changes: ``"cycle"``, ``"depth"``, ``"etch time"`` ...; without it what the spectra know themselves.
    values : sequence of float, optional
        Where each spectrum lies; 1, 2, 3 ... if neither these nor the spectra say it.
    unit : str, optional
        The unit of `values`.
    joint : bool
        Fit all as one least-squares problem, in which widths, splittings and shapes have one value.
    share : sequence of str, optional
        What is shared instead: ``"width"``, ``"position"`` ...
    smooth_shift : float, optional
        How much the shift of a calibration line changes from one spectrum to the next, eV.
    pristine : sequence of str, optional
        The species of the fresh material: everything else has decomposed.
    ratios : sequence of (above, below), optional
        Ratios of areas, each with the names above and below the line.
    areas, shifts, mean_position : bool
        Also give areas, the shift of each spectrum, the mean position of the signal.
    """
    kept = list(spectra)
    if not kept:
        raise ArgumentError("no spectra; a series needs two or more")
    options = _native.options(
        {
            "joint": joint,
            "variable": variable,
            "variable_unit": unit,
            "values": None if values is None else [float(value) for value in values],
            "share": None if share is None else list(share),
            "smooth_shift": smooth_shift,
            "pristine": None if pristine is None else list(pristine),
            "ratios": None if ratios is None else [[list(above), list(below)] for above, below in ratios],
            "areas": areas,
            "shifts": shifts,
            "mean_position": mean_position,
        }
    )
    handles = [spectrum._handle for spectrum in kept]

    def work() -> tuple[Any, list[_native.Handle]]:
        return _native.document_with_handles(
            "interphase_fit_series",
            model._handle.value,
            _native.handles(handles),
            len(handles),
            options,
            count=len(handles),
        )

    document, fits = interruptible(work)
    return SeriesFit(document, [Fit(handle) for handle in fits])
