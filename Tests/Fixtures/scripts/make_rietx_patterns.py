"""Writes Tests/Fixtures/diffraction/rietx-patterns.tsv: the patterns of the phase library by another program.

rietx (pip install rietx, MIT licence) computes them from the same CIFs with its own code, and with its own copy of the
tables of Waasmaier & Kirfel and of Cromer & Liberman: neutral atoms, dispersion at K-alpha-1, no monochromator.
After "@ phase anode range I/Ic" come the lines of at least 0.5, positions in degrees and intensities with the strongest
at 100; lines within 0.002 degrees are added up.
"""
import warnings
from pathlib import Path

import gemmi
import numpy as np
import rietx
from rietx.crystallography.cif import structure_from_cif
from rietx.crystallography.dispersion import dispersion_map
from rietx.crystallography.structure_factor import compile_phase_sites, structure_factors_squared
from rietx.crystallography.symmetry import generate_reflections
from rietx.model.corrections import lorentz_polarization

warnings.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parents[3]
RADIATION = {"Cu": (1.5405929, 100), "Co": (1.7889960, 120), "Mo": (0.70931715, 45)}


def lines(path, wavelength, limit):
    """(two theta, integrated intensity per volume) of the merged lines, and the density in arbitrary units."""
    phase = structure_from_cif(str(path)).phases[0]
    cell = [getattr(phase.cell, key).value for key in ("a", "b", "c", "alpha", "beta", "gamma")]
    reflections = generate_reflections(phase.space_group, tuple(cell), wavelength, limit)
    sites = compile_phase_sites(phase, dispersion_map([atom.species for atom in phase.atoms], wavelength))
    squares = structure_factors_squared(
        reflections.hkl, reflections.d, sites,
        np.array([[atom.x.value, atom.y.value, atom.z.value] for atom in phase.atoms]),
        np.array([atom.occ.value for atom in phase.atoms]), np.array([atom.biso.value for atom in phase.atoms]))
    angles = np.degrees(2 * np.arcsin(wavelength / (2 * reflections.d)))
    volume = gemmi.UnitCell(*cell).volume
    intensities = reflections.multiplicity * squares * lorentz_polarization(angles, 0.5) / volume**2
    merged = []
    for angle, intensity in sorted(zip(angles, intensities)):
        if angle > limit:
            continue
        if merged and angle - merged[-1][0] <= 0.002:
            merged[-1][1] += intensity
        else:
            merged.append([angle, intensity])
    mass = sum(
        atom.occ.value * len(operations[0]) * gemmi.Element(atom.species).weight
        for atom, operations in zip(phase.atoms, sites.ops))
    return merged, mass / volume


def spacing_113():
    cell = gemmi.read_small_structure(str(ROOT / "reference-spectra/phases/Al2O3-corundum.cif")).cell
    return cell.calculate_d([1, 1, 3])


def main():
    folder = ROOT / "reference-spectra/phases"
    text = [f"# By rietx {rietx.__version__}; made by Tests/Fixtures/scripts/make_rietx_patterns.py.\n"]
    for anode, (wavelength, limit) in RADIATION.items():
        corundum, density = lines(folder / "Al2O3-corundum.cif", wavelength, limit)
        # The (113) line, by its spacing.
        angle = 2 * np.degrees(np.arcsin(wavelength / (2 * spacing_113())))
        reference = next(line[1] for line in corundum if abs(line[0] - angle) < 0.001) / density
        for path in sorted(folder.glob("*.cif")):
            pattern, density = lines(path, wavelength, limit)
            strongest = max(line[1] for line in pattern)
            text.append(f"@\t{path.stem}\t{anode}\t{limit}\t{strongest / density / reference:.5f}\n")
            text += [
                f"{angle:.7f}\t{100 * intensity / strongest:.4f}\n"
                for angle, intensity in pattern if 100 * intensity / strongest >= 0.5]
    (ROOT / "Tests/Fixtures/diffraction/rietx-patterns.tsv").write_text("".join(text))


main()
