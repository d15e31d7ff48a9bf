"""What the documentation shows, works: every block of Python runs, in order, and so do the C and the commands."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def blocks(path: str, language: str) -> list[tuple[int, str]]:
    """The blocks of a language with their lines."""
    text = (ROOT / path).read_text()
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, flags=re.S | re.M)
    return [(text.count("\n", 0, match.start()) + 2, match[1]) for match in found]


def run_python(path: str) -> int:
    namespace: dict[str, object] = {}
    count = 0
    for line, code in blocks(path, "python"):
        # Line numbers of tracebacks are those of the document.
        exec(compile("\n" * (line - 1) + code, str(ROOT / path), "exec"), namespace)
        count += 1
    return count


@pytest.mark.parametrize("path, least", [("docs/python.md", 10), ("README.md", 1)])
def test_python_blocks_run(path, least, tmp_path, monkeypatch):
    import matplotlib

    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    if path == "README.md":
        # The file that the section talks of.
        (tmp_path / "cathode.vms").write_bytes(
            (ROOT / "reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms").read_bytes()
        )
    assert run_python(path) >= least


def test_other_blocks_are_known():
    """Commands that are not run here are run by scripts/check-python.sh: the installation."""
    assert [code for _, code in blocks("docs/python.md", "sh")] == ["pip install ./python\n"]
    languages = re.findall(r"^```(\w+)$", (ROOT / "docs/python.md").read_text(), flags=re.M)
    assert set(languages) <= {"python", "sh"}


@pytest.mark.skipif("LIBRARY" not in os.environ, reason="scripts/check-python.sh says where the library is")
def test_the_first_c_program_runs(tmp_path):
    ((_, source),) = blocks("docs/c-interface.md", "c")
    ((_, commands),) = blocks("docs/c-interface.md", "sh")
    (tmp_path / "first.c").write_text(source)
    # The library was built by the script that calls this.
    build, rest = commands.split("\n", 1)
    assert build == "scripts/build-c-library.sh build-c"
    (tmp_path / "build-c").symlink_to(os.environ["LIBRARY"])
    rest = rest.replace("cc ", os.environ.get("CC", "cc") + " ", 1)
    done = subprocess.run(["sh", "-e", "-c", rest], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "PS4 3-" in done.stdout and "reduced chi2" in done.stdout
