"""Spectra, diffraction patterns, and the files that hold them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Iterator, Literal, Sequence

from numpy.typing import ArrayLike

from . import _native
from ._native import FloatArray, Handle
from .errors import ArgumentError

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

Unit = Literal["counts", "counts/s", "arbitrary"]
Axis = Literal["binding", "kinetic"]


@dataclass(frozen=True)
class Quantity:
    """A number with its standard uncertainty.

    Attributes
    ----------
    value : float
        The number.
    u : float or None
        Its standard uncertainty; None for a number that was held or stated.
    """

    value: float
    u: float | None = None

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        if self.u is None:
            return f"{self.value:.6g}"
        return f"{self.value:.6g} +- {self.u:.2g}"

    @classmethod
    def of(cls, entry: Any) -> Quantity:
        """The quantity in an entry ``{"value": x, "u": y}`` of a document."""
        return cls(float("nan") if entry["value"] is None else float(entry["value"]), entry["u"])


class Spectrum:
    """Intensities against energy, with all that is known of how they came about.

    Parameters
    ----------
    energies : array_like
        Energies in eV, in rising or falling order.
    intensities : array_like
        One intensity for each energy.
    level : str, optional
        The core level, ``"S 2p"``.
    name, sample : str, optional
        What the spectrum and the sample are called.
    axis : {"binding", "kinetic"}
        What `energies` count.
    photon_energy : float, optional
        In eV. Binding energy = photon energy - kinetic energy.
    unit : {"counts", "counts/s", "arbitrary"}
        The unit of `intensities`. Counts have the statistics that weights need.
    sweeps, dwell : optional
        How many sweeps were summed, and the time in s spent on one channel in one sweep.
    pass_energy : float, optional
        In eV.
    shift, shift_u : float, optional
        What is added to binding energies before a fit, and its standard uncertainty, in eV.
    variable, value, variable_unit : optional
        Where the spectrum lies in a series, as ``variable="cycle", value=200``.

    Raises
    ------
    ArgumentError
        For arrays of different length, numbers that are not finite, or energies out of order.
    """

    def __init__(
        self,
        energies: ArrayLike,
        intensities: ArrayLike,
        *,
        level: str | None = None,
        name: str | None = None,
        sample: str | None = None,
        axis: Axis = "binding",
        photon_energy: float | None = None,
        unit: Unit = "counts",
        sweeps: int | None = None,
        dwell: float | None = None,
        pass_energy: float | None = None,
        shift: float | None = None,
        shift_u: float | None = None,
        variable: str | None = None,
        value: float | None = None,
        variable_unit: str | None = None,
    ) -> None:
        places = _native.numbers(energies, "energies")
        numbers = _native.numbers(intensities, "intensities")
        if places.size != numbers.size:
            raise ArgumentError(f"{places.size} energies and {numbers.size} intensities; expected as many of both")
        options = _native.options(
            {
                "level": level,
                "name": name,
                "sample": sample,
                "axis": axis,
                "photon_energy": photon_energy,
                "unit": unit,
                "sweeps": sweeps,
                "dwell": dwell,
                "pass_energy": pass_energy,
                "shift": shift,
                "shift_u": shift_u,
                "variable": variable,
                "value": value,
                "variable_unit": variable_unit,
            }
        )
        self._handle = _native.handle(
            "interphase_spectrum_create", _native.address(places), _native.address(numbers), places.size, options
        )

    @classmethod
    def _owning(cls, handle: Handle) -> Spectrum:
        spectrum = cls.__new__(cls)
        spectrum._handle = handle
        return spectrum

    @cached_property
    def info(self) -> dict[str, Any]:
        """What is known of the spectrum, as ``interphase info --json`` writes it."""
        found: dict[str, Any] = _native.document("interphase_spectrum_info", self._handle.value)
        return found

    @property
    def name(self) -> str:
        """The name in the file."""
        return str(self.info["name"])

    @property
    def sample(self) -> str:
        """The name of the sample; empty where there is none."""
        return str(self.info["sample"])

    @property
    def level(self) -> str | None:
        """The core level, ``"S 2p"``; None where neither name nor energies tell it."""
        level: str | None = self.info["level"]
        return level

    @property
    def unit(self) -> str:
        """The unit of the intensities."""
        return str(self.info["unit"])

    @property
    def photon_energy(self) -> float | None:
        """The photon energy in eV; None where it is not known."""
        energy: float | None = self.info["photon_energy_eV"]
        return energy

    def __len__(self) -> int:
        return int(self.info["points"])

    def _copied(self, which: int) -> FloatArray:
        return _native.copied("interphase_spectrum_copy", self._handle, which, len(self))

    @cached_property
    def energies(self) -> FloatArray:
        """Energies in eV as the file has them, read-only."""
        return self._copied(0)

    @cached_property
    def binding_energies(self) -> FloatArray:
        """Binding energies in eV, in the order of the file, read-only. Raises where the photon energy is not known."""
        return self._copied(1)

    @cached_property
    def kinetic_energies(self) -> FloatArray:
        """Kinetic energies in eV, in the order of the file, read-only. Raises where the photon energy is not known."""
        return self._copied(2)

    @cached_property
    def intensities(self) -> FloatArray:
        """The intensities in `unit`, in the order of the file, read-only."""
        return self._copied(3)

    @cached_property
    def transmission(self) -> FloatArray | None:
        """The transmission of the analyser at each point; None where the file has none."""
        return self._copied(4) if self.info["transmission"] else None

    @cached_property
    def columns(self) -> dict[str, FloatArray]:
        """Further columns of the file by name, such as the curves of a fit by another program."""
        return {name: self._copied(16 + index) for index, name in enumerate(self.info["columns"])}

    def to_frame(self) -> pandas.DataFrame:
        """The spectrum as a pandas table: binding and kinetic energy where known, intensity, further columns."""
        import pandas

        data: dict[str, Any] = {}
        if self.info["axis"] == "binding" or self.photon_energy is not None:
            data["binding_energy_eV"] = self.binding_energies
        if self.info["axis"] == "kinetic" or self.photon_energy is not None:
            data["kinetic_energy_eV"] = self.kinetic_energies
        data["intensity"] = self.intensities
        return pandas.DataFrame({**data, **self.columns})

    def plot(self, axes: Axes | None = None, **style: Any) -> Axes:
        """Draws the spectrum with matplotlib and gives the axes."""
        from .plots import plot_spectrum

        return plot_spectrum(self, axes, **style)

    def svg(self) -> str:
        """A figure as Interphase draws it, as SVG."""
        return _native.text("interphase_spectrum_svg", self._handle.value)

    def _repr_svg_(self) -> str:
        return self.svg()

    def write(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Writes the spectrum; see `write`."""
        write([self], path, format)

    def __repr__(self) -> str:
        return f"<Spectrum {self.name!r}, {len(self)} points, {self.unit}>"


