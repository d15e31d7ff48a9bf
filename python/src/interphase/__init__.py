"""Interphase: raw XPS and XRD files into numbers a referee accepts.

>>> import interphase as ip
>>> file = ip.read("cathode.vms")                                                            # doctest: +SKIP
>>> fit = ip.PeakModel.recipe("s2p-argyrodite-cathode").fit(file["S 2p"])                    # doctest: +SKIP
>>> print(fit)                                                                               # doctest: +SKIP
"""

from . import _native
from .batches import OUTCOMES, FitTable, PreparedModel, QuickFit, fit_many
from .conclusions import Amount, Quantification, Review, quantify, review
from .diffraction import DetectionLimit, Identification, Phase, identify, simulate_pattern
from .errors import (
    ArgumentError,
    BatchInterrupted,
    FitError,
    InternalError,
    InterphaseError,
    MissingFileError,
    PatternError,
    QuantificationError,
    ReadError,
    RecipeError,
    WriteError,
)
from .fits import Finding, Fit, FittedComponent, Interval, UpperLimit, fit
from .models import (
    Component,
    Doublet,
    PeakModel,
    Singlet,
    free,
    offset,
    prior,
    ratio,
    recipes,
    same_as,
    within,
)
from .series import SeriesFit, Track, fit_series
from .simulation import simulate
from .spectra import Pattern, Quantity, Spectrum, SpectrumFile, read, write

__version__ = _native.version

__all__ = [
    "Amount",
    "ArgumentError",
    "BatchInterrupted",
    "Component",
    "DetectionLimit",
    "Doublet",
    "Finding",
    "Fit",
    "FitError",
    "FitTable",
    "FittedComponent",
    "Identification",
    "InternalError",
    "InterphaseError",
    "Interval",
    "MissingFileError",
    "OUTCOMES",
    "Pattern",
    "PatternError",
    "PeakModel",
    "Phase",
    "PreparedModel",
    "Quantification",
    "QuantificationError",
    "Quantity",
    "QuickFit",
    "ReadError",
    "RecipeError",
    "Review",
    "SeriesFit",
    "Singlet",
    "Spectrum",
    "SpectrumFile",
    "Track",
    "UpperLimit",
    "WriteError",
    "fit",
    "fit_many",
    "fit_series",
    "free",
    "identify",
    "offset",
    "prior",
    "quantify",
    "ratio",
    "read",
    "recipes",
    "review",
    "same_as",
    "simulate",
    "simulate_pattern",
    "within",
    "write",
]
