#!/usr/bin/env python3
"""What a call from Python costs, and how long lmfit takes, on workload W1: S 2p with four doublets and its background in the fit.

    overhead.py [--count 500] [--rounds 5] [--peer-count 30]

One process, one thread, user CPU time, medians over rounds. "Library" is one call for all spectra, in which the loop runs in
Swift; "Python" is one call for each. Where the package in Benchmarks/ is built, its Swift loop is run on its own W1 too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
from pathlib import Path
from typing import Callable

import numpy as np

import interphase as ip

ROOT = Path(__file__).resolve().parents[2]
SWIFT = ROOT / "Benchmarks/.build/release/InterphaseBenchmarks"
specification = importlib.util.spec_from_file_location("peers", ROOT / "Benchmarks/peers.py")
peers = importlib.util.module_from_spec(specification)
specification.loader.exec_module(peers)

# A component's width is the true one; that of the peers' formula is this much larger.
TRUE_WIDTH = 0.9613571024329556


def workload(count: int, seed: int = 20260728) -> tuple[np.ndarray, np.ndarray]:
    """Energies and counts of W1, as Benchmarks/Sources/InterphaseBenchmarks/Workload.swift describes it."""
    numbers = np.random.default_rng(seed)
    energies = 158 + 0.05 * np.arange(241)
    spectra = []
    for t in np.linspace(0, 1, count):
        wave = 0.04 * np.sin(2 * np.pi * t)
        shares = np.array([0.14 - 0.07 * t, 0.68 - 0.28 * t + wave, 0.11 + 0.16 * t, 0.07 + 0.19 * t - wave])
        total = 12000 * (1 - 0.25 * t + 0.05 * np.cos(3 * np.pi * t))
        drift = np.array([0, 0, 0.03 * t, -0.12 + 0.24 * t]) + 0.06 * np.sin(1.5 * np.pi * t)
        truth = np.concatenate(
            [
                shares * total * (1 + 0.01 * numbers.normal(size=4)),
                peers.NOMINAL + drift + 0.005 * numbers.normal(size=4),
                np.array([0.95 + 0.12 * t, 1.15 + 0.15 * t]) + 0.005 * numbers.normal(size=2),
                [0.060 + 0.015 * t, 1500 * (1 - 0.2 * t)],
            ]
        )
        spectra.append(numbers.poisson(peers.with_background(truth, energies)))
    return energies, np.array(spectra, dtype=float)


def model() -> ip.PeakModel:
    """The same bounds as the peers'; weights from the data, as theirs."""
    width = ip.free(1.1 * TRUE_WIDTH, min=0.5 * TRUE_WIDTH, max=2.5 * TRUE_WIDTH)
    names = ["S 2-", "PS4 3-", "bridging", "oxidised"]
    components = [
        ip.Doublet(
            name,
            float(place),
            width=width if index % 2 == 0 else ip.same_as(names[index - 1]),
            splitting=peers.SPLITTING,
            area_ratio=0.5,
        )
        for index, (name, place) in enumerate(zip(names, peers.NOMINAL))
    ]
    return ip.PeakModel("S 2p", components, weights="data-counts", shape="GL(30)")


def microseconds(work: Callable[[], object], fits: int, rounds: int) -> float:
    """User CPU time of `work` for each fit, the median over rounds."""
    work()
    times = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        work()
        times.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before)
    return 1e6 * statistics.median(times) / fits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-count", type=int, default=30)
    arguments = parser.parse_args()
    energies, counts = workload(arguments.count)
    prepared = model().prepare(ip.Spectrum(energies, counts[0], level="S 2p"))

    def one_by_one() -> None:
        for row in counts:
            prepared.fit(row)

    library = microseconds(lambda: prepared.fit_many(counts, workers=1), arguments.count, arguments.rounds)
    python = microseconds(one_by_one, arguments.count, arguments.rounds)
    table = prepared.fit_many(counts)
    print(f"library, one call for all          {library:10.2f} us/fit")
    print(f"Python, one call for each          {python:10.2f} us/fit, {python - library:.2f} us more")
    if SWIFT.exists():
        found = json.loads(
            subprocess.run(
                [SWIFT, "w1-b", "--count", str(arguments.count)], capture_output=True, text=True, check=True
            ).stdout.splitlines()[-1]
        )
        swift = found["microseconds"]
        print(f"Swift, SpectrumFitter              {swift:10.2f} us/fit, Python {python - swift:.2f} us more")

    few = np.linspace(0, arguments.count - 1, arguments.peer_count).astype(int)
    minimise = peers.lmfit_minimize("b")
    results = {}

    def lmfit() -> None:
        for index in few:
            own = counts[index]
            background = np.full_like(own, own[:5].mean())
            start = peers.start(energies, own, background)
            results[index] = minimise(energies, own, background, np.sqrt(np.maximum(own, 1)), start)

    theirs = microseconds(lmfit, len(few), min(arguments.rounds, 3))
    worse = sum(table.chi2[index] > results[index][0] * (1 + 1e-6) for index in few)
    better = sum(results[index][0] > table.chi2[index] * (1 + 1e-6) for index in few)
    print(f"lmfit.minimize, vectorised         {theirs:10.0f} us/fit")
    print(f"lmfit / Interphase from Python     {theirs / python:10.0f}, one call for all {theirs / library:.0f}")
    print(f"converged {table.converged.mean():.1%}; of {len(few)}, chi2 higher than lmfit's {worse}, lower {better}")


if __name__ == "__main__":
    main()