class Pattern:
    """A powder diffraction pattern.

    Parameters
    ----------
    two_theta : array_like
        Scattering angles in degrees.
    intensities : array_like
        One intensity for each angle.
    wavelength : str or float, optional
        ``"CuKa"``, ``"CuKa1"``, ``"CoKa"`` ..., or a wavelength in Angstrom.
    name, sample : str, optional
        What pattern and sample are called.
    unit : {"counts", "counts/s", "arbitrary"}
        The unit of `intensities`.
    time_per_step : float, optional
        In s; makes counts of counts/s.
    """

    def __init__(
        self,
        two_theta: ArrayLike,
        intensities: ArrayLike,
        *,
        wavelength: str | float | None = None,
        name: str | None = None,
        sample: str | None = None,
        unit: Unit = "counts",
        time_per_step: float | None = None,
    ) -> None:
        places = _native.numbers(two_theta, "two_theta")
        numbers = _native.numbers(intensities, "intensities")
        if places.size != numbers.size:
            raise ArgumentError(f"{places.size} angles and {numbers.size} intensities; expected as many of both")
        options = _native.options(
            {
                "wavelength": None if wavelength is None else str(wavelength),
                "name": name,
                "sample": sample,
                "unit": unit,
                "time_per_step": time_per_step,
            }
        )
        self._handle = _native.handle(
            "interphase_pattern_create", _native.address(places), _native.address(numbers), places.size, options
        )

    @classmethod
    def _owning(cls, handle: Handle) -> Pattern:
        pattern = cls.__new__(cls)
        pattern._handle = handle
        return pattern

    @cached_property
    def info(self) -> dict[str, Any]:
        """What is known of the pattern, as ``interphase info --json`` writes it."""
        found: dict[str, Any] = _native.document("interphase_pattern_info", self._handle.value)
        return found

    @property
    def name(self) -> str:
        """The name in the file."""
        return str(self.info["name"])

    @property
    def wavelength(self) -> float | None:
        """The wavelength in Angstrom; None where the file does not say it. None is ever assumed."""
        found: float | None = self.info["wavelength_A"]
        return found

    def __len__(self) -> int:
        return int(self.info["points"])

    @cached_property
    def _arrays(self) -> tuple[FloatArray, FloatArray]:
        import numpy

        places, numbers = numpy.empty(len(self)), numpy.empty(len(self))
        _native.call(
            "interphase_pattern_copy",
            self._handle.value,
            _native.address(places),
            _native.address(numbers),
            len(self),
        )
        places.flags.writeable = numbers.flags.writeable = False
        return places, numbers

    @property
    def axis(self) -> FloatArray:
        """The places as the file has them; ``info["axis"]`` says what they count."""
        return self._arrays[0]

    @property
    def intensities(self) -> FloatArray:
        """The intensities, read-only."""
        return self._arrays[1]

    def to_frame(self) -> pandas.DataFrame:
        """The pattern as a pandas table."""
        import pandas

        return pandas.DataFrame({str(self.info["axis"]): self.axis, "intensity": self.intensities})

    def write(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Writes the pattern; see `write`."""
        write([self], path, format)

    def __repr__(self) -> str:
        return f"<Pattern {self.name!r}, {len(self)} points>"


class SpectrumFile(Sequence[Spectrum]):
    """The spectra, or the diffraction patterns, of a file: a sequence of spectra that also knows levels and names.

    ``file[0]`` is the first spectrum, ``file["S 2p"]`` the one of that name or level.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self.info: dict[str, Any] = _native.document("interphase_file_info", handle.value)["files"][0]
        #: The name of the format, "VAMAS (ISO 14976)".
        self.format: str = self.info["format"]
        #: What the reader had to assume or found odd, a sentence each.
        self.notes: list[str] = self.info["notes"]
        self._cache: dict[int, Spectrum] = {}

    @cached_property
    def patterns(self) -> list[Pattern]:
        """The diffraction patterns of the file; empty for a file of spectra."""
        return [
            Pattern._owning(_native.handle("interphase_file_pattern", self._handle.value, index))
            for index in range(len(self.info.get("patterns") or []))
        ]

    @property
    def spectra(self) -> list[Spectrum]:
        """The spectra in the order of the file."""
        return list(self)

    def __len__(self) -> int:
        return len(self.info["spectra"])

    def __iter__(self) -> Iterator[Spectrum]:
        return (self._spectrum(index) for index in range(len(self)))

    def _spectrum(self, index: int) -> Spectrum:
        if index not in self._cache:
            handle = _native.handle("interphase_file_spectrum", self._handle.value, index)
            self._cache[index] = Spectrum._owning(handle)
        return self._cache[index]

    def __getitem__(self, key: Any) -> Any:
        """The spectrum of a number, a name or a level; spectra for a slice."""
        if isinstance(key, slice):
            return [self._spectrum(index) for index in range(*key.indices(len(self)))]
        if isinstance(key, str):
            return self._named(key)
        index = key.__index__()
        if not -len(self) <= index < len(self):
            raise IndexError(f"spectrum {index} of a file with {len(self)}")
        return self._spectrum(index % len(self))

    def _named(self, name: str) -> Spectrum:
        entries = self.info["spectra"]
        for matches in (
            [i for i, entry in enumerate(entries) if entry["name"] == name],
            [i for i, entry in enumerate(entries) if entry["level"] == name and entry["kind"] != "survey"],
        ):
            if len(matches) == 1:
                return self._spectrum(matches[0])
            if matches:
                raise KeyError(f"{len(matches)} spectra are {name!r}: choose one by its number, one of {matches}")
        known = ", ".join(repr(entry["name"]) for entry in entries)
        raise KeyError(f"no spectrum is {name!r}; there are {known}")

    def __repr__(self) -> str:
        return f"<SpectrumFile {self.info['file']!r}, {self.format}: {len(self) or len(self.patterns)} entries>"


def read(
    path: str | os.PathLike[str],
    *,
    technique: Literal["xps", "xrd"] | None = None,
    axis: Axis | None = None,
    photon_energy: float | None = None,
    unit: Unit | None = None,
    wavelength: str | float | None = None,
) -> SpectrumFile:
    """Reads a file of any known format, which its content tells.

    Parameters
    ----------
    path : path
        The file.
    technique : {"xps", "xrd"}, optional
        For columns of numbers that could be either.
    axis, photon_energy, unit : optional
        For files that do not say what their energies count, the photon energy in eV, the unit of intensities.
    wavelength : str or float, optional
        What patterns were measured with, ``"CuKa"`` or a wavelength in Angstrom.

    Returns
    -------
    SpectrumFile
        A sequence of spectra; ``.patterns`` holds those of a diffraction file.

    Raises
    ------
    MissingFileError, ReadError
        With line or byte.
    """
    options = _native.options(
        {
            "technique": technique,
            "axis": axis,
            "photon_energy": photon_energy,
            "unit": unit,
            "wavelength": None if wavelength is None else str(wavelength),
        }
    )
    return SpectrumFile(_native.handle("interphase_read", _native.path_bytes(path), options))


def write(
    items: Sequence[Spectrum] | Sequence[Pattern], path: str | os.PathLike[str], format: str | None = None
) -> None:
    """Writes spectra, or patterns, to a file.

    Parameters
    ----------
    items : sequence of Spectrum or of Pattern
        What to write.
    path : path
        Its extension says the format, unless `format` does.
    format : str, optional
        ``"vamas"``, ``"csv"``, ``"xy"``, ``"nexus"``; for patterns ``"xy"``, ``"xye"``, ``"csv"``, ``"cif"``, ``"nexus"``.
    """
    kept = [item._handle for item in items]
    if not kept:
        raise ArgumentError("nothing to write: expected at least one spectrum or pattern")
    _native.call(
        "interphase_write",
        _native.handles(kept),
        len(kept),
        _native.path_bytes(path),
        None if format is None else _native.checked(format),
    )
