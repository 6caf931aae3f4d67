"""A mode and an algorithm that the package does not know, each by one class and one line.

Nothing else is told about them, and they are everywhere: in the help, in a run's files, in what the
log says about options that nobody reads, in `evaluate`, in the tables of the documentation.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pytest

from documented import outdated, tables
from pyneuronautofit._options import taken
from pyneuronautofit.objectives import ALL_MODES, BoundObjective, Target
from pyneuronautofit.objectives import table as modes
from pyneuronautofit.optimisers import ALGORITHMS, NSGA2, EvolutionOptions, SearchTask
from pyneuronautofit.optimisers import table as algorithms
from pyneuronautofit.optimisers.algorithm import population_size_of
from pyneuronautofit.optimisers.operators.crossover import Crossover
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation


@dataclass(frozen=True)
class LastVoltage:
    """Absolute difference of the mean voltage at the sweep's end, one component per sweep."""

    code: ClassVar[str] = "B"
    title: ClassVar[str] = "voltage at the very end"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = None
    traced: ClassVar[bool] = False

    smoothing_kernel_ms: float

    def bind(self, target: Target) -> BoundObjective:
        n_last = round(self.smoothing_kernel_ms / target.step_ms)
        return BoundObjective.summed(partial(_last_distance, target=target, n_last=n_last))


def _last_distance(candidates, *, target, n_last):
    ends = (
        traces[..., -n_last:].mean(axis=-1) for traces in (candidates.traces_mV, target.voltage_mV)
    )
    return np.abs(next(ends) - next(ends))


@dataclass(frozen=True)
class RandomSearch(NSGA2):
    """Draws every generation anew."""

    def ask(self, state):
        x, asked = super().ask(state)
        rng = np.random.default_rng(state.generation)
        return self.space.sample(rng, len(x)), asked


@dataclass(frozen=True, kw_only=True)
class RandomSettings(EvolutionOptions):
    """Reads an option that only Krayzman's read so far, to no avail."""

    code: ClassVar[str] = "R"
    name: ClassVar[str] = "Random"
    about: ClassVar[str] = "candidates drawn anew, as a yardstick"

    norm_space: bool

    def strategy(self, task: SearchTask) -> RandomSearch:
        size = population_size_of(self, task)
        mutation = taken(AdaptiveMutation, self, refined_after=None)
        return RandomSearch(task.space, size, Crossover(), mutation, task.initial)


@pytest.fixture
def added(monkeypatch):
    """One line for each."""
    monkeypatch.setattr(modes, "CLASSES", (*modes.CLASSES, LastVoltage))
    monkeypatch.setattr(algorithms, "CLASSES", (*algorithms.CLASSES, RandomSettings))


@pytest.fixture
def fitted(added, command, recording, hh_project, tmp_path):
    """The files of a run of both, and its log."""
    search = ["-A", "random", "-m", "BO", "--smoothing-kernel", "7", "-G", "1", "-P", "5"]
    others = ["-Q", "5", "-E", "3", "-y", "--seed", "1", "--dt", "0.1", "--project", hh_project]
    answer = command(*search, *others, "--output", tmp_path / "out", recording)
    assert answer.code == 0, answer.err
    assert "search      Random, " in answer.out
    (log,) = (tmp_path / "out").glob("*.log.gz")
    (final,) = (tmp_path / "out").glob("*-final.json")
    return final, gzip.decompress(log.read_bytes()).decode()


def test_nobody_knows_them_before():
    assert "B" not in ALL_MODES
    assert "R" not in ALGORITHMS


def test_they_are_in_the_help(added, command):
    text = " ".join(command("--help").out.split())
    assert "X - smoothed voltage; B - voltage at the very end" in text
    assert "Random - candidates drawn anew, as a yardstick" in text
    assert "K, N, M, P, A, D, C, R" in text
    assert "read by modes X, B" in text
    assert "read by algorithms K, P, R" in text


def test_they_are_in_the_files_of_a_run(fitted):
    final, _log = fitted
    assert "-BO-LR-final.json" in final.name
    content = json.loads(final.read_text())
    assert content["markers"] == list("BBBOOO")
    assert content["evaluation"]["mode"] == "BO"
    assert content["evaluation"]["smoothingkernel"] == 7.0


def test_the_log_says_which_options_they_do_not_read(fitted):
    _final, log = fitted
    assert "-E is ignored: Random does not use it" in log
    assert "-Q is used by the modes PQ only; none of them is in -m BO" in log
    assert "-y is ignored" not in log
    assert "--smoothing-kernel is used" not in log


def test_models_are_scored_again(fitted, command, recording, hh_project):
    final, _log = fitted
    words = ("evaluate", "--json", "--dt", "0.1", "--project", hh_project, final, recording)
    answer = command(*words)
    assert answer.code == 0, answer.err
    expected = [record["fitness"] for record in json.loads(final.read_text())["final"]]
    assert [each["vector"] for each in json.loads(answer.out)] == expected
    assert any(None not in vector for vector in expected)


def test_a_run_goes_on(fitted, command):
    final, _log = fitted
    store = final.with_name(final.name.replace("-final.json", ".sqlite"))
    answer = command("--resume", store, "-G", "2")
    assert answer.code == 0, answer.err
    assert "finished: 15 evaluations" in answer.out


def test_the_report_names_them(fitted, command):
    final, _log = fitted
    store = final.with_name(final.name.replace("-final.json", ".sqlite"))
    answer = command("report", store)
    assert answer.code == 0, answer.err
    (page,) = final.parent.glob("*.html")
    text = page.read_text()
    assert "voltage at the very end" in text
    assert "Random" in text


def test_the_documentation_misses_them(added):
    assert outdated() == ["objectives.md", "running.md", "search.md"]
    script = tables()
    assert "| B | voltage at the very end | n | mV | sum | --smoothing-kernel |" in script.modes()
    assert "| Random | R | candidates drawn anew, as a yardstick |" in script.algorithms()


def test_a_letter_that_is_taken_is_refused(monkeypatch):
    @dataclass(frozen=True)
    class Another(LastVoltage):
        code: ClassVar[str] = "V"

    monkeypatch.setattr(modes, "CLASSES", (*modes.CLASSES, Another))
    with pytest.raises(ValueError, match="'V' is registered twice"):
        list(ALL_MODES)
