"""From fits to atomic per cent, and to what a referee would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, Sequence, Union

import numpy as np

from . import _native
from ._native import FloatArray
from .errors import ArgumentError
from .fits import Finding, Fit
from .spectra import Quantity

if TYPE_CHECKING:
    import pandas

    from .models import PeakModel
    from .spectra import Spectrum


@dataclass(frozen=True)
class Amount:
    """Atoms of an element, or of an element in a species, in per cent of all atoms.

    Attributes
    ----------
    name : str
        The symbol of the element, or the species.
    element, level : str
        The element and the core level that it was counted by.
    atomic_percent : Quantity
        With the uncertainties of counting and of the stated factors.
    """

    name: str
    element: str
    level: str
    atomic_percent: Quantity


class Quantification:
    """Atomic per cent of elements and species.

    Attributes
    ----------
    document : dict
        The whole result, schema ``interphase.quantify/1``.
    elements, species : dict of str to Amount
        By symbol, and by ``"species (level)"``.
    covariance : ndarray
        Of the species, in per cent squared.
    findings : list of Finding
        What to know about it.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.elements = {
            entry["element"]: Amount(
                entry["element"], entry["element"], entry["level"], Quantity.of(entry["at_percent"])
            )
            for entry in document["elements"]
        }
        self.species = {
            f"{entry['name']} ({entry['level']})": Amount(
                entry["name"], entry["element"], entry["level"], Quantity.of(entry["at_percent"])
            )
            for entry in document["species"]
        }
        self.covariance: FloatArray = np.array(document["covariance"]["species"], dtype=float)
        self.findings = [Finding.of(entry) for entry in document["findings"]]

    def to_frame(self) -> pandas.DataFrame:
        """The species as a pandas table."""
        import pandas

        return pandas.DataFrame(
            [
                {
                    "name": amount.name,
                    "element": amount.element,
                    "level": amount.level,
                    "atomic_percent": amount.atomic_percent.value,
                    "atomic_percent_u": amount.atomic_percent.u,
                }
                for amount in self.species.values()
            ]
        )

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {amount.atomic_percent}" for name, amount in self.elements.items())
        return f"<Quantification: {parts} at.%>"


def quantify(
    fits: Sequence[Fit],
    *,
    sensitivities: str | None = None,
    transmission: str | float | None = None,
    escape_depth: str | float | None = None,
    material: tuple[float, float, float, float] | None = None,
    u_sensitivities: float | None = None,
    u_transmission: float | None = None,
    u_escape_depth: float | None = None,
    u_exponent: float | None = None,
    exclude: Sequence[str] | None = None,
    tie: Sequence[str] | None = None,
) -> Quantification:
    """Atomic per cent from fits of several core levels of one sample.

    Parameters
    ----------
    fits : sequence of Fit
        One for each core level.
    sensitivities : str, optional
        ``"scofield"`` (the usual), or the file of a table.
    transmission : str or float, optional
        ``"file"`` (the usual), ``"none"``, a power of the kinetic energy, or the file of a table.
    escape_depth : str or float, optional
        A power of the kinetic energy (0.6 is the usual), ``"tpp2m"`` or ``"none"``.
    material : (float, float, float, float), optional
        For tpp2m: density (g/cm3), valence electrons, mass (g/mol) of the formula unit, band gap (eV).
    u_sensitivities, u_transmission, u_escape_depth : float, optional
        Relative standard uncertainties, per cent.
    u_exponent : float, optional
        The standard uncertainty of the power of the escape depth.
    exclude : sequence of str, optional
        Components that stand for no atoms of their own.
    tie : sequence of str, optional
        Ratios known beforehand, ``"PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 2 %"``.
    """
    kept = list(fits)
    if not kept:
        raise ArgumentError("no fits; expected one for each core level")
    options = _native.options(
        {
            "sensitivities": sensitivities,
            "transmission": None if transmission is None else str(transmission),
            "escape_depth": None if escape_depth is None else str(escape_depth),
            "material": material,
            "u_sensitivities": u_sensitivities,
            "u_transmission": u_transmission,
            "u_escape_depth": u_escape_depth,
            "u_exponent": u_exponent,
            "exclude": None if exclude is None else list(exclude),
            "tie": None if tie is None else list(tie),
        }
    )
    handles = _native.handles([fit._handle for fit in kept])
    return Quantification(_native.document("interphase_quantify", handles, len(kept), options))


class Review:
    """What a referee would object to.

    Attributes
    ----------
    document : dict
        The whole result, schema ``interphase.review/1``.
    findings : list of Finding
        All of them, most serious first within each model.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.findings = [Finding.of(entry) for review in document["reviews"] for entry in review["findings"]]

    def errors(self) -> list[Finding]:
        """Those that make a result wrong."""
        return [finding for finding in self.findings if finding.severity == "error"]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def to_frame(self) -> pandas.DataFrame:
        """The findings as a pandas table."""
        import pandas

        return pandas.DataFrame(
            [{name: getattr(finding, name) for name in Finding.__dataclass_fields__} for finding in self.findings]
        )

    def __str__(self) -> str:
        return "\n".join(f"{finding.severity}: {finding.message} [{finding.rule}]" for finding in self.findings)

    def __repr__(self) -> str:
        document = self.document
        return f"<Review: {document['errors']} errors, {document['warnings']} warnings, {document['notes']} notes>"


def review(
    items: Union[Fit, PeakModel, Sequence[Union[Fit, PeakModel]]], *, spectrum: Spectrum | None = None
) -> Review:
    """What a referee would object to in models and fits; several fits of one sample are held against each other.

    Parameters
    ----------
    items : Fit or PeakModel, or a sequence of them
        What to review.
    spectrum : Spectrum, optional
        What models are meant for.
    """
    kept = list(items) if isinstance(items, (list, tuple)) else [items]
    if not kept:
        raise ArgumentError("nothing to review: expected models or fits")
    handles = _native.handles([item._handle for item in kept])  # type: ignore[union-attr]
    measured = 0 if spectrum is None else spectrum._handle.value
    return Review(_native.document("interphase_review", handles, len(kept), measured))
