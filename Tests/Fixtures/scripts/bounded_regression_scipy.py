"""Minimises NIST's regression sets within boxes that cut off their optima, with scipy.optimize.least_squares.

Two boxes per set. "one": b1 may come no closer to its certified value than two standard errors, seen from start 2.
"alternate": b1, b3, b5 ... stop one standard error before their certified values. Both trust-region methods of SciPy run
from the same start to their tightest tolerances; the result with the smaller sum of squares is kept.

Usage: python3 bounded_regression_scipy.py nist-strd > nist-strd-bounded.json      (needs NumPy and SciPy)
"""
import json
import pathlib
import sys

import numpy as np
import scipy
from numpy import arctan, cos, exp, log, pi, sin
from scipy.optimize import least_squares


def gauss(b, x):
    return b[0] * exp(-b[1] * x) + b[2] * exp(-((x - b[3]) / b[4]) ** 2) + b[5] * exp(-((x - b[6]) / b[7]) ** 2)


def lanczos(b, x):
    return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x)


def cubic_ratio(b, x):
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


def enso(b, x):
    return (b[0] + b[1] * cos(2 * pi * x / 12) + b[2] * sin(2 * pi * x / 12) + b[4] * cos(2 * pi * x / b[3])
            + b[5] * sin(2 * pi * x / b[3]) + b[7] * cos(2 * pi * x / b[6]) + b[8] * sin(2 * pi * x / b[6]))


MODELS = {
    "Bennett5": lambda b, x: b[0] * (b[1] + x) ** (-1 / b[2]),
    "BoxBOD": lambda b, x: b[0] * (1 - exp(-b[1] * x)),
    "Chwirut1": lambda b, x: exp(-b[0] * x) / (b[1] + b[2] * x),
    "Chwirut2": lambda b, x: exp(-b[0] * x) / (b[1] + b[2] * x),
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "ENSO": enso,
    "Eckerle4": lambda b, x: b[0] / b[1] * exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Gauss1": gauss, "Gauss2": gauss, "Gauss3": gauss,
    "Hahn1": cubic_ratio, "Thurber": cubic_ratio,
    "Kirby2": lambda b, x: (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2),
    "Lanczos1": lanczos, "Lanczos2": lanczos, "Lanczos3": lanczos,
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda b, x: b[0] * exp(b[1] / (x + b[2])),
    "MGH17": lambda b, x: b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4]),
    "Misra1a": lambda b, x: b[0] * (1 - exp(-b[1] * x)),
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "Misra1c": lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
    "Misra1d": lambda b, x: b[0] * b[1] * x / (1 + b[1] * x),
    "Nelson": lambda b, x: b[0] - b[1] * x[0] * exp(-b[2] * x[1]),
    "Rat42": lambda b, x: b[0] / (1 + exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1 + exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "Roszman1": lambda b, x: b[0] - b[1] * x - arctan(b[2] / (x - b[3])) / pi,
}


def solve(data, variant):
    parameters = data["parameters"]
    value = np.array([p["value"] for p in parameters])
    error = np.array([p["standard_error"] for p in parameters])
    start = np.array([p["start2"] for p in parameters])
    lower, upper = np.full(len(value), -np.inf), np.full(len(value), np.inf)
    for k in [0] if variant == "one" else range(0, len(value), 2):
        distance = (2 if variant == "one" else 1) * error[k]
        if start[k] < value[k]:
            upper[k] = value[k] - distance
            start[k] = min(start[k], upper[k] - 0.5 * distance)
        else:
            lower[k] = value[k] + distance
            start[k] = max(start[k], lower[k] + 0.5 * distance)
    x = np.array(data["predictors"]).T
    x = x if len(x) > 1 else x[0]
    y = np.array(data["response"])
    y = log(y) if data["name"] == "Nelson" else y
    model = MODELS[data["name"]]
    best = None
    for method in ["trf", "dogbox"]:
        with np.errstate(all="ignore"):
            try:
                result = least_squares(
                    lambda b: model(b, x) - y, start, jac="cs", bounds=(lower, upper), method=method, x_scale="jac",
                    ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=100_000)
            except ValueError as problem:
                print(data["name"], variant, method, problem, file=sys.stderr)
                continue
        print(data["name"], variant, method, result.status, result.nfev, repr(2 * result.cost), result.active_mask,
              file=sys.stderr)
        if best is None or result.cost < best[1].cost:
            best = (method, result)
    method, result = best
    finite = lambda numbers: [float(number) if np.isfinite(number) else None for number in numbers]
    return {
        "name": data["name"], "variant": variant, "lower": finite(lower), "upper": finite(upper),
        "start": list(map(float, start)), "method": method, "parameters": list(map(float, result.x)),
        "chi2": float(2 * result.cost),
    }


files = sorted(pathlib.Path(sys.argv[1]).glob("*.json"))
fits = [solve(json.loads(path.read_text()), variant) for path in files for variant in ("one", "alternate")]
print('{"source":"scipy.optimize.least_squares of SciPy ' + scipy.__version__ + '","fits":[')
print(",\n".join(json.dumps(fit, separators=(",", ":")) for fit in fits) + "]}")
