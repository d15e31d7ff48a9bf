"""The C library: where it is, how its functions are called, and what its errors become."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_size_t, c_void_p
from pathlib import Path
from typing import Any, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import errors

ABI_VERSION = 1

FloatArray = NDArray[np.float64]
Pathish = "str | os.PathLike[str]"


class Error(ctypes.Structure):
    """``interphase_error`` of the header."""

    _fields_ = [
        ("status", c_int32),
        ("reserved", c_int32),
        ("line", c_int64),
        ("column", c_int64),
        ("byte", c_int64),
        ("file", ctypes.c_char * 512),
        ("message", ctypes.c_char * 2048),
    ]


class Batch(ctypes.Structure):
    """``interphase_batch`` of the header."""

    _fields_ = [
        ("size", c_size_t),
        ("intensities", c_void_p),
        ("variances", c_void_p),
        ("spectra", c_size_t),
        ("points", c_size_t),
        ("stride", c_size_t),
        ("workers", c_int32),
        ("reserved", c_int32),
        ("cancel", c_void_p),
        ("done", c_void_p),
        ("values", c_void_p),
        ("uncertainties", c_void_p),
        ("covariances", c_void_p),
        ("quantities", c_void_p),
        ("chi2", c_void_p),
        ("outcomes", c_void_p),
    ]


_text_out = POINTER(c_void_p)
_handle_out = POINTER(c_int64)
_error = POINTER(Error)

# What each function of the header takes; all of these give a status.
_PROTOTYPES: dict[str, list[Any]] = {
    "interphase_close": [c_int64],
    "interphase_read": [c_char_p, c_char_p, _handle_out, _error],
    "interphase_file_info": [c_int64, _text_out, _error],
    "interphase_file_count": [c_int64, POINTER(c_size_t), POINTER(c_size_t), _error],
    "interphase_file_spectrum": [c_int64, c_size_t, _handle_out, _error],
    "interphase_file_pattern": [c_int64, c_size_t, _handle_out, _error],
    "interphase_write": [POINTER(c_int64), c_size_t, c_char_p, c_char_p, _error],
    "interphase_spectrum_create": [c_void_p, c_void_p, c_size_t, c_char_p, _handle_out, _error],
    "interphase_spectrum_info": [c_int64, _text_out, _error],
    "interphase_spectrum_points": [c_int64, POINTER(c_size_t), _error],
    "interphase_spectrum_copy": [c_int64, c_int32, c_void_p, c_size_t, _error],
    "interphase_spectrum_svg": [c_int64, _text_out, _error],
    "interphase_recipe_names": [_text_out, _error],
    "interphase_model_named": [c_char_p, _handle_out, _error],
    "interphase_model_create": [c_char_p, c_char_p, _handle_out, _error],
    "interphase_model_recipe": [c_int64, _text_out, _error],
    "interphase_model_adjust": [c_int64, c_char_p, _handle_out, _error],
    "interphase_fit": [c_int64, c_int64, c_void_p, c_size_t, _handle_out, _error],
    "interphase_fit_json": [c_int64, c_char_p, _text_out, _error],
    "interphase_fit_table": [c_int64, _text_out, _error],
    "interphase_fit_svg": [c_int64, _text_out, _error],
    "interphase_fit_html": [c_int64, _text_out, _error],
    "interphase_fit_recipe": [c_int64, _text_out, _error],
    "interphase_fit_sizes": [c_int64, POINTER(c_size_t), POINTER(c_size_t), POINTER(c_size_t), _error],
    "interphase_fit_copy": [c_int64, c_int32, c_void_p, c_size_t, _error],
    "interphase_prepare": [c_int64, c_int64, _handle_out, _error],
    "interphase_prepared_info": [c_int64, _text_out, _error],
    "interphase_fit_many": [c_int64, POINTER(Batch), _error],
    "interphase_fit_series": [c_int64, POINTER(c_int64), c_size_t, c_char_p, _text_out, POINTER(c_int64), _error],
    "interphase_quantify": [POINTER(c_int64), c_size_t, c_char_p, _text_out, _error],
    "interphase_review": [POINTER(c_int64), c_size_t, c_int64, _text_out, _error],
    "interphase_pattern_create": [c_void_p, c_void_p, c_size_t, c_char_p, _handle_out, _error],
    "interphase_pattern_info": [c_int64, _text_out, _error],
    "interphase_pattern_points": [c_int64, POINTER(c_size_t), _error],
    "interphase_pattern_copy": [c_int64, c_void_p, c_void_p, c_size_t, _error],
    "interphase_identify": [c_int64, c_char_p, _text_out, _error],
    "interphase_simulate": [c_int64, c_char_p, _handle_out, _error],
    "interphase_simulate_pattern": [c_char_p, _handle_out, _error],
}


def _load() -> ctypes.CDLL:
    suffix = "dylib" if sys.platform == "darwin" else "so"
    path = Path(os.environ.get("INTERPHASE_LIBRARY") or Path(__file__).parent / f"libinterphase.{suffix}")
    if not path.exists():
        raise ImportError(f"{path}: the library of Interphase is missing; install the package with pip install ./python")
    library = ctypes.CDLL(str(path))
    found = library.interphase_abi_version()
    if found != ABI_VERSION:
        raise ImportError(f"{path}: has version {found} of the C interface; this package needs {ABI_VERSION}")
    for name, arguments in _PROTOTYPES.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = c_int32
    library.interphase_version.argtypes = []
    library.interphase_version.restype = c_char_p
    library.interphase_open_handles.argtypes = []
    library.interphase_open_handles.restype = c_int64
    library.interphase_free.argtypes = [c_void_p]
    library.interphase_free.restype = None
    return library


library = _load()
version: str = library.interphase_version().decode()

CANCELLED = 10

_exceptions: dict[int, type[errors.InterphaseError]] = {
    1: errors.ArgumentError,
    2: errors.ArgumentError,
    3: errors.MissingFileError,
    4: errors.ReadError,
    5: errors.RecipeError,
    6: errors.FitError,
    7: errors.QuantificationError,
    8: errors.PatternError,
    9: errors.WriteError,
}


def exception(error: Error) -> errors.InterphaseError:
    """The exception that an error of the library becomes."""
    kind = _exceptions.get(error.status, errors.InternalError)
    return kind(
        error.message.decode("utf-8", "replace"),
        file=error.file.decode("utf-8", "replace") or None,
        line=error.line or None,
        column=error.column or None,
        byte=error.byte if error.byte >= 0 else None,
    )


def call(name: str, *arguments: Any) -> None:
    """Calls a function that may fail, and raises what it says."""
    error = Error()
    if getattr(library, name)(*arguments, byref(error)) != 0:
        raise exception(error)


def text(name: str, *arguments: Any) -> str:
    """Calls a function whose result is a text."""
    result = c_void_p()
    call(name, *arguments, byref(result))
    return _taken(result)


def _taken(result: c_void_p) -> str:
    try:
        return ctypes.string_at(result.value or 0).decode("utf-8", "replace")
    finally:
        library.interphase_free(result)


def document(name: str, *arguments: Any) -> Any:
    """Calls a function whose result is a JSON document."""
    return json.loads(text(name, *arguments))


def document_with_handles(name: str, *arguments: Any, count: int) -> tuple[Any, list[Handle]]:
    """Calls a function that gives a JSON document and `count` handles."""
    result = c_void_p()
    found = (c_int64 * count)()
    call(name, *arguments, byref(result), found)
    handles = [Handle(value) for value in found]
    return json.loads(_taken(result)), handles


class Handle:
    """Keeps something of the library alive for as long as Python needs it."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def __del__(self) -> None:
        # At the end of the interpreter the library may be gone before.
        if library is not None:
            library.interphase_close(self.value)


