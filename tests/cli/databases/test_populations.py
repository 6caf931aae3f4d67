"""`populations`: what it prints, and what it draws."""

from __future__ import annotations

import json

import numpy as np
import pytest

from database._made import content
from database.populations._points import clouds
from pyneuronautofit.cli.databases import populations as module
from report._made import make_run

from .quick_cells import ok

LINES = """\
one, two: 61 models, 60 of them distinct
  (at least 0.1 % of the ranges apart, root of the mean square)
by V: 21 up to 2, 60 up to 20; the least is 1
families: 2 (silhouette 0.8"""


@pytest.fixture
def two_runs(tmp_path, monkeypatch):
    """Two runs of two parameters: one has found one family, the other another one."""
    monkeypatch.chdir(tmp_path)
    unit, _family = clouds([0.2, 0.5], [0.8, 0.5], n=40, width=0.04, seed=3)
    # The first model of the second run is that of the first run again.
    second = np.concatenate([unit[:1], unit[40:60]])
    for name, part, v in (("one", unit[:40], 10.0), ("two", second, 1.0)):
        scores = [[0.0, 0.0, v + k / 100] for k in range(len(part))]
        make_run(tmp_path / f"{name}.sqlite", [scores], units=[part])
    return "one", "two"


def test_what_is_said(command, two_runs):
    words = ("--max", "V=20", "--below", "V=2,20", "--distance", "0.001")
    said = ok(command, "populations", *two_runs, *words).out
    assert said.startswith(LINES), said
    assert "  family 1: " in said
    assert "the best is 1 of two, V 1.01" in said
    assert "  family 2: " in said
    assert "soma.L: 6" in said
    assert "% of its range higher than in the others" in said
    assert "variance between families: 9" in said
    assert "variance between cells" not in said


def test_which_models_of_runs_are_looked_at_is_said(command, two_runs, tmp_path):
    few = "(of runs the non-dominated ones; --max or --best chooses among all evaluations)"
    assert few in ok(command, "populations", *two_runs).out
    assert few in ok(command, "populations", *two_runs, "--best", "9", "--non-dominated").out
    assert few not in ok(command, "populations", *two_runs, "--best", "9").out
    ok(command, "collect", "one", "-o", "d.json")
    assert few not in ok(command, "populations", "d.json").out


def test_as_json(command, two_runs):
    words = ok(
        command, "populations", *two_runs, "--json", "--max", "V=20", "--distance", "1e-6"
    ).out
    read = json.loads(words)
    assert read["measure"] == "V"
    assert read["chosen"] == 61
    assert len(read["families"]) == 2
    assert {each["source"] for each in read["models"]} == {"one", "two"}
    # --max names two modes: the weighted sum counts.
    again = ok(command, "populations", "one", "--json", "--max", "V=20", "--max", "O=0").out
    assert json.loads(again)["measure"] == "weighted sum"


def test_figures(command, two_runs, tmp_path):
    said = ok(command, "populations", *two_runs, "-o", "f.svg", "--distance", "1e-3").out
    assert said.endswith("figures: f.svg, f-kde.svg, f-pca.svg, f-within.svg\n")
    text = (tmp_path / "f.svg").read_text()
    assert "distinct models up to it" in text
    assert "soma pas g (S/cm²)" in text
    assert "family 1 (" in (tmp_path / "f-kde.svg").read_text()
    assert "within families" in (tmp_path / "f-within.svg").read_text()


def test_cells_of_a_database(command, tmp_path):
    (tmp_path / "db.json").write_text(json.dumps(content(12)))
    said = ok(command, "populations", "db.json", "-o", "f.svg", "--distance", "1e-6").out
    assert "nobody says, so levels are not counted" in said
    assert "of one.abf, in 1 family" in said
    assert "variance between cells" in said
    assert "one.abf (" in (tmp_path / "f-kde.svg").read_text()
    by = ok(command, "populations", "db.json", "-o", "g.svg", "--by", "families").out
    assert "g-kde.svg" in by
    assert "one.abf (" not in (tmp_path / "g-kde.svg").read_text()


def test_the_variance_between_cells_of_a_model_each_is_not_said(command, tmp_path):
    """All of it is between them, whatever they are."""

    def said(*targets):
        models = content(len(targets))["models"]
        several = [model | {"target": k} for k, model in zip(targets, models, strict=True)]
        made = content(0) | {"targets": ["a.abf", "b.abf", "c.abf"], "models": several}
        (tmp_path / "db.json").write_text(json.dumps(made))
        return ok(command, "populations", "db.json", "--distance", "1e-6").out

    for few in (said(0, 1), said(0, 1, 2), said(0, 1, 1)):
        assert "of a.abf, in" in few
        assert "variance between" not in few
    assert "variance between cells" in said(0, 1, 1, 0)


def test_few_models_have_no_families_and_one_figure(command, tmp_path):
    (tmp_path / "db.json").write_text(json.dumps(content(2)))
    said = ok(command, "populations", "db.json", "-o", "f.svg").out
    assert "fewer than 5 models: families are not sought (--least)" in said
    assert said.endswith("figures: f.svg\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["populations"], "expected one run or model database, or more"),
        (["populations", "db.json", "--below", "V=x"], "expected levels of the weighted sum"),
        (["populations", "db.json", "--by", "cell"], "did you mean cells?"),
        (["populations", "db.json", "--distance", "0"], "expected a number above 0"),
        (["populations", "db.json", "--below", "V=1"], "no sums of the mode V"),
        (["populations", "db.json", "-o", "f.xyz"], "f.xyz"),
        (["populations", "db.json", "-o", "db.json"], "db.json"),
        (["populations", "nothing"], "there is no run nothing"),
    ],
)
def test_mistakes(command, tmp_path, words, said):
    (tmp_path / "db.json").write_text(json.dumps(content(6)))
    answer = command(*words)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_levels_are_read():
    assert module._measure("5,1,2") == module.Measure(None, (1.0, 2.0, 5.0))
    assert module._measure("{efel:AP_amplitude}=3").code == "{efel:AP_amplitude}"
