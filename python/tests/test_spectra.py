"""Spectra and files: what goes in comes out."""

from __future__ import annotations

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interphase as ip


def test_arrays_come_back_bit_for_bit():
    energies = np.linspace(170, 155, 301)
    counts = np.random.default_rng(1).poisson(1000, 301).astype(float)
    spectrum = ip.Spectrum(energies, counts, level="S 2p", name="mine", sample="pellet", photon_energy=1486.6)
    assert np.array_equal(spectrum.energies, energies)
    assert np.array_equal(spectrum.intensities, counts)
    assert np.allclose(spectrum.binding_energies + spectrum.kinetic_energies, 1486.6, atol=1e-9)
    assert (spectrum.name, spectrum.sample, spectrum.level, spectrum.unit) == ("mine", "pellet", "S 2p", "counts")
    assert len(spectrum) == 301
    with pytest.raises(ValueError):
        spectrum.intensities[0] = 1  # read-only: the library has the numbers


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.uint16, np.int64])
def test_numbers_of_any_type_are_taken(dtype):
    counts = np.arange(50).astype(dtype)
    spectrum = ip.Spectrum(np.arange(50) * 0.1 + 100, counts)
    assert np.array_equal(spectrum.intensities, np.arange(50))


def test_views_that_are_not_contiguous_are_taken():
    block = np.arange(200.0).reshape(100, 2)
    spectrum = ip.Spectrum(block[:, 0], block[:, 1])
    assert np.array_equal(spectrum.intensities, block[:, 1])


@settings(max_examples=20, deadline=None)
@given(
    counts=st.lists(st.integers(0, 10**7), min_size=12, max_size=60),
    start=st.floats(10, 1000),
    step=st.floats(0.02, 1),
    format=st.sampled_from(["vms", "csv", "nxs"]),
)
def test_files_hold_what_was_written(tmp_path_factory, counts, start, step, format):
    path = tmp_path_factory.mktemp("files") / f"one.{format}"
    energies = 1486.6 - (start + step * np.arange(len(counts)))
    spectrum = ip.Spectrum(
        energies, counts, axis="kinetic", photon_energy=1486.6, name="S 2p", level="S 2p", sweeps=1, dwell=1
    )
    spectrum.write(path)
    back = ip.read(path)[0]
    assert np.array_equal(np.sort(back.intensities), np.sort(np.asarray(counts, dtype=float)))
    order, other = np.argsort(back.binding_energies), np.argsort(spectrum.binding_energies)
    assert np.allclose(back.binding_energies[order], spectrum.binding_energies[other], atol=1e-6)
    assert np.array_equal(back.intensities[order], spectrum.intensities[other])


def test_a_file_is_a_sequence_that_knows_names_and_levels(tmp_path, truth):
    first, second = truth.simulate(seed=1, name="left"), truth.simulate(seed=2, name="right")
    path = tmp_path / "two.vms"
    ip.write([first, second], path)
    file = ip.read(path)
    assert len(file) == 2 and [spectrum.name for spectrum in file] == ["left", "right"]
    assert np.array_equal(file["right"].intensities, second.intensities)
    assert file[-1].name == "right" and file[0:1][0].name == "left" and file.patterns == []
    assert "VAMAS" in file.format
    with pytest.raises(KeyError, match="2 spectra"):
        file["S 2p"]
    with pytest.raises(KeyError, match="'left', 'right'"):
        file["C 1s"]
    with pytest.raises(IndexError):
        file[2]
    single = tmp_path / "one.vms"
    first.write(single)
    assert ip.read(single)["S 2p"].name == "left"


def test_a_table_has_the_columns(spectrum):
    frame = spectrum.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ["binding_energy_eV", "kinetic_energy_eV", "intensity"] and len(frame) == 201


def test_errors_name_file_and_place(tmp_path):
    with pytest.raises(FileNotFoundError) as missing:
        ip.read(tmp_path / "none.vms")
    assert missing.value.file == str(tmp_path / "none.vms") and "no such file" in str(missing.value)
    path = tmp_path / "broken.vms"
    path.write_text("VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4\n" + "x\n" * 5)
    with pytest.raises(ip.ReadError) as broken:
        ip.read(path)
    assert broken.value.line is not None and broken.value.file == str(path)
    assert str(broken.value.line) in str(broken.value)
    assert isinstance(broken.value, ValueError) and isinstance(broken.value, ip.InterphaseError)
    with pytest.raises(ip.WriteError) as unwritable:
        ip.Spectrum([1, 2, 3], [1, 2, 3]).write("/nowhere/at/all.vms")
    assert isinstance(unwritable.value, OSError)


@pytest.mark.parametrize(
    "energies, counts",
    [
        ([1, 2, 3], [1, 2]),
        ([], []),
        ([1, 2, float("nan")], [1, 2, 3]),
        ([1, 2, 3], [1, 2, float("inf")]),
        ([1, 3, 2], [1, 2, 3]),
        ([[1, 2], [3, 4]], [1, 2, 3, 4]),
    ],
)
def test_arrays_that_make_no_sense_are_refused(energies, counts):
    with pytest.raises(ip.ArgumentError):
        ip.Spectrum(energies, counts)


def test_options_that_make_no_sense_are_refused():
    with pytest.raises(ip.RecipeError, match="core level"):
        ip.Spectrum([1, 2, 3], [1, 2, 3], level="Q 9q")
    with pytest.raises(ip.RecipeError, match="counts"):
        ip.Spectrum([1, 2, 3], [1, 2, 3], unit="photons")
    with pytest.raises(ip.ArgumentError, match="character 0"):
        ip.read("a\0b")
    with pytest.raises(ip.ArgumentError, match="photon energy"):
        ip.Spectrum([1, 2, 3], [1, 2, 3]).kinetic_energies
