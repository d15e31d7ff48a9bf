"""Results as other packages know them: lmfit, uncertainties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import lmfit

    from .fits import Fit


def identifiers(names: list[str]) -> dict[str, str]:
    """Names that Python accepts, for each of `names`: ``"PS4 3-.area"`` becomes ``"PS4_3_area"``. No two are alike."""
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
        if not plain or plain[0].isdigit():
            plain = "p_" + plain
        unique, number = plain, 2
        while unique in found.values():
            unique, number = f"{plain}_{number}", number + 1
        found[name] = unique
    return found


def to_lmfit(fit: Fit) -> lmfit.Parameters:
    """The free parameters of a fit as ``lmfit.Parameters``.

    Names are made into identifiers (see `identifiers`); the original name is in ``user_data`` of each. Standard errors
    and correlations are set; parameters that ended on a bound have no standard error.
    """
    import lmfit

    names = identifiers(fit.parameter_names)
    parameters = lmfit.Parameters()
    sigma = np.sqrt(np.diag(fit.covariance))
    for index, (name, identifier) in enumerate(names.items()):
        parameters.add(identifier, value=float(fit.values[index]))
        parameter = parameters[identifier]
        parameter.user_data = name
        parameter.stderr = float(sigma[index]) if sigma[index] > 0 else None
        parameter.correl = {
            other: float(fit.covariance[index, place] / (sigma[index] * sigma[place]))
            for place, other in enumerate(names.values())
            if place != index and sigma[index] > 0 and sigma[place] > 0
        }
    return parameters


def ufloats(fit: Fit) -> dict[str, Any]:
    """The free parameters of a fit as numbers of the package ``uncertainties``, by name, with their correlations."""
    import uncertainties

    numbers = uncertainties.correlated_values(fit.values, fit.covariance)
    return dict(zip(fit.parameter_names, numbers))
