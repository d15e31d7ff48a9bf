#!/usr/bin/env python3
"""Writes docs/commands.md from the program's own description of its commands; with --check, says whether it is up to date.

Usage: make-command-reference.py PROGRAM [--check]
"""

import json
import pathlib
import subprocess
import sys

TARGET = pathlib.Path(__file__).resolve().parent.parent / "docs" / "commands.md"
SHARED = {"version", "help"}


def dump(program: str) -> dict:
    text = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    return json.loads(text)["command"]


def spelling(argument: dict) -> str:
    value = argument.get("valueName", "")
    if argument["kind"] == "positional":
        return f"<{value}>" + ("..." if argument.get("isRepeating") else "")
    names = [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument["names"]]
    suffix = "" if argument["kind"] == "flag" else f" <{value}>"
    return ", ".join(names) + suffix


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def rows(command: dict) -> list[str]:
    lines = []
    for argument in command.get("arguments", []):
        names = {name["name"] for name in argument.get("names") or []}
        if names & SHARED or not argument.get("shouldDisplay", True):
            continue
        what = cell(argument.get("abstract", ""))
        values = argument.get("allValues") or []
        # The name of a flag that is given as its only value is no list to choose from.
        if len(values) > 1:
            what += f" Values: {', '.join(f'`{value}`' for value in values)}."
        if argument.get("defaultValue") is not None and argument["kind"] != "flag":
            what += f" Default: `{argument['defaultValue']}`."
        lines.append(f"| `{spelling(argument)}` | {what} |")
    return lines


def split(discussion: str) -> tuple[list[str], list[str]]:
    """Paragraphs, and the examples, which are indented under a line of their own."""
    paragraphs = [part.splitlines() for part in discussion.strip("\n").split("\n\n")]
    prose = [" ".join(part) for part in paragraphs if not part[0].startswith("Example")]
    examples = [line.strip() for part in paragraphs if part[0].startswith("Example") for line in part[1:]]
    return prose, examples


def section(command: dict, path: list[str], depth: int) -> list[str]:
    name = " ".join([*path, command["commandName"]])
    lines = [f"{'#' * depth} {name}", "", command.get("abstract", ""), ""]
    if discussion := command.get("discussion"):
        prose, examples = split(discussion)
        for paragraph in prose:
            lines += [paragraph.replace("<", "&lt;"), ""]
        if examples:
            lines += ["```text", *examples, "```", ""]
    if table := rows(command):
        lines += ["| argument | meaning |", "|---|---|", *table, ""]
    for child in command.get("subcommands", []):
        if child["commandName"] != "help" and child.get("shouldDisplay", True):
            lines += section(child, [*path, command["commandName"]], depth + 1)
    return lines


def main() -> int:
    program, check = sys.argv[1], "--check" in sys.argv[2:]
    root = dump(program)
    children = [child for child in root["subcommands"] if child["commandName"] != "help"]
    lines = [
        "# Commands", "",
        "Written by `make reference` from what the program says of itself; `interphase help COMMAND` shows the same in a",
        "terminal, `man interphase-COMMAND` after `make install`.", "",
        "All commands take `--help` and `--version`. Options that share a name mean the same everywhere. Exit codes: 0 done;",
        "1 done, but with findings of severity error; 2 usage; 65 bad input data; 66 no such file; 70 internal fault; 73",
        "cannot write; 130 interrupted.", "",
        "| command | what it does |", "|---|---|",
    ]
    for child in children:
        anchor = f"interphase-{child['commandName']}"
        lines.append(f"| [{child['commandName']}](#{anchor}) | {child['abstract']} |")
    lines.append("")
    for child in children:
        lines += section(child, ["interphase"], 2)
    text = "\n".join(lines).rstrip() + "\n"
    if not check:
        TARGET.write_text(text)
        return 0
    if TARGET.read_text() != text:
        print("docs/commands.md is not what the program says: make reference", file=sys.stderr)
        return 1
    print(f"docs/commands.md describes {len(children)} commands as the program does")
    return 0


if __name__ == "__main__":
    sys.exit(main())
