"""The package and the header of the library say the same."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import interphase as ip
from interphase import _native

HEADER = (Path(ip.__file__).parent / "interphase.h").read_text()
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


def test_all_that_is_public_has_a_docstring():
    for name in ip.__all__:
        entry = getattr(ip, name)
        if callable(entry):
            assert entry.__doc__, name


def test_swift_is_not_needed():
    """In an interpreter that finds neither Swift nor anything else."""
    code = "import interphase; print(len(interphase.recipes()) > 0)"
    done = subprocess.run([sys.executable, "-c", code], env={"PATH": "/nowhere"}, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr
    libraries = Path("/proc/self/maps").read_text() if sys.platform.startswith("linux") else ""
    assert "libswift" not in libraries
