"""Peak models: what a spectrum is thought to consist of."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Literal, Mapping, Sequence, Union

from numpy.typing import ArrayLike

from . import _native
from .errors import ArgumentError

if TYPE_CHECKING:
    from .batches import FitTable, PreparedModel
    from .conclusions import Review
    from .fits import Fit
    from .spectra import Spectrum

#: A parameter: a number is held; a mapping is what a recipe has, such as ``{"start": 1.1, "min": 0.5, "max": 2}``.
Parameter = Union[float, Mapping[str, Any]]

#: How far, in eV, a position may move from where it is said to be, unless something else is said.
POSITION_TOLERANCE = 0.3


def free(start: float | None = None, *, min: float | None = None, max: float | None = None) -> dict[str, Any]:
    """A parameter that is fitted, between bounds. What is left out has its physical default."""
    return _given(start=start, min=min, max=max)


def within(start: float, distance: float) -> dict[str, Any]:
    """A parameter that is fitted, no farther than `distance` from `start`."""
    return {"start": start, "within": distance}


def same_as(name: str) -> dict[str, Any]:
    """The same value as that of the component `name`."""
    return {"same_as": name}


def offset(name: str, by: Parameter) -> dict[str, Any]:
    """The value of the component `name`, plus `by`."""
    return {"from": name, "offset": by}


def ratio(name: str, of: Parameter) -> dict[str, Any]:
    """The value of the component `name`, times `of`."""
    return {"from": name, "ratio": of}


def prior(
    mean: float, sigma: float, *, start: float | None = None, min: float | None = None, max: float | None = None
) -> dict[str, Any]:
    """A parameter that is fitted and known beforehand to be `mean` with the standard deviation `sigma`."""
    return {**_given(start=mean if start is None else start, min=min, max=max), "prior": [mean, sigma]}


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _calibration(stated: tuple[str, float] | Mapping[str, Any] | str | None) -> Any:
    return {"line": stated[0], "at": stated[1]} if isinstance(stated, tuple) else stated


def _background(stated: str | Mapping[str, Any]) -> Mapping[str, Any]:
    return {"kind": stated} if isinstance(stated, str) else stated


class Component:
    """A part of a model. Use `Doublet` or `Singlet`; this one leaves it to the core level.

    Parameters
    ----------
    name : str
        The species, ``"PS4 3-"``.
    near : float, optional
        Where its line (j = l + 1/2) stands, eV: fitted within 0.3 eV of it.
    position : parameter, optional
        Instead of `near`, for other bounds or links.
    width, area, splitting, area_ratio, width_ratio, mixing, gaussian_width, lorentzian_width, asymmetry : optional
        Parameters; what is left out comes from the level's reference data.
    shape : str, optional
        ``"GL(30)"``, ``"LA(1.5,2.5,50)"`` ... as CasaXPS calls them.
    level : str, optional
        The core level, where it is not the model's.
    further : optional
        Further keys of a recipe, such as ``lines`` and ``curve``.
    """

    _doublet: bool | None = None

    def __init__(
        self,
        name: str,
        near: float | None = None,
        *,
        position: Parameter | None = None,
        width: Parameter | None = None,
        area: Parameter | None = None,
        shape: str | None = None,
        level: str | None = None,
        splitting: Parameter | None = None,
        area_ratio: Parameter | str | None = None,
        width_ratio: Parameter | None = None,
        mixing: Parameter | None = None,
        gaussian_width: Parameter | None = None,
        lorentzian_width: Parameter | None = None,
        asymmetry: Parameter | None = None,
        **further: Any,
    ) -> None:
        if near is not None and position is not None:
            raise ArgumentError(f"{name}: near and position say the same thing; give one of them")
        place = position if near is None else within(near, POSITION_TOLERANCE)
        #: The component as an entry of a recipe.
        self.entry: dict[str, Any] = _given(
            name=name,
            level=level,
            doublet=self._doublet,
            shape=shape,
            position=place,
            width=width,
            area=area,
            splitting=splitting,
            area_ratio=area_ratio,
            width_ratio=width_ratio,
            mixing=mixing,
            gaussian_width=gaussian_width,
            lorentzian_width=lorentzian_width,
            asymmetry=asymmetry,
            **further,
        )

    @property
    def name(self) -> str:
        """The species."""
        return str(self.entry["name"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.entry}>"


class Doublet(Component):
    """Two lines under the constraints of spin-orbit coupling: splitting and area ratio come from the level."""

    _doublet = True


class Singlet(Component):
    """A single line."""

    _doublet = False


class PeakModel:
    """A sum of components over a background.

    Parameters
    ----------
    level : str, optional
        The core level, ``"S 2p"``, from which components take their defaults.
    components : sequence of Component
        The components, in the order in which they are reported.
    background : str or mapping
        ``"shirley"``, ``"linear"``, ``"tougaard-u2"`` ..., or what a recipe has, such as
        ``{"kind": "shirley", "fitted": False}``. It is fitted with the peaks unless that is said.
    window : (float, float), optional
        Binding energies in eV; the whole spectrum if left out.
    calibration : mapping or (str, float), optional
        ``("PS4 3-", 161.6)`` sets that line to that energy, with the uncertainty of the fitted shift;
        ``{"shift": 0.12, "u": 0.05}`` states a shift.
    shape : str, optional
        The shape of components that state none.
    weights : {"poisson", "data-counts", "unweighted"}, optional
        How points are weighted.
    defaults : mapping, optional
        Parameters of components that state none of their own.

    Examples
    --------
    >>> model = PeakModel("S 2p", [Doublet("S 2-", 160.2), Doublet("PS4 3-", 161.6)], window=(158, 168))
    >>> fit = model.fit(spectrum)                                                            # doctest: +SKIP
    """

    def __init__(
        self,
        level: str | None,
        components: Sequence[Component],
        *,
        background: str | Mapping[str, Any] = "shirley",
        window: tuple[float, float] | None = None,
        calibration: tuple[str, float] | Mapping[str, Any] | None = None,
        shape: str | None = None,
        weights: str | None = None,
        defaults: Mapping[str, Any] | None = None,
        name: str = "model",
    ) -> None:
        standard = {**_given(shape=shape), **(defaults or {})}
        recipe = _given(
            interphase=1,
            level=level,
            window=window,
            calibration=_calibration(calibration),
            background=_background(background),
            weights=weights,
            defaults=standard or None,
        )
        recipe["components"] = [component.entry for component in components]
        text = json.dumps(_native.plain(recipe), indent=1, allow_nan=False)
        self._own(_native.handle("interphase_model_create", _native.checked(text), _native.checked(name)))

    def _own(self, handle: _native.Handle) -> None:
        self._handle = handle

    @classmethod
    def _owning(cls, handle: _native.Handle) -> PeakModel:
        model = cls.__new__(cls)
        model._own(handle)
        return model

    @classmethod
    def recipe(cls, name: str | os.PathLike[str]) -> PeakModel:
        """The model in a recipe file, or in the recipe of that name that comes along (see `recipes`)."""
        return cls._owning(_native.handle("interphase_model_named", _native.path_bytes(name)))

    @classmethod
    def from_yaml(cls, text: str, name: str = "recipe") -> PeakModel:
        """The model in the text of a recipe. `name` names it in errors."""
        return cls._owning(
            _native.handle("interphase_model_create", _native.checked(text), _native.checked(name))
        )

    @property
    def yaml(self) -> str:
        """The recipe of the model."""
        return _native.text("interphase_model_recipe", self._handle.value)

    def adjusted(
        self,
        *,
        window: tuple[float, float] | None = None,
        calibration: tuple[str, float] | Mapping[str, Any] | Literal["none"] | None = None,
        background: str | Mapping[str, Any] | None = None,
        weights: str | None = None,
    ) -> PeakModel:
        """The same model with another window, calibration, background or other weights; what is left out stays.

        ``model.adjusted(calibration={"shift": 0})`` takes energies as they were measured.
        """
        options = _native.options(
            {
                "window": window,
                "calibration": _calibration(calibration),
                "background": None if background is None else _background(background),
                "weights": weights,
            }
        )
        return PeakModel._owning(_native.handle("interphase_model_adjust", self._handle.value, options))

    def fit(self, spectrum: Spectrum, *, variances: ArrayLike | None = None) -> Fit:
        """Fits the model to a spectrum.

        Parameters
        ----------
        spectrum : Spectrum
            The spectrum.
        variances : array_like, optional
            The variance of each intensity, where they are known better than from counting.

        Returns
        -------
        Fit
            Also where the fit did not converge: ``fit.converged`` says so.
        """
        from .fits import fit

        return fit(self, spectrum, variances=variances)

    def prepare(self, spectrum: Spectrum) -> PreparedModel:
        """Makes the model ready for many spectra that differ from `spectrum` in nothing but intensities."""
        from .batches import PreparedModel

        return PreparedModel(self, spectrum)

    def fit_many(self, spectrum: Spectrum, intensities: ArrayLike, **options: Any) -> FitTable:
        """Fits each row of `intensities`, measured at the energies of `spectrum`; see `PreparedModel.fit_many`."""
        return self.prepare(spectrum).fit_many(intensities, **options)

    def review(self, spectrum: Spectrum | None = None) -> Review:
        """What a referee would object to in the model; `spectrum` is what it is meant for."""
        from .conclusions import review

        return review([self], spectrum=spectrum)

    def simulate(self, **options: Any) -> Spectrum:
        """A spectrum of known truth; see `simulate`."""
        from .simulation import simulate

        return simulate(self, **options)

    def __repr__(self) -> str:
        return f"<PeakModel\n{self.yaml}>"


def recipes() -> list[str]:
    """The names of the recipes that come along, for `PeakModel.recipe`."""
    names: list[str] = _native.document("interphase_recipe_names")
    return names
