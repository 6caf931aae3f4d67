"""A run writes all that it finds, tells whoever looks on, and gives its lock back."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.errors import OutputError, RunError
from pyneuronautofit.fitting import FitOptions, OpenedFit
from pyneuronautofit.models import CellSource
from pyneuronautofit.runs import RunLock, ask_to_stop, open_run
from pyneuronautofit.sessions import session as module
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.sessions.running import prepare_session, search_and_store
from pyneuronautofit.sessions.session import new_session, resumed_session

IDENTITY = {"recording": "ab", "model": {}, "versions": {"numpy": "2"}}


@pytest.fixture
def opened(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def open_fit(config, _directory):
        simulator = Parabolas()
        simulator.description = "parabolas"
        model = SimpleNamespace(cell_source=CellSource(None, None, None))
        return OpenedFit(config, make_problem(simulator), model, Path("/r/cell.abf"), IDENTITY)

    monkeypatch.setattr(module, "open_fit", open_fit)


def config(**changed):
    settings = {"recording": "cell.abf", "modes": "OV", "algorithm": "NSGA2", "seed": 3}
    settings |= {"population_size": 10, "generations": 4, "run_stamp": "mine", "output": "out"}
    return FitOptions(**{**settings, **changed})


class Watcher:
    """Notes where a search began and what it was told."""

    def __init__(self):
        self.began, self.generations, self.left = [], [], False

    def evaluated(self, generation, n_done, n_all):
        pass

    def generation(self, progress):
        self.generations.append(progress.generation)

    @contextlib.contextmanager
    def __call__(self, start):
        self.began.append(start)
        yield [self]
        self.left = True


def run(session, watcher, guard=contextlib.nullcontext):
    lock = RunLock(session.files.lock)
    if session.stored is not None:
        lock.acquire()
    with logging_to_screen() as logs:
        return search_and_store(session, logs, lock, guard, watcher)


def test_a_new_run_is_stored_and_watched(opened):
    session, watcher = new_session(config(), "the command"), Watcher()
    progress = run(session, watcher)
    assert (watcher.began, watcher.generations, watcher.left) == ([None], [0, 1, 2, 3, 4], True)
    with open_run(session.files.store) as stored:
        assert stored.sessions[-1].content["command"] == "the command"
    assert progress.generation == 4
    assert not session.files.lock.exists() or RunLock(session.files.lock).acquire() is None


def test_it_goes_on_where_it_was_and_is_what_it_would_have_been(opened):
    run(new_session(config(run_stamp="whole"), "c"), Watcher())
    first = new_session(config(generations=2), "c")
    run(first, Watcher())
    watcher = Watcher()
    with open_run(first.files.store) as stored, pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "check_same", lambda *_what, extend: None)
        again = resumed_session(config(), "c", stored)
        run(again, watcher)
    assert watcher.began[0].generation == 2
    assert watcher.generations == [3, 4]
    pair = [open_run(Path("out") / f"{name}.sqlite") for name in ("whole", "mine")]
    with pair[0] as whole, pair[1] as mine:
        scores = [each.evaluations().scores.tobytes() for each in (whole, mine)]
    assert scores[0] == scores[1]


def test_an_interruption_ends_it_with_all_that_came_before(opened):
    calls = []

    def guard():
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return contextlib.nullcontext()

    session = new_session(config(), "c")
    progress = run(session, Watcher(), guard)
    assert progress.interrupted
    assert progress.generation == 1
    with open_run(session.files.store) as stored:
        assert len(stored.evaluations().scores) == 20


def test_a_request_to_stop_ends_it_after_the_generation(opened):
    files = []

    class Asking(Watcher):
        def generation(self, progress):
            super().generation(progress)
            if progress.generation == 1:
                ask_to_stop(files[0])

    session = new_session(config(), "c")
    files.append(session.files)
    progress = run(session, Asking())
    assert progress.interrupted
    assert progress.generation == 1
    assert not session.files.stop.exists()
    with open_run(session.files.store) as stored:
        assert [each.outcome for each in stored.sessions] == ["interrupted"]


def test_an_error_of_the_package_stands_in_the_store(opened):
    class Failing(Watcher):
        def generation(self, progress):
            raise OutputError("the disk is full")

    session = new_session(config(), "c")
    with pytest.raises(OutputError, match="the disk is full"):
        run(session, Failing())
    with open_run(session.files.store) as stored:
        assert "the disk is full" in str(stored.sessions[-1])


def test_two_do_not_write_the_same_run(opened):
    session = new_session(config(), "c")
    session.files.prepare()
    lock = RunLock(session.files.lock)
    lock.acquire()
    with pytest.raises((RunError, OutputError)):
        run(session, Watcher())
    lock.release()


def noting(stream, seen):
    """Return the same, which also keeps what it was asked to simulate."""

    def noted(self, table, *rest):
        seen.append(table.values)
        return stream(self, table, *rest)

    return noted


def test_preparing_simulates_the_same_models_whatever_the_seed_is_and_keeps_nothing(opened):
    seen = []
    for seed in (3, 4):
        session = new_session(config(seed=seed), "c")
        kind = type(session.problem.simulator)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(kind, "stream", noting(kind.stream, seen))
            prepare_session(session, contextlib.nullcontext)
        assert not session.files.folder.exists()
    assert len(seen[0]) == 8
    assert (seen[0] == seen[1]).all()
