"""`fit` is the command's run: the same files, seeds and results; mistakes are answered."""

from __future__ import annotations

import json
import logging
import shlex
import sqlite3
import threading

import numpy as np
import pytest

from library.conftest import PARAMETERS, SETTINGS, made_recording
from library.defined import defined
from pyneuronautofit.cli.main import main
from pyneuronautofit.errors import PyNeuronAutofitError, RecordingError, UsageError
from pyneuronautofit.library.fitting import fit
from pyneuronautofit.library.results.fit_result import Fit
from pyneuronautofit.runs import open_run


def scores(path):
    with open_run(path) as stored:
        return stored.evaluations().scores


def test_it_leaves_what_the_command_leaves(found):
    folder = found.path.parent
    names = {path.name.removeprefix(found.stamp) for path in folder.iterdir()}
    assert {".sqlite", ".log.gz", "-final.json", "-arXive.json"} <= names
    final = json.loads((folder / f"{found.stamp}-final.json").read_text())
    assert final["target"].startswith("ball-")
    assert [name for name, *_rest in final["parameters"]] == [name for name, *_rest in PARAMETERS]


def test_the_command_that_stands_in_the_run_gives_the_same_bits(found, tmp_path, monkeypatch):
    with open_run(found.path) as stored:
        command = stored.header.command
    # Where the notebook was.
    monkeypatch.chdir(found.path.parent.parent)
    words = shlex.split(command)[1:]
    assert main([*words, "--output", str(tmp_path), "-a", "again"]) == 0
    np.testing.assert_array_equal(scores(tmp_path / "again.sqlite"), scores(found.path))


def test_what_a_class_uses_goes_with_it(found):
    (project,) = found.path.parent.glob("Ball-*/project.py")
    text = project.read_text()
    assert "from neuron import h\n\nDIAMETER = 20.0\n" in text
    assert "fitmeneuron = Ball" in text


def test_the_recording_is_kept_as_it_was(found, recording):
    from pyneuronautofit.recordings import read_recording

    (file,) = found.path.parent.glob("ball-*.npz")
    kept = read_recording(file)
    np.testing.assert_array_equal(kept.voltage_mV, recording.voltage_mV)
    np.testing.assert_array_equal(kept.current_pA, recording.current_pA)
    assert kept.step_ms == recording.step_ms


def test_the_same_seed_in_another_thread_is_the_same(found, recording, ball, tmp_path):
    """Only the main thread is told of signals; nothing else depends on it."""
    made = []

    def work():
        made.append(
            fit(recording, ball, PARAMETERS, hold_out=[1], output=tmp_path, progress=False,
                n_worker=1, **SETTINGS)
        )  # fmt: skip

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    np.testing.assert_array_equal(scores(made[0].path), scores(found.path))


def test_a_logging_of_ones_own_is_left_as_it_is(found, recording, ball, tmp_path, caplog):
    package = logging.getLogger("pyneuronautofit")
    before = (package.level, package.propagate, list(package.handlers))
    caplog.set_level(logging.INFO)
    fit(recording, ball, PARAMETERS, output=tmp_path, progress=False, **SETTINGS)
    assert "called from Python" in caplog.text
    assert (package.level, package.propagate, list(package.handlers)) == before


