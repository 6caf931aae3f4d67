"""What is said in the end is what the search has found."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.fitting import Budget, FitOptions, OpenedFit, build_search, search
from pyneuronautofit.fitting.finer import FinerSums
from pyneuronautofit.models import CellSource
from pyneuronautofit.objectives.floor import Floor
from pyneuronautofit.runs import RunFiles
from pyneuronautofit.sessions.closing import closing_summary


def closed(tmp_path, floor=None, simulator=None, **changed):
    config = FitOptions(recording="r", modes="OV", algorithm="NSGA2", population_size=10)
    problem = replace(make_problem(simulator or Parabolas()), known_floor=floor)
    strategy = build_search(config, problem, None)
    progress = search(problem, strategy, Budget(generations=3, seed=1))
    model = SimpleNamespace(cell_source=CellSource(None, None, None))
    opened = OpenedFit(config, problem, model, Path("r"), {})
    progress = replace(progress, **changed)
    tell = closing_summary(opened, strategy, RunFiles(tmp_path, "mine"), progress, ["look here"])
    text = io.StringIO()
    tell(Console(file=text, width=120))
    return text.getvalue(), problem.simulator


def test_it_has_the_best_models_the_notes_and_the_files(tmp_path):
    text, _simulator = closed(tmp_path)
    assert "finished: 40 evaluations" in text
    assert "compromise" in text
    assert "note: look here" in text
    assert "mine-final.json" in text


def test_after_an_interruption_nothing_is_simulated(tmp_path):
    text, simulator = closed(tmp_path, interrupted=True)
    assert "interrupted: 40 evaluations" in text
    assert len(simulator.seen) == 40


class Shifting(Parabolas):
    """With finer steps all voltages are others."""

    def finer_steps(self, _parameters):
        return {1e-4: Shifted()}


class Shifted(Parabolas):
    def _traces(self, values):
        traces = super()._traces(values)
        traces.voltage_mV[...] += 5.0
        return traces


@pytest.mark.parametrize(
    ("known", "interrupted", "said"),
    [
        (None, False, True),
        (None, True, False),
        # Of models that are no longer the best: of a run that was extended.
        (FinerSums({}, {999: {}}), False, True),
        (FinerSums({}, {999: {}}), True, False),
    ],
)
def test_what_is_not_known_of_finer_steps_is_found_out(tmp_path, known, interrupted, said):
    text, _simulator = closed(tmp_path, simulator=Shifting(), finer=known, interrupted=interrupted)
    assert ("with finer steps (--tolerance 0.0001) they are more" in text) == said


def test_what_was_stored_is_told_where_nothing_is_simulated(tmp_path):
    sums = {row: {"O": 1e6, "V": 1e6} for row in range(40)}
    finer = FinerSums(dict.fromkeys(range(40), 3e-5), sums)
    text, _simulator = closed(tmp_path, finer=finer, interrupted=True)
    assert "with finer steps (--tolerance 3e-05) they are more" in text


@pytest.mark.parametrize(("noise_mV", "n_line"), [(0.1, 1), (0.0, 0)])
def test_a_floor_of_0_in_every_mode_is_told_where_there_is_noise(tmp_path, noise_mV, n_line):
    markers = make_problem().whole.markers
    zero, bound = np.zeros(len(markers)), np.ones(len(markers), dtype=bool)
    text, _simulator = closed(tmp_path, Floor(markers, zero, bound, (noise_mV,), (0.0,), 0, 2))
    assert text.count("noise floor: O 0, V 0 (a lower bound") == n_line
