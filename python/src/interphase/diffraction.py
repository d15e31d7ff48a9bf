"""The phases of powder diffraction patterns."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Mapping, Sequence

import numpy as np

from . import _native
from ._native import FloatArray
from .interruption import interruptible
from .spectra import Pattern, Quantity

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Phase:
    """A phase that a pattern shows.

    Attributes
    ----------
    name, formula : str
        What it is called, and its formula.
    weight_fraction : Quantity
        Its share of the mass of the crystalline phases found, 0 to 1.
    probability : float
        How probable it is that the pattern shows it.
    cell : dict
        a_A, b_A, c_A, alpha_deg, beta_deg, gamma_deg.
    """

    name: str
    formula: str
    weight_fraction: Quantity
    probability: float
    cell: dict[str, float]


@dataclass(frozen=True)
class DetectionLimit:
    """A phase that was asked about and not found: at most this share of the mass could hide."""

    name: str
    weight_fraction_below: float | None


class Identification:
    """The phases of a pattern.

    Attributes
    ----------
    document : dict
        The whole result, schema ``interphase.identify/1``.
    phases : list of Phase
        In the order of significance; ``result["Co3O4"]`` gives one by name.
    not_detected : list of DetectionLimit
        What was asked about and not found.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.phases = [
            Phase(
                entry["name"],
                entry["formula"],
                Quantity.of(entry["weight_fraction"]),
                entry["probability"],
                entry["cell"],
            )
            for entry in document["phases"]
        ]
        self.not_detected = [
            DetectionLimit(entry["name"], entry["weight_fraction_below"]) for entry in document["not_detected"]
        ]

    def __getitem__(self, name: str) -> Phase:
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(f"no phase is {name!r}; there are {[phase.name for phase in self.phases]}")

    @property
    def curves(self) -> dict[str, FloatArray]:
        """Angles, intensities, background and the curve of each phase."""
        curves = self.document["curves"]
        parts = {phase.name: np.array(curve) for phase, curve in zip(self.phases, curves["phases"])}
        return {
            "two_theta": np.array(curves["two_theta_deg"]),
            "intensity": np.array(curves["intensity"]),
            "background": np.array(curves["background"]),
            **parts,
        }

    def to_frame(self) -> pandas.DataFrame:
        """The phases as a pandas table."""
        import pandas

        return pandas.DataFrame(
            [
                {
                    "name": phase.name,
                    "formula": phase.formula,
                    "weight_fraction": phase.weight_fraction.value,
                    "weight_fraction_u": phase.weight_fraction.u,
                    "probability": phase.probability,
                    **phase.cell,
                }
                for phase in self.phases
            ]
        )

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draws pattern and phases with matplotlib."""
        from .plots import plot_identification

        return plot_identification(self, axes)

    def __repr__(self) -> str:
        parts = ", ".join(f"{phase.name} {100 * phase.weight_fraction.value:.1f} %" for phase in self.phases)
        return f"<Identification: {parts or 'no confident match'}>"


def identify(
    pattern: Pattern,
    *,
    elements: Sequence[str] | None = None,
    phases: Sequence[str | os.PathLike[str]] | None = None,
    only_these: bool = False,
    ask: Sequence[str] | None = None,
    wavelength: str | float | None = None,
    alpha2_ratio: float | None = None,
    range: tuple[float, float] | None = None,
    monochromator: float | None = None,
    variable_slit: bool = False,
    maximum: int | None = None,
) -> Identification:
    """Finds the crystalline phases of a powder pattern, and how much of each there is.

    Parameters
    ----------
    pattern : Pattern
        The pattern.
    elements : sequence of str, optional
        The elements that may occur.
    phases : sequence of path, optional
        CIFs, or folders of them, that are candidates too.
    only_these : bool
        Leave out the phases that come along.
    ask : sequence of str, optional
        Phases asked about: where one is not found, how much of it could hide.
    wavelength : str or float, optional
        Where the pattern does not say it, ``"CuKa"`` or Angstrom. None is ever assumed.
    alpha2_ratio : float, optional
        The intensity of K-alpha-2 relative to K-alpha-1.
    range : (float, float), optional
        The angles to use, degrees.
    monochromator : float, optional
        2 theta of a mosaic monochromator, degrees.
    variable_slit : bool
        The divergence slit keeps the lit length constant.
    maximum : int, optional
        The most phases to accept.
    """
    options = _native.options(
        {
            "elements": None if elements is None else list(elements),
            "phases": None if phases is None else [os.fspath(path) for path in phases],
            "only_these": only_these,
            "ask": None if ask is None else list(ask),
            "wavelength": None if wavelength is None else str(wavelength),
            "alpha2_ratio": alpha2_ratio,
            "range": range,
            "monochromator": monochromator,
            "variable_slit": variable_slit,
            "maximum": maximum,
            "curves": True,
        }
    )
    handle = pattern._handle
    return Identification(interruptible(lambda: _native.document("interphase_identify", handle.value, options)))


def simulate_pattern(
    phases: Mapping[str, float],
    *,
    two_theta: tuple[float, float] | None = None,
    step: float | None = None,
    wavelength: str | float | None = None,
    top: float | None = None,
    constant: float | None = None,
    crystallites: float | None = None,
    seed: int | None = None,
) -> Pattern:
    """A powder pattern of known truth, with counting noise.

    Parameters
    ----------
    phases : mapping of str to float
        Names of phases that come along, or CIFs, with their masses.
    two_theta : (float, float), optional
        The range of angles in degrees, and `step` between them (0.02).
    wavelength : str or float, optional
        ``"CuKa"`` unless stated.
    top, constant : float, optional
        The height of the strongest line and of the background, counts.
    crystallites : float, optional
        Their size in nm.
    seed : int, optional
        The same seed gives the same pattern.
    """
    options = _native.options(
        {
            "phases": dict(phases),
            "two_theta": two_theta,
            "step": step,
            "wavelength": None if wavelength is None else str(wavelength),
            "top": top,
            "constant": constant,
            "crystallites": crystallites,
            "seed": seed,
        }
    )
    return Pattern._owning(_native.handle("interphase_simulate_pattern", options))
