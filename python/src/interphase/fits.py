"""The fit of one spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Sequence

import numpy as np
from numpy.typing import ArrayLike

from . import _native
from ._native import FloatArray, Handle
from .errors import ArgumentError
from .spectra import Quantity

if TYPE_CHECKING:
    import lmfit
    import pandas
    from matplotlib.axes import Axes

    from .conclusions import Review
    from .models import PeakModel
    from .spectra import Spectrum


@dataclass(frozen=True)
class Finding:
    """Something a person should know about a model or a result.

    Attributes
    ----------
    rule : str
        The name of the rule.
    severity : {"note", "warning", "error"}
        How serious it is.
    message : str
        What was found.
    subject, expected, source, advice : str or None
        The component it is about, what was expected, where that comes from, what to do.
    """

    rule: str
    severity: str
    message: str
    subject: str | None = None
    expected: str | None = None
    source: str | None = None
    advice: str | None = None

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Finding:
        """The finding in an entry of a document."""
        return cls(**{name: entry.get(name) for name in cls.__dataclass_fields__})  # type: ignore[arg-type]


@dataclass(frozen=True)
class FittedComponent:
    """A component of a fit: one line, or one doublet as a whole.

    Attributes
    ----------
    name, level, line, shape : str
        The species, its core level, the line whose position is given, the line shape.
    position : Quantity
        Binding energy in eV after calibration; of a doublet the line j = l + 1/2.
    width : Quantity
        True full width at half maximum, eV.
    area : Quantity
        Over all energies, both lines of a doublet, in the spectrum's unit times eV.
    fraction : Quantity
        The share in the areas of all components, 0 to 1.
    splitting, area_ratio : Quantity or None
        Of a doublet.
    """

    name: str
    level: str | None
    line: str
    shape: str
    position: Quantity
    width: Quantity
    area: Quantity
    fraction: Quantity
    splitting: Quantity | None
    area_ratio: Quantity | None

    @classmethod
    def of(cls, entry: dict[str, Any]) -> FittedComponent:
        """The component in an entry of a document."""

        def optional(key: str) -> Quantity | None:
            return Quantity.of(entry[key]) if entry.get(key) else None

        return cls(
            name=entry["name"],
            level=entry["level"],
            line=entry["line"],
            shape=entry["shape"],
            position=Quantity.of(entry["position_eV"]),
            width=Quantity.of(entry["fwhm_true_eV"]),
            area=Quantity.of(entry["area"]),
            fraction=Quantity.of(entry["fraction"]),
            splitting=optional("splitting_eV"),
            area_ratio=optional("area_ratio"),
        )


@dataclass(frozen=True)
class Interval:
    """A confidence interval: `quantity` of `component` lies between `low` and `high` with the probability `level`."""

    component: str
    quantity: str
    level: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class UpperLimit:
    """How much of a species a spectrum can hide: its share in all areas, and its area, at the probability `level`."""

    species: str
    level: float
    fraction: float
    area: float


class Fit:
    """The fit of one spectrum: print it for the table.

    Attributes
    ----------
    document : dict
        The whole result, schema ``interphase.fit/1``, as ``interphase fit --json`` writes it.
    components : list of FittedComponent
        In the order of the model; ``fit["PS4 3-"]`` gives one by name.
    converged : bool
        Whether the fit ended at a minimum; `convergence` says why not.
    chi2, reduced_chi2 : float
        The weighted sum of squared residuals, and that per degree of freedom.
    findings : list of Finding
        What a referee would object to.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self.document: dict[str, Any] = _native.document("interphase_fit_json", handle.value, None)
        self.components = [FittedComponent.of(entry) for entry in self.document["components"]]
        self.converged: bool = self.document["convergence"]["converged"]
        self.convergence: str = self.document["convergence"]["reason"]
        statistics = self.document["statistics"]
        self.chi2: float = statistics["chi2"]
        self.reduced_chi2: float = statistics["reduced_chi2"]
        self.abbe: float | None = statistics["abbe"]
        self.findings = [Finding.of(entry) for entry in self.document["findings"]]

    def __getitem__(self, name: str) -> FittedComponent:
        for component in self.components:
            if component.name == name:
                return component
        raise KeyError(f"no component is {name!r}; there are {[component.name for component in self.components]}")

    # Parameters

    @property
    def parameter_names(self) -> list[str]:
        """The free parameters, ``"PS4 3-.position"``, ``"background.constant"``."""
        names: list[str] = self.document["parameters"]["names"]
        return names

    @cached_property
    def values(self) -> FloatArray:
        """The free parameters in the order of `parameter_names`."""
        return np.array(self.document["parameters"]["values"])

    @cached_property
    def covariance(self) -> FloatArray:
        """The covariance of the free parameters, background included; zero for those that ended on a bound."""
        count = len(self.parameter_names)
        return _native.copied("interphase_fit_copy", self._handle, 5, count * count).reshape(count, count)

    @property
    def at_bound(self) -> list[str]:
        """The parameters that ended on a bound."""
        names: list[str] = self.document["parameters"]["at_bound"]
        return names

    @property
    def background(self) -> dict[str, Quantity]:
        """The parameters of the background."""
        return {name: Quantity.of(entry) for name, entry in self.document["background"]["parameters"].items()}

    @property
    def shift(self) -> Quantity:
        """What was added to the measured binding energies, eV."""
        return Quantity.of(self.document["calibration"]["shift_eV"])

    # Curves, in the order of rising binding energy

    @cached_property
    def _points(self) -> int:
        return int(self.document["statistics"]["points"])

    def _curve(self, which: int) -> FloatArray:
        return _native.copied("interphase_fit_copy", self._handle, which, self._points)

    @cached_property
    def binding_energies(self) -> FloatArray:
        """Binding energies of the window in eV, rising, after calibration."""
        return self._curve(0)

    @cached_property
    def intensities(self) -> FloatArray:
        """The measured intensities in the window."""
        return self._curve(1)

    @cached_property
    def background_curve(self) -> FloatArray:
        """The background."""
        return self._curve(2)

    @cached_property
    def envelope(self) -> FloatArray:
        """Background plus all components."""
        return self._curve(3)

    @cached_property
    def standard_deviations(self) -> FloatArray:
        """The standard deviation of each intensity that the weights assume."""
        return self._curve(4)

    @cached_property
    def component_curves(self) -> dict[str, FloatArray]:
        """Each component alone, without the background."""
        return {component.name: self._curve(16 + index) for index, component in enumerate(self.components)}

    @property
    def residuals(self) -> FloatArray:
        """Measured minus envelope."""
        return self.intensities - self.envelope

    # Further results

    def intervals(
        self, method: Literal["covariance", "profile", "monte-carlo"] = "profile", *, trials: int = 1000, seed: int = 1
    ) -> list[Interval]:
        """Confidence intervals of all quantities, at 68.3 and 95 per cent."""
        found = self._supplement(uncertainty=method, trials=trials, seed=seed).get("uncertainty") or {"intervals": []}
        names = Interval.__dataclass_fields__
        return [Interval(**{name: entry[name] for name in names}) for entry in found["intervals"]]

    def upper_limit(self, species: str) -> UpperLimit:
        """How much of a species, a component or one of the library, the spectrum can hide (95 per cent)."""
        found = self._supplement(upper_limits=[species]).get("upper_limits")
        if not found:
            raise ArgumentError("a fit that did not converge has no upper limits")
        return UpperLimit(**{name: found[0][name] for name in UpperLimit.__dataclass_fields__})

    def systematic(self) -> dict[str, Any]:
        """How far results move with other windows and backgrounds: "systematic" of the document."""
        found: dict[str, Any] = self._supplement(systematic=True).get("systematic") or {}
        return found

    def _supplement(self, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = _native.document("interphase_fit_json", self._handle.value, _native.options(options))
        return found

    def review(self) -> Review:
        """What a referee would object to."""
        from .conclusions import review

        return review([self])

    @property
    def yaml(self) -> str:
        """The recipe with every default written out: it repeats the fit."""
        return _native.text("interphase_fit_recipe", self._handle.value)

    # For other packages

    def to_frame(self) -> pandas.DataFrame:
        """The components as a pandas table: a row each, a column for each value and its uncertainty."""
        import pandas

        rows = []
        for component in self.components:
            row: dict[str, Any] = {"name": component.name, "line": component.line, "shape": component.shape}
            for key, unit in (("position", "_eV"), ("width", "_eV"), ("area", ""), ("fraction", "")):
                quantity: Quantity = getattr(component, key)
                row[key + unit], row[f"{key}{unit}_u"] = quantity.value, quantity.u
            rows.append(row)
        return pandas.DataFrame(rows).set_index("name")

    def curves_frame(self) -> pandas.DataFrame:
        """Data and curves as a pandas table."""
        import pandas

        return pandas.DataFrame(
            {
                "binding_energy_eV": self.binding_energies,
                "intensity": self.intensities,
                "background": self.background_curve,
                "envelope": self.envelope,
                **self.component_curves,
                "residual": self.residuals,
            }
        )

    def ufloats(self) -> dict[str, Any]:
        """The free parameters as numbers of the package ``uncertainties``, with their correlations."""
        from .interoperability import ufloats

        return ufloats(self)

    def to_lmfit(self) -> lmfit.Parameters:
        """The free parameters as ``lmfit.Parameters``, with standard errors and correlations."""
        from .interoperability import to_lmfit

        return to_lmfit(self)

    # For people

    def plot(self, axes: Axes | Sequence[Axes] | None = None, **style: Any) -> Any:
        """Draws data, curves and residuals with matplotlib; see `plots.plot_fit`."""
        from .plots import plot_fit

        return plot_fit(self, axes, **style)

    def svg(self) -> str:
        """A figure for print, as Interphase draws it, as SVG."""
        return _native.text("interphase_fit_svg", self._handle.value)

    def html(self) -> str:
        """A report as one HTML page that needs nothing else."""
        return _native.text("interphase_fit_html", self._handle.value)

    def _repr_svg_(self) -> str:
        return self.svg()

    def __str__(self) -> str:
        return _native.text("interphase_fit_table", self._handle.value)

    def __repr__(self) -> str:
        shares = ", ".join(f"{component.name} {component.fraction}" for component in self.components)
        return f"<Fit: {shares}; reduced chi2 {self.reduced_chi2:.3f}>"


def fit(model: PeakModel, spectrum: Spectrum, *, variances: ArrayLike | None = None) -> Fit:
    """Fits a model to a spectrum; see `PeakModel.fit`."""
    if variances is None:
        given, count = None, 0
    else:
        array = _native.numbers(variances, "variances")
        given, count = _native.address(array), array.size
    return Fit(_native.handle("interphase_fit", model._handle.value, spectrum._handle.value, given, count))
