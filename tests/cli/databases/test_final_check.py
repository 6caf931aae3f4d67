"""`final-check`: figures of models over their recordings."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cli.conftest import write_recording
from database._made import content, model
from pyneuronautofit.cli.databases import final_check as module
from pyneuronautofit.cli.databases.final_check import one_or_all
from pyneuronautofit.database.tools.reviewing import Reviewed
from pyneuronautofit.models import CellSource

from .quick_cells import MODELS, database, ok


def test_all_models_in_two_formats(command, project, recording, tmp_path):
    db = database(tmp_path / "db.json", sources=["run.json"])
    patterns = [tmp_path / "model-{}.svg", tmp_path / "model-{}.pdf"]
    words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
    answer = ok(command, "final-check", db, "None", *patterns, *words)
    assert "4 of 5 models drawn" in answer.out
    assert "model 8: the model raised an error: ValueError: too leaky" in answer.out
    drawn = {path.name for path in tmp_path.glob("model-*")}
    assert drawn == {f"model-{k}.{s}" for k in (3, 5, 9, 11) for s in ("svg", "pdf")}
    text = (tmp_path / "model-5.svg").read_text()
    assert "model 5   target cell.npz" in text
    assert ">sweep 0: -100 pA<" in text
    assert not list(tmp_path.glob("*.progress"))


def test_one_model_with_source_and_selection(command, project, recording, tmp_path):
    content = json.loads(database(tmp_path / "db.json", sources=["run.json"]).read_text())
    content["models"][0] |= {"src": 0, "selection": 4}
    (tmp_path / "db.json").write_text(json.dumps(content))
    words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
    ok(command, "final-check", tmp_path / "db.json", 3, tmp_path / "one.svg", *words)
    text = (tmp_path / "one.svg").read_text()
    assert "model 3   target cell.npz   source run.json   selection 4" in text


def test_the_recording_is_sought_in_the_folder_that_is_named(command, project, recording, tmp_path):
    db = database(tmp_path / "db.json", {3: MODELS[3]}, targets=["far.npz"])
    (tmp_path / "far").mkdir()
    recording.rename(tmp_path / "far" / "far.npz")
    words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
    answer = command("final-check", db, 3, tmp_path / "one.svg", *words)
    assert answer.code == 2
    assert "the recording far.npz of the models is in none of the folders" in answer.err
    words += ["--recordings", tmp_path / "far"]
    ok(command, "final-check", db, 3, tmp_path / "one.svg", *words)


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("0", 0), ("None", None), ("none", None), ("ALL", None)]
)
def test_an_id_or_all(text, number):
    assert one_or_all(text) == number


@pytest.mark.parametrize("text", ["-1", "1.5", "m-{}.png", "", "None7"])
def test_what_is_no_id(text):
    with pytest.raises(ArgumentTypeError, match="expected the id of a model, or None for all"):
        one_or_all(text)


def every_second(what):
    return 2 * what if isinstance(what, float) else what[::2]


class Drawing:
    """What is drawn; models whose numbers are in `failing` cannot be."""

    def __init__(self, monkeypatch):
        self.asked, self.failing, self.experiments, self.closed = [], {}, [], 0
        self.downsampler, self.project = None, "nobody asked"
        self.interrupted_after = None
        monkeypatch.setattr(module, "review", self._review)
        monkeypatch.setattr(module, "model_of", self._load)
        monkeypatch.setattr(module, "build_simulator", self._simulator)
        monkeypatch.setattr(module, "check_target", lambda _out: None)

    def _load(self, config, _stored, _where):
        self.project = config.project_path()
        source = CellSource(None, None, None)
        return SimpleNamespace(cell_source=source, downsampler=self.downsampler)

    def _simulator(self, _source, experiment, _config):
        self.experiments.append(experiment)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.closed += 1

    def _review(self, bench, stored, subjects, journal, n_worker):
        self.asked.append(
            SimpleNamespace(
                bench=bench, stored=stored, subjects=subjects, journal=journal, n_worker=n_worker
            )
        )
        for done, subject in enumerate(subjects):
            if done == self.interrupted_after:
                raise KeyboardInterrupt
            if journal is not None:
                journal.keep(journal.key(subject.number), "drawn")
            yield Reviewed(subject.number, self.failing.get(subject.number, ""))


@pytest.fixture
def drawing(monkeypatch):
    return Drawing(monkeypatch)


@pytest.fixture
def db(tmp_path):
    """Models 10 to 13, those with even numbers of one recording, the others of another."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_recording(tmp_path / name / f"{name}.npz", n_sweep=2 if name == "one" else 3)
    models = [model(k, id=10 + k) for k in range(4)]
    value = content(models=models, targets=["one.npz", "two.npz"], temperature=6.5)
    (tmp_path / "one" / "db.json").write_text(json.dumps(value))
    (tmp_path / "two" / "two.npz").rename(tmp_path / "two.npz")
    return tmp_path / "one" / "db.json"


