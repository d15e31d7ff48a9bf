"""Models: what Python says is what the recipe has."""

from __future__ import annotations

import pytest

import interphase as ip


def test_shipped_recipes_are_there():
    names = ip.recipes()
    assert "s2p-argyrodite-cathode" in names and names == sorted(names)
    for name in names:
        assert ip.PeakModel.recipe(name).yaml.startswith("interphase: 1")


def test_recipes_read_back_as_themselves(model):
    again = ip.PeakModel.from_yaml(model.yaml)
    assert again.yaml == model.yaml


def test_python_and_yaml_give_the_same_model():
    made = ip.PeakModel(
        "S 2p",
        [
            ip.Doublet("a", position=ip.within(160.2, 0.4), width=ip.free(1.1, min=0.5, max=2)),
            ip.Doublet("b", position=ip.offset("a", 1.4), width=ip.same_as("a"), area=ip.ratio("a", ip.free(2, min=0, max=9))),
            ip.Singlet("c", position=ip.prior(164.0, 0.1, min=163, max=165), width=1.2, shape="LA(1.5,2.5,50)"),
        ],
        background={"kind": "shirley", "slope": True},
        window=(158, 168),
        calibration=("a", 160.0),
        weights="data-counts",
    )
    text = """
interphase: 1
level: S 2p
window: [158, 168]
calibration: {line: a, at: 160.0}
background: {kind: shirley, slope: true}
weights: data-counts
components:
  - {name: a, position: {start: 160.2, within: 0.4}, width: {start: 1.1, min: 0.5, max: 2}}
  - {name: b, position: {from: a, offset: 1.4}, width: {same_as: a}, area: {from: a, ratio: {start: 2, min: 0, max: 9}}}
  - {name: c, doublet: false, position: {start: 164.0, prior: [164.0, 0.1], min: 163, max: 165}, width: 1.2, shape: "LA(1.5,2.5,50)"}
"""
    assert made.yaml == ip.PeakModel.from_yaml(text).yaml


def test_errors_have_line_and_column(tmp_path):
    with pytest.raises(ip.RecipeError) as error:
        ip.PeakModel.from_yaml("interphase: 1\ncomponents:\n  - {nam: x}\n", name="mine.yaml")
    assert (error.value.file, error.value.line) == ("mine.yaml", 3) and error.value.column
    assert "did you mean" in str(error.value) and "mine.yaml:3" in str(error.value)
    with pytest.raises(FileNotFoundError, match="did you mean"):
        ip.PeakModel.recipe("s2p-argyrodite-cathod")
    with pytest.raises(ip.RecipeError):
        ip.PeakModel("S 2p", [])
    with pytest.raises(ip.RecipeError, match="one of the keys"):
        ip.PeakModel("S 2p", [ip.Doublet("a", 160, colour="red")])
    with pytest.raises(ip.ArgumentError, match="near and position"):
        ip.Doublet("a", 160, position=161)
    path = tmp_path / "own.yaml"
    path.write_text("interphase: 1\nlevel: S 2p\ncomponents:\n  - {name: a, position: 161, widht: 1}\n")
    with pytest.raises(ip.RecipeError, match="own.yaml:4"):
        ip.PeakModel.recipe(path)


def test_a_model_that_contradicts_itself_is_an_error(spectrum):
    model = ip.PeakModel("S 2p", [ip.Doublet("a", 160.2, width=ip.same_as("b")), ip.Doublet("b", 161, width=ip.same_as("a"))])
    with pytest.raises(ip.FitError, match="circle"):
        model.fit(spectrum)


def test_review_finds_what_physics_forbids():
    wrong = ip.PeakModel("S 2p", [ip.Doublet("S 2-", 160.2, splitting=2.4)], window=(158, 168))
    review = wrong.review()
    assert any(finding.rule == "spin-orbit-splitting" and finding.severity == "error" for finding in review)
    assert review.errors() and len(review.to_frame()) == len(review) and "spin-orbit" in str(review)


def test_adjusted_models_differ_in_what_was_said_alone():
    recipe = ip.PeakModel.recipe("s2p-argyrodite-cathode")
    same = recipe.adjusted()
    assert same.yaml == recipe.yaml
    moved = recipe.adjusted(window=(157, 167), calibration={"shift": 0.1, "u": 0.05}, background="linear", weights="unweighted")
    changed = set(moved.yaml.splitlines()) - set(recipe.yaml.splitlines())
    assert {line.split(":")[0] for line in changed} == {"window", "calibration", "background", "weights"}
    assert "calibration" not in recipe.adjusted(calibration="none").yaml
    assert recipe.adjusted(calibration=("PS4 3-", 161.6)).yaml == recipe.yaml
    with pytest.raises(ip.RecipeError, match="weights|one of"):
        recipe.adjusted(weights="heavy")
