"""A build backend (PEP 517) that makes the wheel of Interphase.

`swift build` compiles the library, or finds the objects of scripts/build.sh and links them; auditwheel puts GSL, FFTW and the
other libraries of the system into the wheel, so that it works where neither they nor Swift are installed.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

PYTHON = Path(__file__).resolve().parent.parent
ROOT = PYTHON.parent
PROJECT = tomllib.loads((PYTHON / "pyproject.toml").read_text())["project"]
NAME, VERSION = PROJECT["name"], PROJECT["version"]


def _metadata() -> str:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {NAME}",
        f"Version: {VERSION}",
        f"Summary: {PROJECT['description']}",
        # The sources are under MIT; GSL and FFTW, which the wheel holds, are under the GPL.
        f"License-Expression: {PROJECT['license']} AND GPL-3.0-or-later",
        "License-File: LICENSE",
        f"Requires-Python: {PROJECT['requires-python']}",
    ]
    lines += [f"Requires-Dist: {requirement}" for requirement in PROJECT["dependencies"]]
    for extra, requirements in PROJECT["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {requirement}; extra == "{extra}"' for requirement in requirements]
    lines.append("Description-Content-Type: text/markdown")
    return "\n".join(lines) + "\n\n" + (ROOT / "docs" / "python.md").read_text()


def _check_version() -> None:
    source = (ROOT / "Sources/Interphase/InterphaseVersion.swift").read_text()
    found = re.search(r'current = "([^"]+)"', source)
    if not found or found[1] != VERSION:
        raise RuntimeError(f"pyproject.toml has version {VERSION}, InterphaseVersion.swift {found and found[1]}")


def _system_library(stem: str) -> Path | None:
    """The library of the system whose name begins with `stem`, as the loader finds it."""
    listing = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    for line in listing.splitlines():
        name, _, path = line.strip().partition(" => ")
        if name.startswith(stem + ".so") and path and ("x86-64" in name) == (os.uname().machine == "x86_64"):
            return Path(path).resolve()
    return None


def _tag() -> str:
    if sys.platform == "darwin":
        release = "_".join((os.environ.get("MACOSX_DEPLOYMENT_TARGET") or "14.0").split(".")[:2])
        return f"py3-none-macosx_{release}_{os.uname().machine}"
    return f"py3-none-linux_{os.uname().machine}"


def _pack(folder: Path, tag: str, contents: dict[str, bytes | Path]) -> Path:
    information = f"{NAME}-{VERSION}.dist-info"
    contents = {
        **contents,
        f"{information}/METADATA": _metadata().encode(),
        f"{information}/WHEEL": f"Wheel-Version: 1.0\nGenerator: wheel_of_swift\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
        f"{information}/licenses/LICENSE": ROOT / "LICENSE",
    }
    wheel = folder / f"{NAME}-{VERSION}-{tag}.whl"
    record = []
    # What goes on to auditwheel is packed again there.
    method = zipfile.ZIP_STORED if sys.platform == "linux" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(wheel, "w", method) as archive:
        for name, content in contents.items():
            data = content.read_bytes() if isinstance(content, Path) else content
            entry = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o755 if name.endswith((".so", ".dylib")) else 0o644) << 16
            entry.compress_type = method
            archive.writestr(entry, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(data)}")
        record.append(f"{information}/RECORD,,")
        archive.writestr(f"{information}/RECORD", "\n".join(record) + "\n")
    return wheel


def _sources() -> dict[str, bytes | Path]:
    package = PYTHON / "src" / NAME
    return {f"{NAME}/{path.name}": path for path in sorted(package.iterdir()) if path.suffix == ".py" or path.name == "py.typed"}


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None
) -> str:
    """Builds the wheel into `wheel_directory` and gives its name."""
    _check_version()
    if shutil.which("swift") is None:
        raise RuntimeError("Swift 6.3 or newer is needed to build Interphase: https://www.swift.org/install")
    subprocess.run([str(ROOT / "scripts/install-dependencies.sh")], check=True, cwd=ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run([str(ROOT / "scripts/build-c-library.sh"), str(folder / "library")], check=True, cwd=ROOT)
        contents = _sources()
        contents[f"{NAME}/interphase.h"] = folder / "library" / "interphase.h"
        (library,) = (folder / "library").glob("libinterphase.*")
        contents[f"{NAME}/{library.name}"] = library
        if sys.platform == "linux":
            # HDF5 is loaded by name when a file needs it, so nobody but us sees that it belongs here.
            if found := _system_library("libhdf5_serial"):
                hdf5 = folder / "libhdf5_serial.so"
                shutil.copy(found, hdf5)
                subprocess.run(["patchelf", "--set-soname", hdf5.name, str(hdf5)], check=True)
                subprocess.run(["patchelf", "--force-rpath", "--set-rpath", "$ORIGIN", str(library)], check=True)
                contents[f"{NAME}/{hdf5.name}"] = hdf5
            wheel = _pack(folder, _tag(), contents)
            repaired = folder / "repaired"
            subprocess.run(
                [sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", str(repaired), str(wheel)], check=True
            )
            (wheel,) = repaired.glob("*.whl")
        else:
            wheel = _pack(folder, _tag(), contents)
        shutil.copy(wheel, wheel_directory)
        return wheel.name


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    """There is no source distribution: the sources of the library are the whole repository."""
    raise RuntimeError("build the wheel from a checkout of Interphase: pip wheel ./python")
