#!/usr/bin/env python3
"""Runs what the documents say: every block of code in README.md and docs/ is executed or compiled.

    sh      executed in a folder with the files that the documents speak of (scripts/document-files.sh)
    yaml    read as a recipe, or as what its first key says it is
    sql     executed on results that the document has made: results.sqlite, or those of `<!-- database: FILE -->`
    swift   compiled against the library, all in one package
    python, c   run by scripts/check-python.sh, which has the library for them
    text    not executed: what a program printed

A block after `<!-- not run: REASON -->` is left out and counted. A block of Swift may be preceded by `<!-- given: CODE -->`,
declarations that the sentences around it take for granted, as `let fit: PeakFit = given()`.

Usage: check-documents.py PROGRAM [DOCUMENT...]
"""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^(?P<notes>(?:<!--(?:(?!-->).)*-->\s*)*)^```(?P<kind>\w*)\n(?P<code>.*?)^```$", re.S | re.M)


class Block(NamedTuple):
    document: pathlib.Path
    line: int
    kind: str
    code: str
    given: str
    excuse: str | None
    database: str

    @property
    def place(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(document: pathlib.Path) -> list[Block]:
    text = document.read_text()
    found = []
    for match in BLOCK.finditer(text):
        notes = match["notes"]
        excuse = re.search(r"<!-- not run: (.*?) -->", notes, re.S)
        given = re.search(r"<!-- given:(.*?)-->", notes, re.S)
        database = re.search(r"<!-- database: (.*?) -->", notes, re.S)
        line = text[: match.start("kind")].count("\n") + 1
        found.append(
            Block(
                document, line, match["kind"], match["code"], given[1] if given else "", excuse and excuse[1],
                database[1] if database else "results.sqlite",
            )
        )
    return found


def fail(block: Block, what: str) -> str:
    return f"{block.place}: {what}\n" + "".join(f"    {line}\n" for line in block.code.splitlines())


def run_shell(block: Block, folder: pathlib.Path, program: pathlib.Path) -> str | None:
    # Exit code 1 says that something was done and that the referee objects, which examples may show.
    script = (
        "set -euo pipefail\n"
        f'interphase() {{ "{program}" "$@" </dev/null || [ $? -eq 1 ]; }}\n' + block.code
    )
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=300)
    return fail(block, f"exit code {done.returncode}: {done.stderr.strip()[-1500:]}") if done.returncode else None


def run_yaml(block: Block, folder: pathlib.Path, program: pathlib.Path) -> str | None:
    path = folder / f"block-{block.line}.yaml"
    if block.code.startswith("interphase-sensitivities"):
        path.write_text(block.code)
        command = ["quantify", "s2p.vms:s2p.yaml", "p2p.vms:p2p.yaml", "--sensitivities", str(path)]
    else:
        # A fragment shows what a recipe says in one place; the rest is added.
        heads = {"interphase: 1": r"^interphase:", "level: Ni 2p": r"^level:"}
        missing = [line for line, pattern in heads.items() if not re.search(pattern, block.code, re.M)]
        path.write_text("".join(f"{line}\n" for line in missing) + block.code)
        command = ["review", str(path)]
    done = subprocess.run([program, *command], cwd=folder, capture_output=True, text=True, timeout=60)
    return fail(block, f"exit code {done.returncode}: {done.stderr.strip()}") if done.returncode > 1 else None


def run_sql(block: Block, folder: pathlib.Path) -> str | None:
    with sqlite3.connect(folder / block.database) as database:
        try:
            return None if database.execute(block.code).fetchall() else fail(block, "no rows")
        except sqlite3.Error as error:
            return fail(block, str(error))


