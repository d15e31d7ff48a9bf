"""Turns NIST's nonlinear-regression files (StRD, one *.dat per data set) into the JSON fixtures of nist-strd/.

The files are published by the US National Institute of Standards and Technology at
https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml and are in the public domain.

Usage: python3 nist_strd_to_json.py FOLDER_WITH_DAT_FILES OUTPUT_FOLDER
"""
import json
import pathlib
import re
import sys


def number(text):
    return float(text.replace("D", "E"))


def convert(path):
    lines = path.read_text(encoding="latin-1").splitlines()
    result = {
        "name": path.stem,
        "source": f"NIST StRD, https://www.itl.nist.gov/div898/strd/nls/data/{path.stem.lower()}.shtml, public domain",
    }
    text = "\n".join(lines)
    result["difficulty"] = re.search(r"(Lower|Average|Higher) Level of Difficulty", text).group(1).lower()
    model = re.search(r"Model:.*?Parameters? \([^)]*\)(.*?)Starting", text, re.S).group(1)
    result["model"] = " ".join(model.split())
    result["parameters"] = [
        dict(zip(("start1", "start2", "value", "standard_error"), map(number, match.groups())))
        for match in re.finditer(r"^\s*b\d+\s*=\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$", text, re.M)
    ]
    for key, label in [
        ("residual_sum_of_squares", "Residual Sum of Squares"),
        ("residual_standard_deviation", "Residual Standard Deviation"),
        ("observations", "Number of Observations"),
    ]:
        value = number(re.search(label + r":\s*(\S+)", text).group(1))
        result[key] = int(value) if key == "observations" else value
    start = max(index for index, line in enumerate(lines) if line.startswith("Data:")) + 1
    rows = [[number(item) for item in line.split()] for line in lines[start:] if line.strip()]
    assert len(rows) == result["observations"], path
    # Rat43 prints 9 degrees of freedom for 15 observations and 4 parameters; its certified residual standard deviation
    # belongs to 11.
    result["degrees_of_freedom"] = len(rows) - len(result["parameters"])
    expected = (result["residual_sum_of_squares"] / result["degrees_of_freedom"]) ** 0.5
    assert abs(expected / result["residual_standard_deviation"] - 1) < 1e-9, path
    result["response"] = [row[0] for row in rows]
    result["predictors"] = [row[1:] for row in rows]
    return result


source, target = map(pathlib.Path, sys.argv[1:])
for path in sorted(source.glob("*.dat")):
    (target / f"{path.stem}.json").write_text(json.dumps(convert(path), separators=(",", ":")) + "\n")
