#!/usr/bin/env python3
"""Runs our benchmarks and those of other programs in turn, in one session, and prints their ratios.

    run.py [--rounds 3] [--count 1000] [--peer-count 40] [--peers PYTHON] [--json FILE] [--check | --keep]

PYTHON is the interpreter with lmfit and SciPy (default: the one that runs this). What is not installed is left out.
--check compares the ratios with ratios.json and fails where one has fallen by more than a quarter; --keep writes them.
Times are user CPU time, medians over rounds, so that other work on the machine matters little; batches count system
time too.
"""
import argparse
import csv
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.join(HERE, ".build", "release", "InterphaseBenchmarks")
PROGRAM = os.path.join(HERE, "..", ".build", "release", "interphase")
RATIOS = os.path.join(HERE, "ratios.json")
# A ratio may be lower than the one kept by this factor before it counts as a regression.
TOLERANCE = 0.75

OWN = [
    ("w1-a, one start", ["w1-a", "--starts", "0"]), ("w1-a", ["w1-a"]),
    ("w1-b, one start", ["w1-b", "--starts", "0"]), ("w1-b", ["w1-b"]), ("w1-b-poisson", ["w1-b-poisson"]),
    ("w1-a, two workers", ["w1-a", "--workers", "2"]),
    ("w1-b-full-result", ["w1-b-full-result"]), ("w1-b-sgl", ["w1-b-sgl"]),
    ("w1-b-voigt", ["w1-b-voigt", "--count", "200"]), ("w1-b-la", ["w1-b-la", "--count", "200"]),
    ("w1-b-referenced", ["w1-b-referenced"]), ("monte-carlo", ["monte-carlo"]), ("joint-series", ["joint-series"]),
    ("w3", ["w3"]), ("identify", ["identify"]), ("read-vamas", ["read-vamas"]),
    ("read-vamas-long", ["read-vamas-long"]), ("read-columns", ["read-columns"]), ("batch-files", ["batch-files"]),
    ("batch-files, two workers", ["batch-files", "--workers", "2"]),
    ("batch-files-referenced", ["batch-files-referenced"]),
]
PEERS = [
    ("lmfit-doublets", "a"), ("lmfit-singlets", "a"), ("lmfit-minimize", "a"), ("scipy-trf", "a"), ("scipy-leastsq", "a"),
    ("fityk", "a"), ("lmfit-minimize", "b"),
]


