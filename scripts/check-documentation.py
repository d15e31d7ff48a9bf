#!/usr/bin/env python3
"""Every public symbol has a documentation comment, and every public type is in a topic group of its module's catalog.

Usage: check-documentation.py FOLDER_OF_SYMBOL_GRAPHS SOURCES
"""

import json
import pathlib
import re
import sys


def main(graphs: pathlib.Path, sources: pathlib.Path) -> int:
    missing, ungrouped, count = [], [], 0
    for graph in sorted(graphs.glob("*/*.symbols.json")):
        module = graph.parent.name
        catalog = sources / module / f"{module}.docc" / f"{module}.md"
        grouped = set(re.findall(r"^- ``([^`]+)``", catalog.read_text(), re.M))
        for symbol in json.loads(graph.read_text())["symbols"]:
            # Symbols without a place in a file are made by the compiler: ==, hash(into:) and the like.
            if "location" not in symbol:
                continue
            count += 1
            name = ".".join(symbol["pathComponents"])
            lines = symbol.get("docComment", {}).get("lines", [])
            if not any(line["text"].strip() for line in lines):
                place = symbol["location"]
                path = place["uri"].split("/Sources/")[-1]
                missing.append(f"Sources/{path}:{place['position']['line'] + 1}: {module}.{name} is not documented")
            is_own = "@" not in graph.name
            if is_own and len(symbol["pathComponents"]) == 1 and name not in grouped:
                ungrouped.append(f"{catalog}: {name} is in no topic group")
    for line in missing + ungrouped:
        print(line, file=sys.stderr)
    print(f"{count - len(missing)} of {count} public symbols documented, {len(ungrouped)} types in no topic group")
    return 1 if missing or ungrouped or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
