"""Many fits with one model: NumPy arrays in, NumPy arrays out."""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._native import FloatArray
from .errors import ArgumentError, BatchInterrupted

if TYPE_CHECKING:
    import pandas
    import xarray

    from .models import PeakModel
    from .spectra import Spectrum

#: How the fit of a spectrum ended, by its number in `FitTable.outcomes`.
OUTCOMES = ("converged", "not converged", "undetermined", "failed", "not fitted")
_QUANTITIES = ("position", "width", "area", "fraction")
# Batches of fewer spectra end before anybody could press a key.
_SHORT = 512


@dataclass(frozen=True)
class QuickFit:
    """The numbers of one fit.

    Attributes
    ----------
    names : list of str
        The free parameters.
    values, uncertainties : ndarray
        One number for each of them; NaN for the uncertainty of a parameter on a bound.
    chi2 : float
        The weighted sum of squared residuals.
    outcome : str
        ``"converged"``, ``"not converged"``, ``"undetermined"`` or ``"failed"``.
    """

    names: list[str]
    values: FloatArray
    uncertainties: FloatArray
    chi2: float
    outcome: str

    @property
    def converged(self) -> bool:
        """Whether the fit ended at a minimum."""
        return self.outcome == "converged"

    def __getitem__(self, name: str) -> float:
        return float(self.values[self.names.index(name)])


