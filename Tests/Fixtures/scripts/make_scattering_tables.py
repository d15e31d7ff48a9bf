"""Writes the X-ray scattering tables below reference-spectra/diffraction/ from the DABAX files of the same content.

usage: make_scattering_tables.py DABAX_FOLDER
The folder holds f0_WaasKirf.dat and f1f2_CromerLiberman.dat of github.com/oasys-kit/DabaxFiles (MIT licence). Absorption
edges are those of xraydb (pip install xraydb).
"""
import math
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[3] / "reference-spectra/diffraction"

WAASMAIER = """\
# Elastic scattering factors of free atoms and ions: species, a1..a5, c, b1..b5 with
# f0(s) = c + sum a_i exp(-b_i s^2), s = sin(theta)/lambda from 0 to 6 1/Angstrom.
# D. Waasmaier & A. Kirfel, Acta Cryst. A51 (1995) 416-431; O1- and O2- are theirs, fitted to D. Rez, P. Rez & I. Grant,
# Acta Cryst. A50 (1994) 481-497. Numbers as in DABAX f0_WaasKirf.dat (github.com/oasys-kit/DabaxFiles, MIT licence).
# Made by Tests/Fixtures/scripts/make_scattering_tables.py.
"""

CROMER = """\
# Anomalous scattering f' and f'' in electrons by the method of Cromer & Liberman, with the high-energy limit of Kissel &
# Pratt; f = f0 + f' + i f'', f'' > 0. After "@ symbol" one line per energy, f' then f''; the energies of every element
# are E(i) = 1000 eV * 70^(i/1024), i = {first}...{last}.
# D. T. Cromer & D. Liberman, J. Chem. Phys. 53 (1970) 1891 and Acta Cryst. A37 (1981) 267; D. T. Cromer, J. Appl. Cryst.
# 16 (1983) 437; L. Kissel & R. H. Pratt, Acta Cryst. A46 (1990) 170. Numbers as in DABAX f1f2_CromerLiberman.dat
# (github.com/oasys-kit/DabaxFiles, MIT licence), to five digits.
# Made by Tests/Fixtures/scripts/make_scattering_tables.py.
"""


EDGES = """\
# Absorption edges in eV from 2.8 keV to 70 keV by falling energy: K, L1, L2, L3, M1 ... of each element.
# W. T. Elam, B. D. Ravel & J. R. Sieber, Radiat. Phys. Chem. 63 (2002) 121, as in xraydb.
# Made by Tests/Fixtures/scripts/make_scattering_tables.py.
"""


def edges():
    import xraydb

    lines = [EDGES]
    for number in range(1, 99):
        energies = sorted((edge.energy for edge in xraydb.xray_edges(number).values()), reverse=True)
        kept = [f"{energy:.0f}" for energy in energies if 2800 <= energy <= 70000]
        if kept:
            lines.append(" ".join([xraydb.atomic_symbol(number)] + kept) + "\n")
    (TARGET / "absorption-edges.txt").write_text("".join(lines))


def records(path):
    species, rows = None, []
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith("#S"):
            if rows:
                yield species, rows
            species, rows = line.split()[2].rstrip("."), []
        elif species and line.strip() and not line.startswith("#"):
            rows.append([float(word) for word in line.split()])
    if rows:
        yield species, rows


def main():
    dabax = Path(sys.argv[1])
    lines = [WAASMAIER]
    for species, rows in records(dabax / "f0_WaasKirf.dat"):
        if "val" not in species and not species.endswith("va"):  # sp3 hybrids of C and Si
            lines.append(" ".join([species] + [f"{value:g}" if value == 0 else f"{value:.6f}" for value in rows[0]]) + "\n")
    (TARGET / "waasmaier-kirfel.txt").write_text("".join(lines))

    first, last = 248, 1024  # 2.8 keV to 70 keV
    lines = [CROMER.replace("{first}", str(first)).replace("{last}", str(last))]
    for symbol, rows in records(dabax / "f1f2_CromerLiberman.dat"):
        lines.append(f"@ {symbol}\n")
        for i in range(first, last + 1):
            energy, real, imaginary = rows[i - 1]
            assert math.isclose(energy, 1000 * 70 ** (i / 1024), rel_tol=1e-5), (symbol, i, energy)
            lines.append(f"{real:.5g} {imaginary:.5g}\n")
    (TARGET / "cromer-liberman.txt").write_text("".join(lines))
    edges()


main()
