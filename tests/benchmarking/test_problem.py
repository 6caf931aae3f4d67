"""The problems as they are shipped."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from pyneuronautofit.benchmarking.problem import FOLDER, MAKERS, NAMES, problem_of
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS
from pyneuronautofit.space import ParameterSpace

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_every_folder_is_a_problem():
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_problem_is_complete(name):
    problem = problem_of(name)
    assert problem.name == name
    assert problem.target.made_by in MAKERS
    assert list(problem.levels) == sorted(problem.levels, reverse=True)
    assert 0 < problem.solved <= problem.levels[-1]
    assert 100 <= problem.quick < problem.evaluations
    assert all((FOLDER / source).is_file() for source in problem.files.values())
    first, last = problem.target.window
    assert problem.target.made_by == "recording" or 0 < first < last < problem.target.n_sample - 1


@pytest.mark.parametrize("name", NAMES)
def test_the_truth_is_one_value_for_every_parameter_between_its_bounds(name):
    problem, rows = problem_of(name), [list(row) for row in PARAMETERS]
    if "project.py" in problem.files:
        declared = runpy.run_path(str(FOLDER / problem.files["project.py"]), run_name="project")
        rows = declared["param_nslh"]
    assert tuple(problem.truth) == ParameterSpace.from_rows(rows).names
    for value, (_name, _scale, low, high) in zip(problem.truth.values(), rows, strict=True):
        assert min(low, high) < value < max(low, high)


@pytest.mark.parametrize(("ours", "example"), [
    ("pyramidal/cell.swc", "pyramidal/cell.swc"),
    ("pyramidal/pyrih.mod", "pyramidal/mods/pyrih.mod"),
    ("pyramidal/pyrk.mod", "pyramidal/mods/pyrk.mod"),
    ("pyramidal/pyrna.mod", "pyramidal/mods/pyrna.mod"),
    ("example/TC-example.abf", "experimentaldata/TC-example.abf"),
])  # fmt: skip
def test_files_of_the_examples_are_those(ours, example):
    assert (FOLDER / ours).read_bytes() == (EXAMPLES / example).read_bytes()


def test_the_truth_of_the_example_is_that_of_its_recording():
    import make_recording

    truth = problem_of("example").truth
    assert truth == {name: make_recording.TRUTH[name] for name in truth}
