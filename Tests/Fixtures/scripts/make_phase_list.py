"""Writes reference-spectra/phase_files.c, which compiles every reference-spectra/phases/*.cif in. Run it after adding one."""
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3] / "reference-spectra"


def main():
    names = sorted(path.name for path in (ROOT / "phases").glob("*.cif"))
    lines = [
        "// Made by Tests/Fixtures/scripts/make_phase_list.py from the folder phases/.",
        '#include "reference_data.h"',
        "",
        '#pragma clang diagnostic ignored "-Wc23-extensions"',
        "",
    ]
    for index, name in enumerate(names):
        lines += [f"static const unsigned char phase_{index}[] = {{", f'#embed "phases/{name}"', "};"]
    lines += ["", "static const interphase_reference_file files[] = {"]
    lines += [f'    {{"phases/{name}", phase_{index}, sizeof phase_{index}}},' for index, name in enumerate(names)]
    lines += [
        "};",
        "",
        "const interphase_reference_file *interphase_phase_files(size_t *count) {",
        "    *count = sizeof files / sizeof files[0];",
        "    return files;",
        "}",
        "",
    ]
    (ROOT / "phase_files.c").write_text("\n".join(lines))


main()
