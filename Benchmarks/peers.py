#!/usr/bin/env python3
"""Other programs on workload W1.

    peers.py FOLDER PROGRAM [--mode a|b] [--count N] [--results FILE.csv]

FOLDER holds spectra.bin from `InterphaseBenchmarks workload FOLDER`. PROGRAM is one of

    lmfit-doublets     lmfit, four doublet models, shared widths by expressions
    lmfit-singlets     lmfit, eight singlets tied by expressions, as programs for XPS on lmfit build them
    lmfit-minimize     lmfit.minimize with one vectorised residual (the only one that also knows mode b)
    scipy-trf          scipy.optimize.least_squares, bounds, analytic Jacobian
    scipy-leastsq      scipy.optimize.leastsq (MINPACK lmder), analytic Jacobian, no bounds
    fityk              cfityk, a user-defined doublet function, MPFIT, bounds

Mode a: the Shirley background is subtracted, 10 parameters. Mode b: it is fitted too, 12 parameters. All programs start
from the same values, keep the same bounds and weight by the measured counts. A line of JSON tells user CPU time of the
fits alone for each spectrum; the results file has chi squared and parameters of each.
"""
import argparse
import json
import math
import os
import resource
import subprocess
import tempfile

import numpy as np

MIX = 0.3
GAUSS = 4 * math.log(2) * (1 - MIX)
LORENTZ = 4 * MIX
# Area of exp(-g t^2) / (1 + l t^2) over all t: pi / sqrt(l) exp(g / l) erfc(sqrt(g / l)).
AREA = math.pi / math.sqrt(LORENTZ) * math.exp(GAUSS / LORENTZ) * math.erfc(math.sqrt(GAUSS / LORENTZ))
SPLITTING = 1.18
MAJOR, MINOR = 2 / 3, 1 / 3
NOMINAL = np.array([160.20, 161.60, 163.00, 163.85])
WIDTH_OF = [0, 0, 1, 1]
NAMES = ["a", "b", "c", "d"]
PARAMETERS = [f"area_{n}" for n in NAMES] + [f"position_{n}" for n in NAMES] + ["width_0", "width_1", "step", "constant"]
LOW = np.array([0.0] * 4 + list(NOMINAL - 0.3) + [0.5] * 2 + [0.0, 0.0])
HIGH = np.array([np.inf] * 4 + list(NOMINAL + 0.3) + [2.5] * 2 + [np.inf, np.inf])


def load(folder, count):
    """Energies, and counts and background of each spectrum."""
    values = np.fromfile(os.path.join(folder, "spectra.bin"), dtype="<f8")
    spectra, points = int(values[0]), int(values[1])
    energies = values[2 : 2 + points]
    table = values[2 + points :].reshape(spectra, 2, points)[:count]
    return energies, table[:, 0], table[:, 1]


def start(energies, counts, background):
    """Areas in fixed shares of what lies above the background; the step from the ends of the spectrum."""
    total = max(float((counts - background).sum() * (energies[1] - energies[0])), 1.0)
    low, high = counts[:5].mean(), counts[-5:].mean()
    shares = np.array([0.15, 0.60, 0.15, 0.10])
    return np.concatenate([shares * total, NOMINAL, [1.1, 1.1], [max((high - low) / total, 0), low]])


def lines(p, x):
    """Both lines of every doublet at unit area: t, 1 / (1 + l t^2), value, width."""
    positions = np.repeat(p[4:8], 2)[:, None] + np.array([0, SPLITTING] * 4)[:, None]
    widths = np.repeat(p[8:10][WIDTH_OF], 2)[:, None]
    t = (x[None, :] - positions) / widths
    r = 1 / (1 + LORENTZ * t * t)
    share = np.array([MAJOR, MINOR] * 4)[:, None]
    return t, r, share * np.exp(-GAUSS * t * t) * r / (widths * AREA), widths


def peaks(p, x):
    value = lines(p, x)[2]
    return p[:4] @ (value[0::2] + value[1::2])


def jacobian(p, x):
    """Derivatives of `peaks` by areas, positions and widths."""
    t, r, value, widths = lines(p, x)
    by_position = 2 * value * (GAUSS + LORENTZ * r) * t / widths
    by_width = by_position * t - value / widths
    result = np.empty((x.size, 10))
    result[:, :4] = (value[0::2] + value[1::2]).T
    result[:, 4:8] = (p[:4, None] * (by_position[0::2] + by_position[1::2])).T
    by_width = p[:4, None] * (by_width[0::2] + by_width[1::2])
    result[:, 8] = by_width[0] + by_width[1]
    result[:, 9] = by_width[2] + by_width[3]
    return result