def compile_swift(found: list[Block], scratch: pathlib.Path) -> list[str]:
    """All blocks as functions of one target, which depends on the library as a user's program does."""
    if not found:
        return []
    package = ROOT / ".build" / "document-package"
    sources = package / "Sources" / "Documents"
    sources.mkdir(parents=True, exist_ok=True)
    for old in sources.glob("*.swift"):
        old.unlink()
    (package / "Package.swift").write_text(
        "// swift-tools-version: 6.1\nimport PackageDescription\n\nlet package = Package(\n"
        '    name: "documents", platforms: [.macOS(.v14)], '
        f'dependencies: [.package(name: "interphase", path: "{ROOT}")],\n'
        '    targets: [.target(name: "Documents", dependencies: '
        '[.product(name: "Interphase", package: "interphase")])],\n    swiftLanguageModes: [.v6])\n'
    )
    (sources / "Given.swift").write_text("/// What a document takes for granted.\nfunc given<T>() -> T { fatalError() }\n")
    for block in found:
        imports = sorted({"import Foundation", "import Interphase", *re.findall(r"^import \w+$", block.code, re.M)})
        body = re.sub(r"^import \w+$", "", block.code, flags=re.M)
        name = re.sub(r"\W", "_", f"{block.document.stem}_{block.line}")
        given = "".join(f"    {line.strip()}\n" for line in block.given.strip().splitlines())
        (sources / f"{name}.swift").write_text(
            "\n".join(imports)
            + f"\n\nfunc {name}() throws {{\n{given}"
            + f'#sourceLocation(file: "{block.document}", line: {block.line + 1})\n{body}'
            + "#sourceLocation()\n}\n"
        )
    done = subprocess.run(
        ["swift", "build", "--package-path", package, "--scratch-path", scratch, "--disable-build-manifest-caching"],
        capture_output=True, text=True, cwd=ROOT,
    )
    # The plan of this build is not that of the library's own.
    (scratch / "debug.yaml").unlink(missing_ok=True)
    errors = list(dict.fromkeys(line for line in done.stdout.splitlines() if ": error:" in line))
    return errors or ([done.stdout[-2000:] + done.stderr[-2000:]] if done.returncode else [])


def main(program: pathlib.Path, documents: list[pathlib.Path]) -> int:
    found = [block for document in documents for block in blocks(document)]
    problems = [fail(block, "a block needs a language") for block in found if not block.kind]
    excused = [block for block in found if block.excuse and block.kind != "text"]
    shown = [block for block in found if block.kind == "text"]
    due = [block for block in found if block.kind not in ("", "text") and not block.excuse]
    with tempfile.TemporaryDirectory() as temporary:
        base = pathlib.Path(temporary)
        (base / "bin").mkdir()
        (base / "bin" / "interphase").symlink_to(program)
        environment = {**os.environ, "PATH": f"{base / 'bin'}:{os.environ['PATH']}"}
        subprocess.run(
            ["bash", ROOT / "scripts" / "document-files.sh", base / "files"], check=True, env=environment,
            stdout=subprocess.DEVNULL,
        )
        for document in documents:
            folder = base / f"{document.stem}-{documents.index(document)}"
            subprocess.run(["cp", "-r", base / "files", folder], check=True)
            for block in (block for block in due if block.document == document):
                match block.kind:
                    case "sh":
                        problem = run_shell(block, folder, program)
                    case "yaml":
                        problem = run_yaml(block, folder, program)
                    case "sql":
                        problem = run_sql(block, folder)
                    case "swift" | "python" | "c":
                        continue
                    case other:
                        problem = fail(block, f"no way to check a block of {other}")
                if problem:
                    problems.append(problem)
    problems += compile_swift([block for block in due if block.kind == "swift"], ROOT / ".build")
    for problem in problems:
        print(problem, file=sys.stderr)
    for block in excused:
        print(f"{block.place}: not run: {block.excuse}")
    print(
        f"{len(documents)} documents: {len(due)} blocks run or compiled, {len(shown)} show output, "
        f"{len(excused)} not run, {len(problems)} problems"
    )
    return 1 if problems or not due else 0


if __name__ == "__main__":
    chosen = [pathlib.Path(name).resolve() for name in sys.argv[2:]]
    usual = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), chosen or usual))
