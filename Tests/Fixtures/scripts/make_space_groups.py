"""Writes reference-spectra/diffraction/space-groups.tsv and Tests/Fixtures/diffraction/space-group-operators.tsv.

The first is the list of settings: number, qualifier, Hermann-Mauguin symbol, Hall symbol. The second is what another
program makes of each Hall symbol, for the tests: the number of operators and the 64-bit FNV-1a hash of their sorted
coordinate triplets, joined by line feeds. Needs: pip install gemmi.
"""
import gemmi
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HEADER = """\
# Settings of the space groups: number, qualifier, Hermann-Mauguin symbol, Hall symbol, separated by tabs.
# Rows 1 to 530 are the settings of International Tables for Crystallography, Vol. B (2010), table A1.4.2.7 (S. R. Hall
# and R. W. Grosse-Kunstleve), in its order; the rest are settings in use beyond it. The qualifier is the one of that
# table: origin choice 1 or 2, hexagonal (H) or rhombohedral (R) axes, or the unique axis and cell choice.
# Made by Tests/Fixtures/scripts/make_space_groups.py.
"""


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def main():
    settings, operators = [HEADER], []
    for group in gemmi.spacegroup_table():
        qualifier = group.ext.strip("\0 ") or group.qualifier
        settings.append(f"{group.number}\t{qualifier}\t{group.hm}\t{group.hall}\n")
        triplets = sorted(op.triplet() for op in group.operations())
        operators.append(f"{group.hall}\t{len(triplets)}\t{fnv1a(chr(10).join(triplets)):016x}\n")
    (ROOT / "reference-spectra/diffraction/space-groups.tsv").write_text("".join(settings))
    head = f"# Operators by gemmi {gemmi.__version__}; made by Tests/Fixtures/scripts/make_space_groups.py.\n"
    (ROOT / "Tests/Fixtures/diffraction/space-group-operators.tsv").write_text(head + "".join(operators))


main()