WORDS = ("None", "m-{}.svg", "--dt", "0.1")


def test_models_are_drawn_recording_by_recording(command, db, drawing):
    answer = ok(command, "final-check", db, *WORDS, "--project", "here", "-n", "3")
    assert drawing.project == Path("here")
    # One lies beside the database, the other one where the command was begun.
    assert [[s.number for s in each.subjects] for each in drawing.asked] == [[10, 12], [11, 13]]
    for each, name in zip(drawing.asked, ("one.npz", "two.npz"), strict=True):
        assert each.n_worker == 3
        assert [s.number for s in each.subjects] == [m.number for m in each.stored.models]
        for subject in each.subjects:
            assert subject.paths == (Path(f"m-{subject.number}.svg"),)
            assert f"target {name}" in subject.heading
    assert drawing.closed == 2
    assert answer.out.splitlines()[-1] == "4 of 4 models drawn: m-{}.svg"
    assert "drawn for one.npz: 2 of 2" in answer.out
    first, second = drawing.experiments
    assert (first.n_sweep, second.n_sweep) == (2, 3)
    assert first.temperature_degC == second.temperature_degC == 6.5
    assert first.clock.dt_ms == 0.1


def test_the_bench_has_the_reduced_recording_and_the_experiment_the_whole_one(command, db, drawing):
    drawing.downsampler = every_second
    path = db.parent / "one.npz"
    with np.load(path) as arrays:
        current = arrays["current"].copy()
        noise = np.random.default_rng(2).normal(0.0, 3.0, 200)
        current[:, :200] = -30.0 + noise
        np.savez(path, voltage=arrays["voltage"], current=current, dt=0.1)
    ok(command, "final-check", db, 10, "m.svg", "--dt", "0.1", "-q", "20", "--stimulus", "20", "40")
    bench, (experiment,) = drawing.asked[0].bench, drawing.experiments
    assert (bench.target.n_sample, bench.target.step_ms) == (300, 0.2)
    assert experiment.n_sample == 600
    assert experiment.clock.step_ms == pytest.approx(0.1)
    assert experiment.temperature_degC == 20.0
    assert bench.simulator is drawing
    assert bench.downsampler is every_second
    # Mean currents of the stimulus, samples 200 to 399 of the recording.
    assert bench.titles == ("sweep 0: -100 pA", "sweep 1: 100 pA")
    # Of all samples before it, not of half of them.
    wanted = -30.0 + noise.mean()
    assert abs(noise.mean() - noise[::2].mean()) > 0.1
    np.testing.assert_allclose(experiment.holding_pA, [wanted, wanted], rtol=0, atol=0.051)