CELL_OF_TWO = "class C:\n    def __init__(self, nid=None): pass\n    def setcable(self): pass\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"generation": 3}, r"fit\(generation=\.\.\.\): .*did you mean generations\?"),
        ({"spike_threshold": -10}, "here it is called spike_threshold_mV"),
        ({"resume": "x"}, r"use open_fit\(\.\.\.\)\.resume"),
        ({"beside": ["x"]}, "give a list of recordings"),
        ({"generations": "many"}, r"fit\(generations='many'\): expected a whole number"),
        ({"generations": -1}, r"fit\(generations=-1\): expected a number of at least 0"),
        ({"hold_out": [0.5]}, r"hold_out=\[0\.5\]: expected numbers, such as \[1, 3\]"),
        ({"modes": "O1"}, "'1' is no evaluation mode"),
        ({"algorithm": "Zauber"}, "Zauber"),
        ({"parameters": None}, r"the cell C needs a list of parameters behind it"),
        ({"parameters": [["soma.L", "lin", 1]]}, "parameter 0 is .* expected .name, scale, low"),
        ({"parameters": [["soma.L", "linear", 1, 2]]}, "the scale is 'linear'"),
        ({"model": None}, "they belong to a cell class, which is not given"),
        ({"model": 3}, "the model is 3; expected a cell class"),
        ({"model": "nowhere"}, "the project file has its own"),
        ({"model": type("NoCable", (), {})}, "NoCable has no method 'setcable'"),
        ({"recording": 3}, "expected a recording, or a list of them, found 3"),
        ({"recording": []}, "expected a recording, or a list of them"),
        ({"recording": "nowhere.abf"}, "no such file"),
        ({"modes": None}, r"fit\(modes=None\): expected the letters of modes"),
        ({"plugins": 5}, "plugins=5: expected a list of paths"),
        ({"plugins": "nowhere.py"}, "nowhere.py: cannot be read"),
        ({"hold_out": [[1]]}, "expected numbers, such as"),
        ({"output": "a\0b"}, "the name of a file cannot hold"),
        ({"output": 5}, "expected a text"),
        ({"parameters": 5}, "the parameters are 5; expected a list of rows"),
        ({"parameters": [[5, "lin", 1, 2]]}, "parameter 0 is called 5"),
    ],
)
def test_mistakes_are_answered(changed, said, recording, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cell = defined(CELL_OF_TWO)["C"]
    given = {"recording": recording, "model": cell, "parameters": PARAMETERS, **changed}
    first = [given.pop(name) for name in ("recording", "model", "parameters")]
    with pytest.raises(PyNeuronAutofitError, match=said):
        fit(*first, **given)


def test_a_mistake_writes_nothing(recording, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cell = defined(CELL_OF_TWO)["C"]
    with pytest.raises(UsageError):
        fit(recording, cell, PARAMETERS, output="runs", nonsense=1)
    assert not list(tmp_path.iterdir())


def test_arrays_that_are_no_recording(ball):
    from pyneuronautofit.recordings import Recording

    with pytest.raises(RecordingError, match="must have the same shape"):
        Recording.from_arrays(np.zeros((2, 10)), np.zeros((3, 10)), dt_ms=0.1)


def test_ctrl_c_ends_it_with_what_was_found(recording, ball, tmp_path, monkeypatch):
    """As a notebook's stop button: a signal in the main thread."""
    import signal

    from pyneuronautofit.library import running
    from pyneuronautofit.library.showing import not_shown

    class Stopping:
        def evaluated(self, generation, n_done, n_all):
            if generation == 1:
                signal.raise_signal(signal.SIGINT)

        def generation(self, progress):
            pass

    class Shown:
        def __init__(self, *_what):
            pass

        def __enter__(self):
            return [Stopping()]

        def __exit__(self, *_exc):
            pass

    monkeypatch.setattr(running, "not_shown", Shown)
    stopped = fit(recording, ball, PARAMETERS, output=tmp_path, progress=False, **SETTINGS)
    assert stopped.state == "interrupted"
    assert stopped.n_evaluation == 8
    monkeypatch.setattr(running, "not_shown", not_shown)
    whole = fit(recording, ball, PARAMETERS, output=tmp_path, progress=False, **SETTINGS)
    assert stopped.resume(progress=False) is stopped
    assert stopped.state == "finished"
    np.testing.assert_array_equal(scores(stopped.path), scores(whole.path))


def test_two_runs_of_one_stamp_are_refused(found, recording, ball, tmp_path):
    given = {**SETTINGS, "generations": 0, "run_stamp": "mine", "output": tmp_path}
    first = fit(recording, ball, PARAMETERS, progress=False, **given)
    assert isinstance(first, Fit)
    before = first.path.read_bytes()
    with pytest.raises(PyNeuronAutofitError, match="already a run with the stamp mine"):
        fit(recording, ball, PARAMETERS, progress=False, **given)
    assert first.path.read_bytes() == before
    assert sqlite3.connect(first.path).execute("SELECT count(*) FROM session").fetchone() == (1,)


@pytest.mark.nightly
def test_cells_that_share_a_leak_are_what_the_formula_says(recording, ball, tmp_path):
    """Passive cells: their voltages are known without any simulation."""
    cells = {"small": recording, "large": made_recording(cm=1.6, name="large")}
    fitted = fit(
        None, ball, PARAMETERS, cells=cells, shared="*.g", modes="V", algorithm="Auto",
        evaluations=600, seed=3, output=tmp_path, progress=False,
    )  # fmt: skip
    best = fitted.best("best sum").parameters
    assert best["soma(0.5).pas.g"] == pytest.approx(1e-4, rel=0.01)
    assert best["soma.cm@small"] == pytest.approx(1.0, rel=0.01)
    assert best["soma.cm@large"] == pytest.approx(1.6, rel=0.01)
    again = fitted.evaluate(best)
    assert again.sums["V"][0] == pytest.approx(fitted.best("best sum").scores["V"], rel=1e-6)
    with pytest.raises(UsageError, match="several cells were fitted; say by recording= which"):
        fitted.apply(best, ball())
