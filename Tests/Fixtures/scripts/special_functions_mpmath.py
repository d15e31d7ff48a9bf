"""Reference values of special functions and distributions, to 50 digits with mpmath, rounded to doubles.

Also says on standard error how far SciPy's values are from them.
Usage: python3 special_functions_mpmath.py > special-functions.json      (needs mpmath, NumPy and SciPy)
"""
import json
import random
import sys

import mpmath as mp
import numpy as np
import scipy
from scipy import special, stats

mp.mp.dps = 50
random.seed(20240601)


def faddeeva(x, y):
    z = mp.mpc(x, y)
    # erfc of a large argument times exp(-z^2) needs the digits that the exponential takes away.
    with mp.workdps(50 + int(abs(z) ** 2 / 2.3) if abs(z) < 60 else 50):
        if abs(z) > 60:
            # Asymptotic series (Abramowitz & Stegun 7.1.23): below 1e-40 for |z| > 60 with 40 terms.
            series, term = mp.mpf(1), mp.mpf(1)
            for k in range(1, 40):
                term *= (2 * k - 1) / (2 * z * z)
                series += term
            upper = mp.mpc(0, 1) / (mp.sqrt(mp.pi) * z) * series
            return upper
        return mp.exp(-z * z) * mp.erfc(mp.mpc(0, -1) * z)


def erfcx(x):
    x = mp.mpf(x)
    if x > 60:
        return faddeeva(0, x).real
    with mp.workdps(50 + int(x * x / 2.3)):
        return mp.exp(x * x) * mp.erfc(x)


def points():
    for _ in range(250):
        yield random.uniform(-30, 30), 10 ** random.uniform(-20, 1.5)
    for _ in range(150):
        yield random.uniform(-8, 8), random.uniform(0, 8)
    for _ in range(100):
        yield 10 ** random.uniform(-15, 12), 10 ** random.uniform(-25, 12)
    for _ in range(50):
        yield random.uniform(5.4, 7), 10 ** random.uniform(-20, -8)
    for _ in range(50):
        yield random.uniform(0, 26), 0.0
    for _ in range(50):
        yield 0.0, random.uniform(0, 20)
    for _ in range(150):
        yield random.uniform(-20, 20), -(10 ** random.uniform(-8, 1.3))


def cdf_normal(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def cdf_chi2(x, n):
    return mp.gammainc(mp.mpf(n) / 2, 0, x / 2, regularized=True)


def sf_chi2(x, n):
    return mp.gammainc(mp.mpf(n) / 2, x / 2, mp.inf, regularized=True)


def sf_t(x, n):
    tail = mp.betainc(mp.mpf(n) / 2, mp.mpf(1) / 2, 0, n / (n + x * x), regularized=True) / 2
    return tail if x >= 0 else 1 - tail


def cdf_f(x, a, b):
    return mp.betainc(mp.mpf(a) / 2, mp.mpf(b) / 2, 0, a * x / (a * x + b), regularized=True)


def sf_f(x, a, b):
    return mp.betainc(mp.mpf(b) / 2, mp.mpf(a) / 2, 0, b / (a * x + b), regularized=True)


def distributions():
    for x in [-37.0, -8.0, -3.0, -1.0, -0.1, 0.0, 0.5, 1.96, 6.0, 20.0, 37.0]:
        yield "normal", [], x, cdf_normal(mp.mpf(x)), cdf_normal(-mp.mpf(x))
    for n in [0.5, 1, 2, 3, 10, 57, 231, 1000, 10000]:
        for ratio in [1e-3, 0.1, 0.5, 0.9, 1.0, 1.1, 1.5, 3.0]:
            x = n * ratio
            yield "chi-squared", [n], x, cdf_chi2(mp.mpf(x), n), sf_chi2(mp.mpf(x), n)
    for n in [1, 2, 3, 4.5, 10, 30, 200, 5000]:
        for x in [-20.0, -3.0, -1.0, -0.01, 0.0, 0.7, 2.0, 5.0, 30.0]:
            yield "student", [n], x, sf_t(-mp.mpf(x), n), sf_t(mp.mpf(x), n)
    for a in [1, 2, 5, 40, 300]:
        for b in [1, 3, 12, 231]:
            for x in [1e-3, 0.2, 0.8, 1.0, 1.3, 4.0, 50.0]:
                yield "fisher", [a, b], x, cdf_f(mp.mpf(x), a, b), sf_f(mp.mpf(x), a, b)


result = {
    "source": f"mpmath {mp.__version__}, 50 digits",
    "erfcx": [],
    "faddeeva": [],
    "distributions": [],
}
for x in [random.uniform(-26.5, 30) for _ in range(150)] + [10 ** random.uniform(-12, 12) for _ in range(50)] + [0.0]:
    result["erfcx"].append([x, float(erfcx(x))])
for x, y in points():
    w = faddeeva(x, y)
    result["faddeeva"].append([x, y, float(w.real), float(w.imag)])
for name, parameters, x, lower, upper in distributions():
    result["distributions"].append(
        {"name": name, "parameters": parameters, "x": x, "cumulative": float(lower), "survival": float(upper)})

values = np.array(result["faddeeva"])
ours = values[:, 2] + 1j * values[:, 3]
scipys = special.wofz(values[:, 0] + 1j * values[:, 1])
print("SciPy", scipy.__version__, "wofz, largest |error| / |w|:", np.max(np.abs(scipys - ours) / np.abs(ours)),
      file=sys.stderr)
upper = (values[:, 1] >= 0) & (values[:, 2] > 1e-290)
print("  real part, upper half-plane, relative:",
      np.max(np.abs(scipys.real[upper] / values[upper, 2] - 1)), file=sys.stderr)
table = np.array(result["erfcx"])
print("SciPy erfcx, relative:", np.max(np.abs(special.erfcx(table[:, 0]) / table[:, 1] - 1)), file=sys.stderr)
for name, make in [("chi-squared", stats.chi2), ("student", stats.t), ("fisher", stats.f)]:
    worst = max(abs(make.cdf(d["x"], *d["parameters"]) / d["cumulative"] - 1)
                for d in result["distributions"] if d["name"] == name and d["cumulative"] > 1e-290)
    print("SciPy", name, "cumulative, relative:", worst, file=sys.stderr)
print(json.dumps(result, separators=(",", ":")).replace("],[", "],\n[").replace("},{", "},\n{"))
