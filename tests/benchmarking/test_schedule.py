"""What is to be run, and what a folder of trials refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarking.made import trial
from pyneuronautofit.benchmarking import schedule as module
from pyneuronautofit.benchmarking.schedule import BenchmarkFolder, BenchmarkSchedule
from pyneuronautofit.errors import OutputError, RunError

SCHEDULE = BenchmarkSchedule(("passive",), ("DE", "random"), (4, 5), {"passive": 200})


@pytest.fixture
def folder(tmp_path):
    made = BenchmarkFolder(tmp_path / "new" / "bench")
    made.prepare(SCHEDULE)
    return made


def of(algorithm, seed, evaluations=200):
    return trial(algorithm, seed, (3, 1.0), problem="passive", evaluations=evaluations)


def test_seed_by_seed():
    tasks = [(task.algorithm, task.seed) for task in SCHEDULE.tasks()]
    assert tasks == [("DE", 4), ("random", 4), ("DE", 5), ("random", 5)]


def test_what_is_there_is_not_missing(folder):
    assert len(folder.missing(SCHEDULE)) == 4
    folder.keep(of("random", 4))
    assert [(t.algorithm, t.seed) for t in folder.missing(SCHEDULE)] == [
        ("DE", 4), ("DE", 5), ("random", 5),
    ]  # fmt: skip
    assert folder.trials(SCHEDULE) == [of("random", 4)]
    # More seeds come to those that are there.
    more = replace(SCHEDULE, seeds=(4, 5, 6))
    folder.prepare(more)
    assert len(folder.missing(more)) == 5


def test_other_evaluations(folder):
    with pytest.raises(RunError, match="passive have 200 evaluations, and these would have 300"):
        folder.prepare(replace(SCHEDULE, evaluations={"passive": 300}))


def test_a_problem_that_has_changed(folder):
    with (folder.problems / "passive" / "project.py").open("a") as stream:
        stream.write("# other\n")
    with pytest.raises(RunError, match=r"problems/passive: the problem is not what it was"):
        folder.prepare(SCHEDULE)


def test_other_versions(folder, monkeypatch):
    monkeypatch.setattr(module, "__version__", "99.0")
    with pytest.raises(RunError, match=r"other versions \(pyneuronautofit .*, now 99\.0\)"):
        folder.prepare(SCHEDULE)


def test_a_folder_of_something_else(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(OutputError, match="expected an empty folder, or that of a benchmark"):
        BenchmarkFolder(tmp_path).prepare(SCHEDULE)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot make the folder"):
        BenchmarkFolder(tmp_path / "file").prepare(SCHEDULE)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"versions": {}, "problems": {"hh": 1}}'])
def test_a_head_that_is_none(content, folder):
    (folder.path / "benchmark.json").write_text(content)
    with pytest.raises(RunError, match=r"benchmark\.json: expected what a benchmark has written"):
        folder.prepare(SCHEDULE)


def test_a_file_of_another_trial(folder):
    (task, *_others) = SCHEDULE.tasks()
    folder.keep(of("DE", 5))
    folder.trial(task).write_bytes((folder.path / "trials" / "passive-DE-5.json").read_bytes())
    with pytest.raises(RunError, match="expected the trial passive DE 4 of 200 evaluations, found"):
        folder.trials(SCHEDULE)


def test_what_all_trials_have_in_common(folder):
    content = json.loads((folder.path / "benchmark.json").read_text())
    assert content["problems"]["passive"]["evaluations"] == 200
    assert {"pyneuronautofit", "numpy", "neuron", "cmaes"} <= set(content["versions"])
    assert all(content["versions"].values())
