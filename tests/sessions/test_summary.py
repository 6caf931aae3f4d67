"""What a fit says before, between and after, against what it was given."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit import plots
from pyneuronautofit.fitting import BestModel, FitOptions, Plan
from pyneuronautofit.fitting.finer import FinerSums
from pyneuronautofit.fitting.problem import ReferenceSimulator
from pyneuronautofit.optimisers import Population
from pyneuronautofit.recordings import Recording
from pyneuronautofit.runs import RunFiles
from pyneuronautofit.sessions.summary import (
    draw_best,
    print_checkpoint,
    print_plan,
    print_summary,
)

BEST = (
    BestModel("compromise", 7, np.array([2.0, 3.0]), {"O": 1.0, "V": 1234.5678}),
    BestModel("best O", 12, np.array([9.5, 1.0]), {"O": 0.0, "V": 20.0}),
)


@pytest.fixture(scope="module")
def problem():
    """Two sweeps of 40 samples of 0.5 ms, stimulus 10 .. 20, modes O and V."""
    simulator = Parabolas()
    simulator.description = "parabolas"
    return make_problem(simulator)


@pytest.fixture
def said():
    """A screen, and what was said on it, line by line."""
    console = Console(file=io.StringIO(), width=100, highlight=False)
    console.lines = lambda: console.file.getvalue().splitlines()
    return console


@pytest.fixture
def files(tmp_path):
    made = RunFiles(tmp_path, "mine")
    made.evaluations.touch()
    return made


def progress(**changed):
    parts = {
        "generation": 4, "history": range(500), "seconds": 12.345, "interrupted": False,
        "given_up": "", "stopped": "", "lost": "", "finer": None,
        "archive": SimpleNamespace(rows=range(17)),
        "population": Population(np.zeros((2, 2)), np.array([[1, 2, 30, 40.5], [0, 0, 1e7, 1]])),
    }  # fmt: skip
    return SimpleNamespace(**{**parts, **changed})


def opened(problem, project="project.py"):
    """With a model that has a name and a version."""
    source = SimpleNamespace(project=project)
    model = SimpleNamespace(
        description="the project file project.py", version="7", cell_source=source
    )
    return SimpleNamespace(problem=problem, model=model)


def test_the_plan(said, problem, files):
    config = FitOptions(recording="r.abf", algorithm="N", generations=9, seed=77)
    print_plan(said, config, opened(problem), Plan(9, 1234), files)
    assert said.lines() == [
        "recording   r: 2 sweeps of 20 ms, stimulus 5 to 10.5 ms",
        "            voltage 0 to 10 mV, current 0 to 0 pA, holding 0 pA, spikes above 4 mV: 1 1",
        "model       the project file project.py, version 7",
        "evaluation  modes OV, 4 components from 2 simulated sweep(s)",
        "search      NSGA2, 2 parameters, 9 generation(s), 1234 evaluations, seed 77",
        "simulator   parabolas",
        f"results     {files.folder}/mine-*",
    ]


def test_why_the_model_is_the_built_in_one(said, problem, files):
    print_plan(said, FitOptions(recording="r.abf"), opened(problem, None), Plan(0, 1), files)
    (line,) = [line for line in said.lines() if line.startswith("model ")]
    assert line.endswith(
        "version 7: no project file is named (--project), and none is in this folder"
    )


def test_the_plan_of_a_search_that_counts_evaluations(said, problem, files):
    config = FitOptions(recording="r.abf", algorithm="A", seed=77)
    print_plan(said, config, opened(problem), Plan(None, 1234), files)
    assert "search      Auto, 2 parameters, 1234 evaluations, seed 77" in said.lines()


def test_the_stimulus_is_on_the_targets_clock(said, problem, files):
    coarse = replace(problem, target=replace(problem.target, step_ms=2.0))
    print_plan(said, FitOptions(recording="r.abf"), opened(coarse), Plan(0, 1), files)
    assert said.lines()[0] == "recording   r: 2 sweeps of 20 ms, stimulus 20 to 42 ms"


def test_a_checkpoint(said, problem):
    print_checkpoint(said, problem, progress())
    assert said.lines() == [
        "population after generation 4:",
        "     0  O 3  V 70.5",
        "     1  O 0  V 1e+07",
    ]


def summary(said, problem, files, *, best=BEST, reference=(), figure=None, more=None, **changed):
    print_summary(
        said, problem, progress(**changed), best=best, reference=reference, files=files,
        figure=figure, **(more or {}),
    )  # fmt: skip
    return said.lines()


def cells(lines):
    rows = [line.strip("│┃").replace("┃", "│") for line in lines if line[0] in "│┃"]
    return [[cell.strip() for cell in row.split("│")] for row in rows]


def test_the_summary(said, problem, files):
    lines = summary(said, problem, files)
    assert lines[0] == "finished: 500 evaluations in 12.3 s, 17 non-dominated models"
    assert lines[1] == "best models (sums of the components of each mode):"
    assert cells(lines) == [
        ["model", "evaluation", "O", "V"],
        ["compromise", "7", "1", "1234.57"],
        ["best O", "12", "0", "20"],
    ]
    assert lines[-2:] == [
        f"population and archive  {files.final}",
        f"every evaluation        {files.evaluations}",
    ]
    assert "brackets" not in "".join(lines)


def test_distinct_models_and_notes(said, problem, files):
    more = {"distinct": "3 below 0.5, 12 below 1", "notes": ("one", "two")}
    lines = summary(said, problem, files, more=more)
    assert lines[-5] == "distinct models: 3 below 0.5, 12 below 1"
    assert lines[-4:-2] == ["note: one", "note: two"]


def test_an_interrupted_search(said, problem, files):
    assert summary(said, problem, files, interrupted=True)[0].startswith("interrupted: 500 eval")


def test_numbers_of_neuron_stand_in_brackets(said, problem, files):
    ours = replace(problem, reference=ReferenceSimulator(0.0125, lambda: None))
    lines = summary(said, ours, files, reference=[{"O": 1.0, "V": 1240.0}, {}])
    assert cells(lines)[1:] == [
        ["compromise", "7", "1 (1)", "1234.57 (1240)"],
        ["best O", "12", "0", "20"],
    ]
    assert "in brackets: NEURON, fixed steps of 0.0125 ms" in lines


def test_numbers_of_neuron_that_are_far_from_ours_are_explained(said, problem, files):
    """In one line, with the models and modes: by a fifth of the larger one, and not by less."""
    ours = replace(problem, reference=ReferenceSimulator(0.0125, lambda: None))
    lines = summary(said, ours, files, reference=[{"O": 2.0, "V": 1540.0}, {"O": 0.0, "V": 26.0}])
    (line,) = [line for line in lines if line.startswith("in brackets: ")]
    assert "more than a fifth apart (compromise: O; best O: V)" in line
    assert "--dt 0.0125" in line


def test_what_is_another_with_finer_steps_is_told(said, problem, files):
    finer = FinerSums({7: 3e-5, 12: 3e-5}, {7: {"O": 1.0, "V": 5000.0}, 12: {"O": 0.0, "V": 21.0}})
    (line,) = [x for x in summary(said, problem, files, finer=finer) if "finer steps" in x]
    assert line.startswith("with finer steps (--tolerance 3e-05) they are more than a fifth apart")
    assert "compromise: V 5000. The search has followed" in line
    assert "best O" not in line


def test_without_numbers_of_neuron_nothing_is_said_of_brackets(said, problem, files):
    ours = replace(problem, reference=ReferenceSimulator(0.0125, lambda: None))
    lines = summary(said, ours, files)
    assert cells(lines)[1] == ["compromise", "7", "1", "1234.57"]
    assert "brackets" not in "".join(lines)


@pytest.mark.parametrize(
    ("n_evaluation", "text"),
    [
        (500, "no candidate could be simulated; the log says why"),
        (0, "it was interrupted before the first generation was complete"),
    ],
)
def test_nothing_was_found(said, problem, files, n_evaluation, text):
    lines = summary(said, problem, files, best=(), history=range(n_evaluation))
    assert lines[1].startswith(text)
    assert cells(lines) == []


def test_files_that_are_there_are_named(said, problem, files, tmp_path):
    figure = str(tmp_path / "best.png")
    for path in (files.checkpoint, files.adaptations, files.log, tmp_path / "best.png"):
        path.touch()
    assert summary(said, problem, files, figure=figure)[-6:] == [
        f"population and archive  {files.final}",
        f"every evaluation        {files.evaluations}",
        f"checkpoint              {files.checkpoint}",
        f"weights                 {files.adaptations}",
        f"log                     {files.log}",
        f"figure                  {figure}",
    ]


def test_a_figure_that_was_not_drawn_is_not_named(said, problem, files, tmp_path):
    lines = summary(said, problem, files, figure=str(tmp_path / "best.png"))
    assert lines[-1].startswith("every evaluation")


@pytest.fixture
def drawn(monkeypatch):
    seen = []
    monkeypatch.setattr(plots, "save_comparison", lambda *what, **more: seen.append((what, more)))
    return seen


def test_the_best_model_is_drawn_over_the_recording(problem, drawn, tmp_path):
    voltage = problem.target.voltage_mV
    current = np.zeros((2, 40))
    current[:, 10:21] = [[-50.0], [99.6]]
    current[:, 21:] = 1000.0
    target = Recording("r", voltage, current, 0.5)
    draw_best(tmp_path / "best.png", replace(problem, target=target), BEST[0], [])
    (((path, recorded, modelled), how),) = drawn
    assert path == tmp_path / "best.png"
    np.testing.assert_array_equal(recorded, voltage)
    t = np.linspace(0.0, 1.0, 40)
    np.testing.assert_allclose(modelled, np.stack([2 * t + 3 * t**2, 4 * t + 6 * t**2]))
    assert how == {
        "step_ms": 0.5,
        # The mean of the stimulus, to its last sample.
        "titles": ["sweep 0: -50 pA", "sweep 1: 100 pA"],
        "heading": "r: compromise (O 1, V 1235)",
    }


def test_a_model_that_fails_now_is_not_drawn(problem, drawn, tmp_path):
    draw_best(tmp_path / "best.png", problem, BEST[1], [])
    assert drawn == []


def test_evaluations_that_are_in_the_store_alone_are_not_named(said, problem, files):
    files.evaluations.unlink()
    assert summary(said, problem, files)[-1].startswith("population and archive")