def with_background(p, x):
    above = peaks(p, x)
    integral = np.concatenate([[0], np.cumsum(np.diff(x) * (above[1:] + above[:-1]) / 2)])
    return above + p[10] * integral + p[11]


def doublet(x, area, center, width):
    def line(center):
        t = (x - center) / width
        return np.exp(-GAUSS * t * t) / (1 + LORENTZ * t * t) / (width * AREA)

    return area * (MAJOR * line(center) + MINOR * line(center + SPLITTING))


def singlet(x, area, center, width):
    t = (x - center) / width
    return area / (width * AREA) * np.exp(-GAUSS * t * t) / (1 + LORENTZ * t * t)


# Each maker returns a function of (x, counts, background, sigma, start) that returns chi squared and the parameters.


def scipy_trf(mode):
    from scipy.optimize import least_squares

    def fit(x, counts, background, sigma, p0):
        net = counts - background
        r = least_squares(
            lambda p: (peaks(p, x) - net) / sigma, p0[:10], jac=lambda p: jacobian(p, x) / sigma[:, None],
            bounds=(LOW[:10], HIGH[:10]), x_scale="jac")
        return 2 * r.cost, r.x

    return fit


def scipy_leastsq(mode):
    from scipy.optimize import leastsq

    def fit(x, counts, background, sigma, p0):
        net = counts - background
        p, _, info, _, _ = leastsq(
            lambda p: (peaks(p, x) - net) / sigma, p0[:10], Dfun=lambda p: jacobian(p, x) / sigma[:, None],
            full_output=True)
        return float((info["fvec"] ** 2).sum()), p

    return fit


def lmfit_minimize(mode):
    import lmfit

    count = 10 if mode == "a" else 12

    def fit(x, counts, background, sigma, p0):
        data = counts - background if mode == "a" else counts
        model = peaks if mode == "a" else with_background
        parameters = lmfit.Parameters()
        for k in range(count):
            parameters.add(PARAMETERS[k], value=p0[k], min=LOW[k], max=HIGH[k])

        def residual(parameters):
            return (model(np.array([parameters[n].value for n in PARAMETERS[:count]]), x) - data) / sigma

        r = lmfit.minimize(residual, parameters)
        return r.chisqr, np.array([r.params[n].value for n in PARAMETERS[:count]])

    return fit


def lmfit_doublets(mode):
    import lmfit

    model = None
    for n in NAMES:
        own = lmfit.Model(doublet, prefix=f"{n}_")
        model = own if model is None else model + own

    def fit(x, counts, background, sigma, p0):
        parameters = model.make_params()
        for k, n in enumerate(NAMES):
            parameters[f"{n}_area"].set(value=p0[k], min=0)
            parameters[f"{n}_center"].set(value=p0[4 + k], min=LOW[4 + k], max=HIGH[4 + k])
        for leader, follower, k in (("a", "b", 8), ("c", "d", 9)):
            parameters[f"{leader}_width"].set(value=p0[k], min=LOW[k], max=HIGH[k])
            parameters[f"{follower}_width"].set(expr=f"{leader}_width")
        r = model.fit(counts - background, parameters, x=x, weights=1 / sigma)
        found = [r.params[f"{n}_{q}"].value for q in ("area", "center") for n in NAMES]
        return r.chisqr, np.array(found + [r.params["a_width"].value, r.params["c_width"].value])

    return fit


def lmfit_singlets(mode):
    import lmfit

    model = None
    for n in NAMES:
        for line in ("1", "2"):
            own = lmfit.Model(singlet, prefix=f"{n}{line}_")
            model = own if model is None else model + own

    def fit(x, counts, background, sigma, p0):
        parameters = model.make_params()
        for k, n in enumerate(NAMES):
            leader = "a1_width" if k < 2 else "c1_width"
            parameters[f"{n}1_area"].set(value=MAJOR * p0[k], min=0)
            parameters[f"{n}1_center"].set(value=p0[4 + k], min=LOW[4 + k], max=HIGH[4 + k])
            if leader == f"{n}1_width":
                parameters[leader].set(value=p0[8 + WIDTH_OF[k]], min=0.5, max=2.5)
        for k, n in enumerate(NAMES):
            leader = "a1_width" if k < 2 else "c1_width"
            if leader != f"{n}1_width":
                parameters[f"{n}1_width"].set(expr=leader)
            parameters[f"{n}2_area"].set(expr=f"0.5 * {n}1_area")
            parameters[f"{n}2_center"].set(expr=f"{n}1_center + {SPLITTING}")
            parameters[f"{n}2_width"].set(expr=leader)
        r = model.fit(counts - background, parameters, x=x, weights=1 / sigma)
        areas = [r.params[f"{n}1_area"].value / MAJOR for n in NAMES]
        positions = [r.params[f"{n}1_center"].value for n in NAMES]
        return r.chisqr, np.array(areas + positions + [r.params["a1_width"].value, r.params["c1_width"].value])

    return fit


