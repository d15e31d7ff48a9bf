#!/usr/bin/env python3
"""Checks the NeXus writer against independent programs.

check-nexus.py INTERPHASE FILE...: converts each FILE with the program INTERPHASE to NeXus, reads the result with h5py and
compares every number with the CSV that INTERPHASE writes of the same file, and runs the validator of pynxtools on it.
Needs: pip install h5py numpy pynxtools
"""
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy


def csv_blocks(path):
    """The tables of numbers of a CSV file, each below its lines of text."""
    blocks, rows = [], []
    for line in path.read_text().splitlines() + [""]:
        try:
            rows.append([float(cell) for cell in line.split(",")])
        except ValueError:
            if rows:
                blocks.append(numpy.array(rows))
            rows = []
    return blocks


def entries(path):
    """Energies (or angles) and intensities of the entries in the order of the file."""
    with h5py.File(path) as file:
        groups = sorted(file.values(), key=lambda entry: entry["interphase/index"][()])
        return [(g["data"][g["data"].attrs["axes"][0]][()], g["data"][g["data"].attrs["signal"]][()]) for g in groups]


def check(program, source, folder):
    nexus, csv = folder / "x.nxs", folder / "x.csv"
    for target in (nexus, csv):
        subprocess.run([program, "convert", "--quiet", source, "-o", target], check=True)
    read, wanted = entries(nexus), csv_blocks(csv)
    if len(read) != len(wanted):
        return f"{len(read)} entries, {len(wanted)} spectra"
    for (axis, signal), block in zip(read, wanted):
        if not (numpy.array_equal(axis, block[:, 0]) and numpy.array_equal(signal, block[:, 1])):
            return "other numbers"
    said = subprocess.run(["pynx", "validate", nexus], capture_output=True, text=True)
    lines = (said.stdout + said.stderr).splitlines()
    faults = [line for line in lines if "WARNING" in line or "ERROR" in line]
    valid = [line for line in lines if "is valid" in line]
    if faults or len(valid) != len(read):
        return "; ".join(faults[:3]) or "the validator says nothing"
    return None


def main():
    program, sources = sys.argv[1], sys.argv[2:]
    failures = 0
    for source in sources:
        with tempfile.TemporaryDirectory() as folder:
            fault = check(program, source, pathlib.Path(folder))
        failures += fault is not None
        print(f"{source}: {fault or 'identical and valid'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
