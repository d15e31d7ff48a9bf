"""Spectra of known truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _native
from .spectra import Spectrum

if TYPE_CHECKING:
    from .models import PeakModel


def simulate(
    model: PeakModel,
    *,
    seed: int = 1,
    energies: tuple[float, float] | None = None,
    step: float | None = None,
    constant: float | None = None,
    slope: float | None = None,
    shirley: float | None = None,
    photon_energy: float | None = None,
    charging: float | None = None,
    sweeps: int | None = None,
    dwell: float | None = None,
    name: str | None = None,
    sample: str | None = None,
    noise: bool = True,
) -> Spectrum:
    """A spectrum with Poisson counts around what a model predicts, every parameter at its start, areas included.

    Parameters
    ----------
    model : PeakModel
        The truth; each component needs an area.
    seed : int
        The same seed gives the same spectrum.
    energies : (float, float), optional
        Binding energies in eV; the model's window unless stated.
    step : float, optional
        In eV (0.05).
    constant, slope, shirley : float, optional
        The background: counts (1000), counts per eV (0), step height per peak area in 1/eV (0.05).
    photon_energy : float, optional
        In eV (1486.6).
    charging : float, optional
        Measured binding energies are higher by this much, eV.
    sweeps, dwell : optional
        What the spectrum states (10, 0.1 s).
    name, sample : str, optional
        What spectrum and sample are called.
    noise : bool
        False for the expected counts themselves.
    """
    options = _native.options(
        {
            "seed": seed,
            "energies": energies,
            "step": step,
            "constant": constant,
            "slope": slope,
            "shirley": shirley,
            "photon_energy": photon_energy,
            "charging": charging,
            "sweeps": sweeps,
            "dwell": dwell,
            "name": name,
            "sample": sample,
            "noise": noise,
        }
    )
    return Spectrum._owning(_native.handle("interphase_simulate", model._handle.value, options))