@dataclass(frozen=True)
class FitTable:
    """The numbers of many fits; rows belong to spectra.

    Attributes
    ----------
    names : list of str
        The free parameters: the columns of `values` and `uncertainties`.
    components : list of str
        The components: the second axis of `quantities`.
    values, uncertainties : ndarray (spectra, parameters)
        NaN where a spectrum could not be fitted; the uncertainty of a parameter on a bound is NaN.
    covariances : ndarray (spectra, parameters, parameters) or None
        Where they were asked for.
    quantities : ndarray (spectra, components, 4, 2) or None
        Position (eV), true width (eV), area and share of each component; value and standard uncertainty.
    chi2 : ndarray (spectra,)
        The weighted sums of squared residuals.
    outcomes : ndarray (spectra,)
        Numbers that `OUTCOMES` names.
    points : int
        The number of points of each spectrum.
    """

    names: list[str]
    components: list[str]
    values: FloatArray
    uncertainties: FloatArray
    covariances: FloatArray | None
    quantities: FloatArray | None
    chi2: FloatArray
    outcomes: NDArray[np.int32]
    points: int

    def __len__(self) -> int:
        return len(self.chi2)

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which fits converged."""
        return np.asarray(self.outcomes == 0)

    def __getitem__(self, name: str) -> FloatArray:
        """The values of a parameter, ``table["PS4 3-.area"]``."""
        return np.asarray(self.values[:, self.names.index(name)])

    def quantity(self, component: str, quantity: str) -> tuple[FloatArray, FloatArray]:
        """Values and uncertainties of ``"position"``, ``"width"``, ``"area"`` or ``"fraction"`` of a component."""
        if self.quantities is None:
            raise ArgumentError("the quantities were not asked for: fit_many(..., quantities=True)")
        if component not in self.components or quantity not in _QUANTITIES:
            raise ArgumentError(
                f"{quantity} of {component}: expected one of {', '.join(_QUANTITIES)} of one of "
                + ", ".join(self.components)
            )
        both = self.quantities[:, self.components.index(component), _QUANTITIES.index(quantity)]
        return both[:, 0], both[:, 1]

    def to_frame(self) -> pandas.DataFrame:
        """A pandas table: a row for each spectrum; parameters, their uncertainties, quantities where asked for."""
        import pandas

        columns: dict[str, Any] = {"outcome": pandas.Categorical.from_codes(self.outcomes, pandas.Index(list(OUTCOMES)))}
        columns["chi2"] = self.chi2
        for index, name in enumerate(self.names):
            columns[name], columns[f"{name}_u"] = self.values[:, index], self.uncertainties[:, index]
        if self.quantities is not None:
            for component in self.components:
                for quantity in _QUANTITIES:
                    name = f"{component}.{quantity}"
                    if name not in columns:
                        columns[name], columns[f"{name}_u"] = self.quantity(component, quantity)
        return pandas.DataFrame(columns)

    def to_xarray(self, **coordinates: ArrayLike) -> xarray.Dataset:
        """An xarray dataset: `coordinates`, such as ``cycle=[0, 1, 200]``, name the spectra."""
        import xarray

        name, places = next(iter(coordinates.items())) if coordinates else ("spectrum", np.arange(len(self)))
        data: dict[str, Any] = {
            "value": ((name, "parameter"), self.values),
            "uncertainty": ((name, "parameter"), self.uncertainties),
            "chi2": ((name,), self.chi2),
            "outcome": ((name,), self.outcomes),
        }
        axes: dict[str, Any] = {name: np.asarray(places), "parameter": self.names}
        if self.quantities is not None:
            axes["component"] = self.components
            for index, quantity in enumerate(_QUANTITIES):
                data[quantity] = ((name, "component"), self.quantities[:, :, index, 0])
                data[f"{quantity}_u"] = ((name, "component"), self.quantities[:, :, index, 1])
        return xarray.Dataset(data, coords=axes)


class _Scratch(threading.local):
    """Memory for fits one by one, for each thread its own."""

    batch: _native.Batch | None = None


class PreparedModel:
    """A model made ready for many spectra that differ from one in nothing but intensities.

    Parameters
    ----------
    model : PeakModel
        The model.
    spectrum : Spectrum
        It has the energies, the unit and the calibration of all.

    Attributes
    ----------
    names : list of str
        The free parameters.
    components : list of str
        The components.
    points : int
        The number of points of each spectrum.
    """

    def __init__(self, model: PeakModel, spectrum: Spectrum) -> None:
        self._handle = _native.handle("interphase_prepare", model._handle.value, spectrum._handle.value)
        info = _native.document("interphase_prepared_info", self._handle.value)
        self.names: list[str] = info["parameters"]
        self.components: list[str] = info["components"]
        self.points: int = info["points"]
        self._scratch = _Scratch()

    def fit(self, intensities: ArrayLike) -> QuickFit:
        """Fits one spectrum, at the price of the fit and some microseconds.

        Parameters
        ----------
        intensities : array_like
            One for each point, in the order of the prepared spectrum.

        Returns
        -------
        QuickFit
            The free parameters. Components, curves and findings are in what `PeakModel.fit` gives.
        """
        numbers = np.ascontiguousarray(intensities, dtype=np.float64)
        if numbers.ndim != 1 or numbers.size != self.points:
            raise ArgumentError(f"intensities of the shape {numbers.shape}; expected {self.points} numbers")
        scratch = self._scratch
        batch = scratch.batch
        if batch is None:
            batch = self._lay_out(scratch)
        batch.intensities = _native.address(numbers)
        self._run(scratch.pointer)
        results = scratch.results.copy()
        count = len(self.names)
        return QuickFit(
            self.names, results[:count], results[count:-1], float(results[-1]), OUTCOMES[scratch.outcome.value]
        )

    def _lay_out(self, scratch: Any) -> _native.Batch:
        count = len(self.names)
        scratch.results = np.empty(2 * count + 1)
        scratch.outcome = ctypes.c_int32()
        first = _native.address(scratch.results)
        batch = _native.Batch(
            size=ctypes.sizeof(_native.Batch),
            spectra=1,
            points=self.points,
            workers=1,
            values=first,
            uncertainties=first + 8 * count,
            chi2=first + 16 * count,
            outcomes=ctypes.addressof(scratch.outcome),
        )
        scratch.pointer = ctypes.byref(batch)
        scratch.batch = batch
        return batch

    def _run(self, pointer: Any) -> None:
        # The error is looked for when there is one.
        if _native.library.interphase_fit_many(self._handle.value, pointer, None) != 0:
            _native.call("interphase_fit_many", self._handle.value, pointer)

    def fit_many(
        self,
        intensities: ArrayLike,
        *,
        variances: ArrayLike | None = None,
        workers: int | None = None,
        quantities: bool = False,
        covariances: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> FitTable:
        """Fits each row of a matrix on all processors. Results do not depend, to the last bit, on their number.

        Ctrl-C stops it after the spectra that are being fitted and raises `BatchInterrupted`, which has the results.

        Parameters
        ----------
        intensities : array_like (spectra, points)
            One row for each spectrum. An array of float64 whose rows are contiguous is not copied.
        variances : array_like (spectra, points), optional
            The variance of each intensity, where they are known better than from counting.
        workers : int, optional
            How many spectra are fitted at a time; as many as there are processors if left out.
        quantities : bool
            Also compute position, width, area and share of each component with their uncertainties.
        covariances : bool
            Also give the covariance of the parameters.
        progress : callable, optional
            Called now and then with how many are done and how many there are.
        """
        matrix = self._matrix(intensities, "intensities")
        given = None if variances is None else self._matrix(variances, "variances")
        stride = matrix.strides[0] // 8
        if given is not None and (given.shape != matrix.shape or given.strides[0] // 8 != stride):
            if given.shape != matrix.shape:
                raise ArgumentError(f"variances of the shape {given.shape}; expected {matrix.shape}")
            matrix, given = np.ascontiguousarray(matrix), np.ascontiguousarray(given)
            stride = self.points
        spectra, count = matrix.shape[0], len(self.names)
        table = FitTable(
            names=self.names,
            components=self.components,
            values=np.full((spectra, count), np.nan),
            uncertainties=np.full((spectra, count), np.nan),
            covariances=np.full((spectra, count, count), np.nan) if covariances else None,
            quantities=np.full((spectra, len(self.components), 4, 2), np.nan) if quantities else None,
            chi2=np.full(spectra, np.nan),
            outcomes=np.full(spectra, OUTCOMES.index("not fitted"), dtype=np.int32),
            points=self.points,
        )
        if spectra == 0:
            return table
        cancel, done = ctypes.c_int32(), ctypes.c_int64()
        batch = _native.Batch(
            size=ctypes.sizeof(_native.Batch),
            intensities=_native.address(matrix),
            variances=None if given is None else _native.address(given),
            spectra=spectra,
            points=self.points,
            stride=stride,
            workers=0 if workers is None else _checked_workers(workers),
            cancel=ctypes.addressof(cancel),
            done=ctypes.addressof(done),
            values=_native.address(table.values),
            uncertainties=_native.address(table.uncertainties),
            covariances=None if table.covariances is None else _native.address(table.covariances),
            quantities=None if table.quantities is None else _native.address(table.quantities),
            chi2=_native.address(table.chi2),
            outcomes=_native.address(table.outcomes),
        )
        if spectra < _SHORT and progress is None:
            _native.call("interphase_fit_many", self._handle.value, ctypes.byref(batch))
        else:
            self._run_interruptibly(batch, cancel, done, table, progress)
        return table

    def _run_interruptibly(
        self,
        batch: _native.Batch,
        cancel: ctypes.c_int32,
        done: ctypes.c_int64,
        table: FitTable,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        """Runs a batch on a thread of its own, so that this one can hear of Ctrl-C."""
        failure: list[BaseException] = []
        ended = threading.Event()

        def run() -> None:
            try:
                _native.call("interphase_fit_many", self._handle.value, ctypes.byref(batch))
            except BaseException as error:  # noqa: BLE001 (handed to the thread that asked)
                failure.append(error)
            finally:
                ended.set()

        thread = threading.Thread(target=run, name="interphase batch", daemon=True)
        thread.start()
        try:
            while not ended.wait(0.1):
                if progress is not None:
                    progress(done.value, len(table))
        except BaseException as error:
            # The library writes into our arrays until it has stopped.
            cancel.value = 1
            while thread.is_alive():
                try:
                    thread.join()
                except KeyboardInterrupt:
                    continue
            if isinstance(error, KeyboardInterrupt):
                raise BatchInterrupted(table) from None
            raise
        thread.join()
        if failure:
            raise failure[0]
        if progress is not None:
            progress(len(table), len(table))

    def _matrix(self, values: ArrayLike, name: str) -> FloatArray:
        matrix = np.asarray(values, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[1] != self.points:
            raise ArgumentError(f"{name} of the shape {matrix.shape}; expected (spectra, {self.points})")
        rows_are_whole = matrix.strides[1] == 8 and matrix.strides[0] >= 8 * self.points
        if not rows_are_whole or matrix.strides[0] % 8 != 0 or not matrix.flags.aligned:
            matrix = np.ascontiguousarray(matrix)
        return matrix


def _checked_workers(workers: int) -> int:
    if not 1 <= workers <= 4096:
        raise ArgumentError(f"workers is {workers}; expected 1 to 4096")
    return workers


def fit_many(model: PeakModel, spectrum: Spectrum, intensities: ArrayLike, **options: Any) -> FitTable:
    """Fits each row of `intensities`, measured at the energies of `spectrum`; see `PreparedModel.fit_many`."""
    return PreparedModel(model, spectrum).fit_many(intensities, **options)