def handle(name: str, *arguments: Any) -> Handle:
    """Calls a function whose result is a handle."""
    result = c_int64()
    call(name, *arguments, byref(result))
    return Handle(result.value)


def handles(values: Sequence[Handle]) -> Any:
    """An array of handles for C; the caller keeps the handles alive."""
    return (c_int64 * len(values))(*[value.value for value in values])


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """A path for C."""
    return checked(os.fspath(path))


def checked(value: str) -> bytes:
    """A text for C, which cannot hold a zero."""
    encoded = value.encode("utf-8")
    if b"\0" in encoded:
        raise errors.ArgumentError("a text for Interphase cannot hold the character 0")
    return encoded


def options(values: Mapping[str, Any]) -> bytes | None:
    """Options for C: those that are not None, as JSON."""
    given = {key: plain(value) for key, value in values.items() if value is not None}
    # No number that JSON does not know.
    return json.dumps(given, allow_nan=False).encode() if given else None


def plain(value: Any) -> Any:
    """A value with NumPy's numbers and arrays turned into Python's, for JSON."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(entry) for entry in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value


def numbers(values: ArrayLike, name: str) -> FloatArray:
    """One-dimensional array of numbers in the layout of C; no copy where it has that already."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise errors.ArgumentError(f"{name} has {array.ndim} dimensions; expected one")
    return array


def address(array: NDArray[Any]) -> int:
    """Where the numbers of an array lie."""
    return int(array.__array_interface__["data"][0])


def copied(name: str, owner: Handle, which: int, count: int) -> FloatArray:
    """An array that the library copies into one of ours, which is then read-only."""
    array = np.empty(count)
    call(name, owner.value, which, address(array), count)
    array.flags.writeable = False
    return array


def double(value: float) -> c_double:
    """A number for C."""
    return c_double(value)