def test_failures_are_said_and_only_failures_alone_are_an_error(command, db, drawing):
    drawing.failing = {11: "it [broke]"}
    answer = ok(command, "final-check", db, *WORDS)
    assert answer.out.splitlines()[-2:] == [
        "model 11: it [broke]", "3 of 4 models drawn: m-{}.svg",
    ]  # fmt: skip
    drawing.failing = dict.fromkeys(range(10, 14), "it broke")
    answer = command("final-check", db, *WORDS)
    assert answer.code == 3
    assert "0 of 4 models drawn" in answer.out


@pytest.mark.parametrize(
    ("words", "numbers"),
    [((12, "m.svg"), [12]), (("None", "m-{}.svg", "--models", "12,10"), [12, 10])],
)
def test_some_of_the_models(command, db, drawing, words, numbers):
    ok(command, "final-check", db, *words, "--dt", "0.1")
    assert [s.number for each in drawing.asked for s in each.subjects] == numbers


def test_figures_that_are_shown_need_no_journal(command, db, drawing):
    answer = ok(command, "final-check", db, 10, "--dt", "0.1")
    assert drawing.asked[0].journal is None
    assert "models drawn" not in answer.out


def test_what_decides_a_figure_is_in_the_journals_key(command, db, drawing, tmp_path):
    def journal(*words):
        drawing.asked.clear()
        ok(command, "final-check", db, *words, "--dt", "0.1")
        return drawing.asked[0].journal

    first = journal("None", "m-{}.svg")
    # It lies beside the figures, and is gone when they are drawn.
    assert first.path == Path("m-one.svg.progress")
    assert not first.path.exists()
    key = first.key(0)
    # Which models are asked for, and by how many processes, decides no figure.
    assert journal("None", "m-{}.svg", "--models", "10,12", "-n", "2").key(0) == key
    assert journal("None", "m-{}.svg", "-q", "20").key(0) != key
    write_recording(tmp_path / "one" / "one.npz", n_sweep=2, n_sample=700)
    assert journal("None", "m-{}.svg").key(0) != key


def test_an_interrupted_command_keeps_what_is_drawn(command, db, drawing):
    drawing.interrupted_after = 1
    answer = command("final-check", db, *WORDS)
    assert answer.code == 130
    assert Path("m-one.svg.progress").read_text().count("\n") == 1


def test_the_folder_that_is_named_comes_first(command, db, drawing, tmp_path):
    (tmp_path / "far").mkdir()
    write_recording(tmp_path / "far" / "one.npz", n_sweep=3)
    ok(command, "final-check", db, 10, "m.svg", "--dt", "0.1", "--recordings", tmp_path / "far")
    assert drawing.experiments[0].n_sweep == 3


def test_recordings_of_the_examples_folder_are_found(command, db, drawing, tmp_path, monkeypatch):
    (tmp_path / "experimentaldata").mkdir()
    (tmp_path / "two.npz").rename(tmp_path / "experimentaldata" / "two.npz")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    ok(command, "final-check", db, 11, "m.svg", "--dt", "0.1")
    assert len(drawing.asked) == 1


def test_models_to_be_rated_have_the_stages_of_their_recordings(command, db, drawing, monkeypatch):
    served = []
    monkeypatch.setattr(module, "serve", lambda *what: served.append(what) or 0)
    ok(command, "final-check", db, "--serve", "--dt", "0.1")
    ((config, shown, _screen),) = served
    assert config.serve
    assert [stage.target.name for stage in shown.stages] == ["one.npz", "two.npz"]
    assert list(shown.stage_of) == [0, 1, 0, 1]
    assert ["one.npz" in heading for heading in shown.headings] == [True, False, True, False]
    assert shown.headings[2].startswith("model 12 ")
    assert drawing.experiments == []
    assert shown.stages[1].make_simulator() is drawing
    assert drawing.experiments[0].n_sweep == 3
    assert drawing.asked == []


def test_a_model_that_names_no_recording(command, db, drawing):
    db.write_text(json.dumps(content(models=[model(0, target=None, id=10)])))
    answer = command("final-check", db, 10, "m.svg")
    assert answer.code == 2
    assert "do not say which recording they were fitted to" in answer.err
