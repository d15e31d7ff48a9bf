"""Writes Tests/Fixtures/diffraction/cctbx-patterns.tsv: the patterns of the phase library by cctbx.

cctbx (pip install cctbx-base, Lawrence Berkeley's BSD-like licence) computes them from the same CIFs: form factors of
Waasmaier & Kirfel, f' and f'' of Sasaki (another table than ours), direct summation, Cu K-alpha-1, neutral atoms, no
monochromator, the mean over Friedel mates. After "@ phase range" come the lines of at least 0.5, positions in degrees
and intensities with the strongest at 100; lines within 0.002 degrees are added up.
"""
import math
from pathlib import Path

from cctbx import crystal, miller, xray
from cctbx.array_family import flex
from cctbx.eltbx import sasaki
from iotbx import cif

ROOT = Path(__file__).resolve().parents[3]
WAVELENGTH = 1.5405929
LIMIT = 100


def lines(path):
    reader = cif.reader(file_path=str(path))
    structure = next(iter(reader.build_crystal_structures().values()))
    block = next(iter(reader.model().values()))
    # Atoms close to a special position stay where they are: half-filled sites are meant to.
    settings = crystal.special_position_settings(structure.crystal_symmetry(), min_distance_sym_equiv=0.01)
    rebuilt = xray.structure(settings)
    columns = [block["_atom_site_fract_" + axis] for axis in "xyz"]
    for scatterer, *site in zip(structure.scatterers(), *columns):
        rebuilt.add_scatterer(xray.scatterer(
            label=scatterer.label, scattering_type=scatterer.scattering_type, site=[float(x) for x in site],
            u=scatterer.u_iso, occupancy=scatterer.occupancy))
    structure = rebuilt
    for scatterer in structure.scatterers():
        # The free atom; "H" is the bonded one there.
        if scatterer.element_symbol() == "H":
            scatterer.scattering_type = "Hiso"
    structure.scattering_type_registry(table="wk1995")
    for scatterer in structure.scatterers():
        # Sasaki's tables start with lithium.
        if scatterer.element_symbol() in ("H", "D", "He"):
            continue
        values = sasaki.table(scatterer.element_symbol()).at_angstrom(WAVELENGTH)
        if values.is_valid():
            scatterer.fp, scatterer.fdp = values.fp(), values.fdp()
    least = WAVELENGTH / (2 * math.sin(math.radians(LIMIT / 2)))
    reflections = miller.build_set(structure.crystal_symmetry(), anomalous_flag=False, d_min=least)
    squares = flex.double(reflections.size(), 0)
    for sign in (1, -1):
        indices = flex.miller_index([tuple(sign * i for i in h) for h in reflections.indices()])
        mates = miller.set(structure.crystal_symmetry(), indices, anomalous_flag=True)
        amplitudes = mates.structure_factors_from_scatterers(structure, algorithm="direct").f_calc().data()
        squares += flex.norm(amplitudes) / 2
    angles = reflections.two_theta(WAVELENGTH, deg=True).data()
    multiplicities = reflections.multiplicities().data()
    group = structure.space_group()
    merged = []
    for angle, square, index in sorted(zip(angles, squares, reflections.indices())):
        theta = math.radians(angle / 2)
        factor = (1 + math.cos(2 * theta) ** 2) / (math.sin(theta) ** 2 * math.cos(theta))
        intensity = group.multiplicity(index, False) * square * factor
        if merged and angle - merged[-1][0] <= 0.002:
            merged[-1][1] += intensity
        else:
            merged.append([angle, intensity])
    return merged


def main():
    folder = ROOT / "reference-spectra/phases"
    text = ["# By cctbx-base 2025.11, Sasaki's f' and f''; made by Tests/Fixtures/scripts/make_cctbx_patterns.py.\n"]
    for path in sorted(folder.glob("*.cif")):
        pattern = lines(path)
        strongest = max(line[1] for line in pattern)
        text.append(f"@\t{path.stem}\t{LIMIT}\n")
        text += [
            f"{angle:.7f}\t{100 * intensity / strongest:.4f}\n"
            for angle, intensity in pattern if 100 * intensity / strongest >= 0.5]
    (ROOT / "Tests/Fixtures/diffraction/cctbx-patterns.tsv").write_text("".join(text))


main()
