"""The package and the header of the library say the same."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interphase as ip
from interphase import _native

HEADER = (Path(ip.__file__).parent / "interphase.h").read_text()
FRAGMENTS = [
    "interphase: 1\n", "level: S 2p\n", "components:\n", "  - {name: a, position: 161}\n", "  - {name: ", "{", "}", "[", "]",
    "window: [1e308, -1e308]\n", "&a *a", "phases: {Co3O4: 1e-300}", "step: 1e-320", "seed: 99999999999999999999",
    "two_theta: [1, 170]", "!!float x", "'", '"', "\t", "? ", "background: {kind: tougaard-u4}\n", "-0x1p9999",
]
CODE = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)


def test_every_function_of_the_header_is_known_with_its_arguments():
    declared = {
        name: len([part for part in arguments.split(",") if part.strip() not in ("", "void")])
        for name, arguments in re.findall(r"\b(interphase_\w+)\(([^)]*)\)\s*;", CODE)
    }
    known = {name: len(arguments) for name, arguments in _native._PROTOTYPES.items()}
    known |= {"interphase_abi_version": 0, "interphase_version": 0, "interphase_open_handles": 0, "interphase_free": 1}
    assert known == declared
    assert _native.ABI_VERSION == int(re.search(r"INTERPHASE_ABI_VERSION (\d+)", HEADER)[1])


def test_structures_have_the_members_of_the_header():
    for name, structure in (("interphase_error", _native.Error), ("interphase_batch", _native.Batch)):
        body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (name, name), CODE, flags=re.S)[1]
        members = re.findall(r"(\w+)(?:\[\d+\])?;", body)
        assert members == [field[0] for field in structure._fields_]
    assert ctypes.sizeof(_native.Batch) == 16 * 8 - 8


def test_statuses_are_those_of_the_header():
    numbers = {int(number): name for name, number in re.findall(r"INTERPHASE_(\w+) = (\d+)", CODE) if name.endswith(("ERROR", "ARGUMENT", "HANDLE", "FILE", "CANCELLED"))}
    assert numbers[_native.CANCELLED] == "CANCELLED"
    for number, kind in _native._exceptions.items():
        expected = {"INVALID_ARGUMENT": "ArgumentError", "INVALID_HANDLE": "ArgumentError", "NO_SUCH_FILE": "MissingFileError"}
        name = numbers[number]
        assert kind.__name__ == expected.get(name, name.title().replace("_", ""))


@settings(max_examples=30, deadline=None)
@given(handle=st.integers(-(2**63), 2**63 - 1), size=st.integers(0, 2**64 - 1))
def test_nothing_and_nonsense_are_errors_in_every_function(handle, size):
    """NULL for every pointer, handles out of the blue, sizes of any size: a status comes back, and a message."""
    for name, types in _native._PROTOTYPES.items():
        error = _native.Error()
        arguments = []
        for kind in types:
            if kind is ctypes.c_int64:
                arguments.append(handle if abs(handle) > 10**6 else 0)
            elif kind is ctypes.c_size_t:
                arguments.append(size)
            elif kind is ctypes.c_int32:
                arguments.append(size % 2**31)
            else:
                arguments.append(ctypes.byref(error) if kind is _native._error else None)
        status = getattr(_native.library, name)(*arguments)
        if name == "interphase_close":
            assert status in (0, 2)
            continue
        assert status != 0, name
        if _native._error in types:
            assert error.status == status and error.message


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=200), st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)))
def test_recipes_and_options_out_of_the_blue_are_errors_or_work(text):
    for attempt in (
        lambda: ip.PeakModel.from_yaml(text),
        lambda: _native.handle("interphase_simulate_pattern", text.replace("\0", "").encode("utf-8", "replace")),
        lambda: _native.handle("interphase_read", b"/nowhere", text.replace("\0", "").encode("utf-8", "replace")),
    ):
        try:
            attempt()
        except (ip.RecipeError, ip.ArgumentError, ip.MissingFileError, ip.PatternError):
            pass


def test_all_that_is_public_has_a_docstring():
    for name in ip.__all__:
        entry = getattr(ip, name)
        if callable(entry):
            assert entry.__doc__, name


ALONE = """
import interphase as ip

ip.PeakModel.recipe("s2p-argyrodite-cathode")
ip.Spectrum([1, 2, 3], [1, 2, 3]).write("one.nxs")
ip.read("one.nxs")
print(ip.__file__)
for line in open("/proc/self/maps"):
    if ".so" in line:
        print(line.split()[-1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_package_brings_what_it_needs(tmp_path):
    """In an interpreter that finds no program at all: neither Swift nor GSL, FFTW, HDF5 ... are those of the system."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE], env={"PATH": "/nowhere"}, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    first, *loaded = done.stdout.splitlines()
    site = str(Path(first).parent.parent)
    assert not [path for path in loaded if "swift" in Path(path).name.lower()]
    for name in ("libgsl", "libfftw3", "libhdf5", "libsqlite3", "libzip", "libcrypto"):
        found = {path for path in loaded if Path(path).name.startswith(name)}
        assert found and all(path.startswith(site) for path in found), (name, found)