def measured(command, environment=None):
    """The line of JSON that a program prints, or None where it cannot run."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        print(f"left out: {' '.join(command)}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def command_line(program, arguments, runs=15):
    """Wall time in ms, user time in ms and peak memory in MB of a run of the command-line program."""
    walls, users, memory = [], [], 0
    for _ in range(runs):
        began = time.perf_counter()
        process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        walls.append(1e3 * (time.perf_counter() - began))
        users.append(1e3 * usage.ru_utime)
        memory = max(memory, usage.ru_maxrss / 1024)
        process.returncode = status
        if status != 0:
            return None
    return {"wall": statistics.median(walls), "user": statistics.median(users), "peakMegabytes": memory}


def agreement(ours, theirs):
    """Spectra where ours ends higher than theirs by more than 1e-6, and where theirs does."""
    with open(ours) as a, open(theirs) as b:
        pairs = [(float(x["chi2"]), float(y["chi2"])) for x, y in zip(csv.DictReader(a), csv.DictReader(b))]
    worse = sum(1 for x, y in pairs if x > y * (1 + 1e-6))
    better = sum(1 for x, y in pairs if y > x * (1 + 1e-6))
    return len(pairs), worse, better


def machine():
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as info:
            name = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--peer-count", type=int, default=40)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--program", default=PROGRAM, help="the command-line program")
    parser.add_argument("--json")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()

    results, best = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([OURS, "workload", folder, str(arguments.count)], check=True)
        levels = [("", {}), (" [avx2]", {"INTERPHASE_SIMD": "avx2"})]
        jobs = []
        for name, words in OWN:
            own = [OURS, *words, "--rounds", "3"]
            if words[0] in ("w1-a", "w1-b", "w1-b-poisson"):
                own += ["--count", str(arguments.count)]
            for suffix, environment in levels if name.startswith("w1-") and "one start" in name else levels[:1]:
                jobs.append((name + suffix, own, environment))
        for name, mode in PEERS:
            if name == "fityk" and not shutil.which("cfityk"):
                continue
            jobs.append((f"{name}-{mode}", [
                arguments.peers, os.path.join(HERE, "peers.py"), folder, name, "--mode", mode, "--count",
                str(arguments.peer_count)], {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}))
        for _ in range(arguments.rounds):
            for name, command, environment in jobs:
                found = measured(command, environment)
                if found:
                    results.setdefault(name, []).append(found)
        for name, runs in results.items():
            best[name] = {**runs[0], "microseconds": statistics.median(r["microseconds"] for r in runs)}
            if "wallSeconds" in runs[0]:
                best[name]["wallSeconds"] = statistics.median(r["wallSeconds"] for r in runs)

        print(f"Machine: {machine()}")
        print(f"Medians of {arguments.rounds} rounds, user CPU time for each item\n")
        print("| benchmark | items | us | peak MB | sum of chi2 | evaluations |\n|---|---|---|---|---|---|")
        for name, r in best.items():
            chi2 = f"{r['chi2']:.4f}" if r.get("chi2") is not None else ""
            evaluations = f"{r['evaluationsPerFit']:.2f}" if r.get("evaluationsPerFit") else ""
            print(f"| {name} | {r['count']} | {r['microseconds']:.4g} | {r['peakMegabytes']:.0f} | {chi2} | {evaluations} |")

        ratios = {}
        for own in ("w1-a, one start", "w1-a, one start [avx2]", "w1-a"):
            for name, mode in PEERS:
                if mode == "a" and own in best and f"{name}-a" in best:
                    ratios[f"{name}-a / {own}"] = best[f"{name}-a"]["microseconds"] / best[own]["microseconds"]
        for own in ("w1-b, one start", "w1-b, one start [avx2]", "w1-b"):
            if own in best and "lmfit-minimize-b" in best:
                ratios[f"lmfit-minimize-b / {own}"] = best["lmfit-minimize-b"]["microseconds"] / best[own]["microseconds"]
        for suffix in ("", " [avx2]"):
            a, b = best.get("w1-a, one start" + suffix), best.get("w1-b, one start" + suffix)
            if a and b:
                ratios[f"w1-a / w1-b, one start{suffix}"] = a["microseconds"] / b["microseconds"]
        for own in ("batch-files", "batch-files-referenced"):
            if own in best and "lmfit-doublets-a" in best:
                ratios[f"lmfit-doublets-a / {own}"] = best["lmfit-doublets-a"]["microseconds"] / best[own]["microseconds"]
        if "batch-files, two workers" in best and "lmfit-doublets-a" in best:
            run = best["batch-files, two workers"]
            ratios["lmfit-doublets-a / wall time of batch-files, two workers"] = (
                best["lmfit-doublets-a"]["microseconds"] * run["count"] / (1e6 * run["wallSeconds"]))
        if "w1-a" in best and "w1-a, two workers" in best:
            ratios["wall time of one worker / two workers, w1-a"] = (
                best["w1-a"]["wallSeconds"] / best["w1-a, two workers"]["wallSeconds"])
        print("\n| ratio | |\n|---|---|")
        for name, value in ratios.items():
            print(f"| {name} | {value:.3g} |")

        print("\n| reading | MB/s |\n|---|---|")
        for name, r in best.items():
            if name.startswith("read-"):
                print(f"| {name}, {r['count'] / 1000:.1f} MB | {1000 / r['microseconds']:.0f} |")

        if os.path.exists(arguments.program):
            print("\n| command line | wall ms | user ms | peak MB |\n|---|---|---|---|")
            bundled = os.path.join(HERE, "..", "reference-spectra", "spectra", "s2p-argyrodite-cathode-simulated.vms")
            out = os.path.join(folder, "fit.json")
            for name, words in [
                ("--version", ["--version"]),
                ("fit, file to JSON", ["fit", bundled, "--recipe", "s2p-argyrodite-cathode", "--json", out]),
            ]:
                r = command_line(arguments.program, words)
                if r:
                    print(f"| {name} | {r['wall']:.1f} | {r['user']:.1f} | {r['peakMegabytes']:.0f} |")

        # The same fits found by both, where lmfit is there: default settings against one start of lmfit.
        theirs, ours = os.path.join(folder, "theirs.csv"), os.path.join(folder, "ours.csv")
        for mode in ("a", "b"):
            peer = [arguments.peers, os.path.join(HERE, "peers.py"), folder, "lmfit-minimize", "--mode", mode,
                    "--count", str(arguments.peer_count), "--results", theirs]
            for name, words in [("one start", ["--starts", "0"]), ("as by default", [])]:
                own = [OURS, f"w1-{mode}", "--rounds", "1", "--count", str(arguments.count), "--results", ours, *words]
                if measured(own) and (os.path.exists(theirs) and name != "one start" or measured(peer)):
                    count, worse, better = agreement(ours, theirs)
                    print(f"\nMode {mode}, {name}, {count} spectra: {worse} end higher than lmfit's by more than 1e-6 of "
                          f"chi squared, {better} lower.")
            if os.path.exists(theirs):
                os.remove(theirs)

    if arguments.json:
        with open(arguments.json, "w") as out:
            json.dump({"machine": machine(), "results": best, "ratios": ratios}, out, indent=1)
    if arguments.keep:
        with open(RATIOS, "w") as out:
            json.dump({"machine": machine(), "ratios": {k: round(v, 3) for k, v in ratios.items()}}, out, indent=1)
            out.write("\n")
    if arguments.check:
        with open(RATIOS) as kept:
            before = json.load(kept)["ratios"]
        fallen = {k: v for k, v in ratios.items() if k in before and v < TOLERANCE * before[k]}
        for name, value in fallen.items():
            print(f"REGRESSION: {name} is {value:.3g}, was {before[name]:.3g}")
        sys.exit(1 if fallen else 0)


if __name__ == "__main__":
    main()
