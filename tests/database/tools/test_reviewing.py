"""Figures of models over their recordings."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from database._made import content, database, model
from pyneuronautofit.database import Journal
from pyneuronautofit.database.tools.reviewing import (
    ReviewBench,
    Subject,
    check_patterns,
    heading_of,
    paths_of,
    review,
    sweep_titles,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import RunStatus, TraceBlock, Traces

N_SWEEP, N_SAMPLE = 2, 50


class FakeSimulator:
    """Simulates one model at a time; those with an odd length of the soma fail."""

    def __init__(self, interrupted_after=None):
        self.asked = []
        self._interrupted_after = interrupted_after

    def check(self, parameters):
        """All is well."""

    def stream(self, parameters):
        for candidate in range(len(parameters)):
            if len(self.asked) == self._interrupted_after:
                raise KeyboardInterrupt
            length = float(parameters.values[candidate, 0])
            self.asked.append(length)
            bad = length % 2 == 1
            status = RunStatus.FAILED if bad else RunStatus.OK
            voltage = np.full((1, N_SWEEP, N_SAMPLE), np.nan if bad else -length)
            traces = Traces(voltage, (status,), ("it broke" if bad else "",), np.zeros(1))
            yield TraceBlock(np.array([candidate]), traces)


@pytest.fixture
def target():
    current = np.zeros((N_SWEEP, N_SAMPLE))
    current[1, 10:30] = 75.0
    return Recording("one.abf", np.full((N_SWEEP, N_SAMPLE), -60.0), current, 0.1)


def run(read, target, folder, **options):
    """Draw all models; returns the simulator and what became of each."""
    simulator = FakeSimulator(**options)
    bench = ReviewBench(target, sweep_titles(target, StimulusWindow(10, 29)), simulator, None)
    numbers = [each.number for each in read.stored.models]
    subjects = [Subject(n, f"model {n}", paths_of([f"{folder}/m-{{}}.svg"], n)) for n in numbers]
    found = []
    journal = Journal(folder / "m.svg", "s")
    with contextlib.suppress(KeyboardInterrupt):
        found += review(bench, read.stored, subjects, journal, n_worker=1)
    return simulator, {each.number: each.problem for each in found}


def test_every_model_is_drawn_and_a_failure_costs_itself_alone(target, tmp_path):
    _simulator, found = run(database(tmp_path, content(3)), target, tmp_path)
    assert found == {0: "", 1: "the model raised an error: it broke", 2: ""}
    assert {path.name for path in tmp_path.glob("m-*")} == {"m-0.svg", "m-2.svg"}
    assert ">sweep 1: 75 pA<" in (tmp_path / "m-0.svg").read_text()


def test_what_is_drawn_is_not_drawn_again_after_an_interruption(target, tmp_path):
    read = database(tmp_path, content(models=[model(2 * k) for k in range(4)]))
    simulator, found = run(read, target, tmp_path, interrupted_after=2)
    assert simulator.asked == [40.0, 42.0]
    assert set(found) == {0, 2}
    (tmp_path / "m-2.svg").unlink()  # whoever deletes a figure wants it anew
    simulator, found = run(read, target, tmp_path)
    assert simulator.asked == [42.0, 44.0, 46.0]
    assert found == dict.fromkeys((0, 2, 4, 6), "")


def test_a_figure_that_cannot_be_written_is_reported(target, tmp_path):
    read = database(tmp_path, content(models=[model(0)]))
    (tmp_path / "m-0.svg").mkdir()
    _simulator, found = run(read, target, tmp_path)
    assert found[0].startswith("the figure cannot be drawn: OutputError: cannot write")


def test_patterns():
    assert paths_of(["a-{}.png", "{}/b.pdf"], 7) == (Path("a-7.png"), Path("7/b.pdf"))
    check_patterns(["a-{}.png"], 300)
    check_patterns(["a.png"], 1)
    with pytest.raises(UsageError, match=r"a\.png: 2 figures .* as in model-\{\}\.png"):
        check_patterns(["b-{}.png", "a.png"], 2)


def test_headings(tmp_path):
    read = database(tmp_path, content(models=[model(4, selection=2), model(5, src=9)]))
    assert heading_of(read, 0, "x.abf") == (
        "model 4   target x.abf   source run-1.json   selection 2"
    )
    assert heading_of(read, 1, "x.abf") == "model 5   target x.abf"