FITTERS = {
    "lmfit-doublets": lmfit_doublets, "lmfit-singlets": lmfit_singlets, "lmfit-minimize": lmfit_minimize,
    "scipy-trf": scipy_trf, "scipy-leastsq": scipy_leastsq,
}


def user_seconds(who=resource.RUSAGE_SELF):
    return resource.getrusage(who).ru_utime


def run_fityk(x, counts, backgrounds):
    """One script for all spectra; the time of the same script without its fits is taken off."""
    with tempfile.TemporaryDirectory() as folder:
        head = [
            "set fitting_method = mpfit", "set box_constraints = 1", "set verbosity = 0", "set numeric_format = '%.10g'",
            f"define GLLine(area, center, width) = area/({AREA:.16g}*width)*exp(-{GAUSS:.16g}*((x-center)/width)^2)"
            f"/(1+{LORENTZ:.16g}*((x-center)/width)^2)",
            f"define GLPair(area, center, width) = GLLine({MAJOR:.16g}*area, center, width)"
            f" + GLLine({MINOR:.16g}*area, center+{SPLITTING}, width)",
        ]
        scripts = {True: list(head), False: list(head)}
        for index, (own, background) in enumerate(zip(counts, backgrounds)):
            path = os.path.join(folder, f"{index}.xy")
            np.savetxt(path, np.column_stack([x, own - background, np.sqrt(np.maximum(own, 1))]), fmt="%.10g")
            p0 = start(x, own, background)
            part = [f"@0 < '{path}':1:2:3:"]
            for k in range(10):
                high = HIGH[k] if np.isfinite(HIGH[k]) else 1e9
                part.append(f"$v{k} = ~{p0[k]:.12g} [{LOW[k]:.12g}:{high:.12g}]")
            if index == 0:
                part += [f"%f{k} = GLPair($v{k}, $v{4 + k}, $v{8 + WIDTH_OF[k]})" for k in range(4)]
                part.append("@0: F = " + " + ".join(f"%f{k}" for k in range(4)))
            shown = "print 'RESULT'," + ",".join(f"$v{k}" for k in range(10))
            scripts[True] += part + ["@0: fit", shown]
            scripts[False] += part + [shown]
        times = {}
        for fits, script in scripts.items():
            path = os.path.join(folder, "script.fit")
            with open(path, "w") as out:
                out.write("\n".join(script) + "\n")
            before = user_seconds(resource.RUSAGE_CHILDREN)
            done = subprocess.run(["cfityk", "-n", "-I", "-q", path], capture_output=True, text=True, check=True)
            times[fits] = user_seconds(resource.RUSAGE_CHILDREN) - before
            if fits:
                text = done.stdout
        rows = []
        found = [line.split() for line in text.splitlines() if line.startswith("RESULT")]
        for words, own, background in zip(found, counts, backgrounds):
            p = np.array([float(w) for w in words[1:]])
            residual = (peaks(p, x) - own + background) / np.sqrt(np.maximum(own, 1))
            rows.append((float((residual**2).sum()), p))
        return rows, times[True] - times[False]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("program", choices=[*FITTERS, "fityk"])
    parser.add_argument("--mode", default="a", choices=["a", "b"])
    parser.add_argument("--count", type=int, default=None)
    parser.add_argument("--results")
    arguments = parser.parse_args()
    if arguments.mode == "b" and arguments.program != "lmfit-minimize":
        parser.error("mode b is there for lmfit-minimize only")
    x, counts, backgrounds = load(arguments.folder, arguments.count)
    if arguments.program == "fityk":
        rows, seconds = run_fityk(x, counts, backgrounds)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    else:
        fit = FITTERS[arguments.program](arguments.mode)

        def one(k):
            sigma = np.sqrt(np.maximum(counts[k], 1))
            return fit(x, counts[k], backgrounds[k], sigma, start(x, counts[k], backgrounds[k]))

        one(0)
        before = user_seconds()
        rows = [one(k) for k in range(len(counts))]
        seconds = user_seconds() - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if arguments.results:
        with open(arguments.results, "w") as out:
            out.write("chi2," + ",".join(PARAMETERS[: len(rows[0][1])]) + "\n")
            for chi2, p in rows:
                out.write(f"{chi2:.12g}," + ",".join(f"{v:.12g}" for v in p) + "\n")
    print(json.dumps({
        "program": f"{arguments.program}-{arguments.mode}", "count": len(rows), "microseconds": 1e6 * seconds / len(rows),
        "peakMegabytes": memory, "chi2": sum(r[0] for r in rows)}))


if __name__ == "__main__":
    main()
