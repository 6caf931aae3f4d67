"""What a search leaves in its store, in its log and in its checkpoints, and when."""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pyneuronautofit.errors import OutputError
from pyneuronautofit.fitting import Evaluation, Progress, Recorder
from pyneuronautofit.optimisers import ParetoArchive, Population
from pyneuronautofit.runs import History, RunFiles, open_run
from pyneuronautofit.simulators import RunStatus
from runs._made import make_info, make_store

from .parabolas import make_problem

NAN = np.nan
#: Of two modes with two components each, O and V; the second candidate failed.
SCORES = np.array([[1.0, 2.0, 30.0, 40.0], [NAN, NAN, NAN, NAN], [0.0, 0.0, 50.0, 60.0]])
ASKED = np.array([[1.0, 2.0], [9.5, 1.0], [3.0, 4.0]])
STATUS = (RunStatus.OK, RunStatus.CRASHED, RunStatus.OK)
#: Of the generation before.
EARLIER = Evaluation(
    np.array([[5.0, 5.5], [6.0, 6.5]]),
    np.array([[2.0, 2.0, 2.0, 2.0], [9.0, 9.0, 9.0, 9.0]]),
    (RunStatus.OK,) * 2, ("", ""), np.ones(2),
)  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """A strategy whose state is what the sum of all components is multiplied by; None: no sums."""

    def scalars(self, state, scores):
        if state is None:
            return None
        return np.nan_to_num(state * scores.sum(axis=1), nan=1e6)


@dataclass
class Written:
    """A store that only remembers."""

    appended: list = field(default_factory=list)
    outcomes: list = field(default_factory=list)

    published: list = field(default_factory=list)

    def append(self, generation):
        self.appended.append(generation)

    def publish(self):
        self.published.append(len(self.appended))

    def end_session(self, outcome):
        self.outcomes.append(outcome)


@pytest.fixture(scope="module")
def problem():
    return make_problem()


@pytest.fixture
def recorder(problem, tmp_path):
    """Makes one that keeps a run of the stamp `run`, dumping every two generations."""

    def make(**changed):
        header = replace(make_info().header, markers=problem.suite.markers)
        parts = {
            "files": RunFiles(tmp_path, "run"), "header": header, "problem": problem,
            "strategy": Weighed(), "writer": Written(), "dump_every": 2,
        }  # fmt: skip
        return Recorder(**{**parts, **changed})

    return make


def progress(generation=4, state=2.0, **changed):
    """A search whose last generation is `SCORES`: rows 2, 3 and 4 of the history."""
    history = History()
    history.append(EARLIER.parameters, EARLIER.scores)
    history.append(ASKED + 0.25, SCORES)
    reached = Progress(
        generation,
        state,
        Population(np.array([[3.0, 4.0], [1.0, 2.0]]), SCORES[[2, 0]]),
        ParetoArchive(np.array([0, 2, 4]), history.scores[[0, 2, 4]], 100),
        history,
        Evaluation(ASKED + 0.25, SCORES, STATUS, ("", "signal 11", ""), np.array([0.5, 0.0, 0.75])),
        seconds=12.5,
        asked=ASKED,
    )
    return replace(reached, **changed)


def test_a_generation_is_stored_as_it_was_evaluated(recorder):
    kept = recorder()
    kept.generation(progress())
    (new,) = kept.writer.appended
    assert (new.number, new.state, new.seconds) == (4, 2.0, 12.5)
    np.testing.assert_array_equal(new.evaluations.coordinates, ASKED)
    np.testing.assert_array_equal(new.evaluations.parameters, ASKED + 0.25)
    np.testing.assert_array_equal(new.evaluations.scores, SCORES)
    assert new.evaluations.status == ("OK", "CRASHED", "OK")
    assert new.evaluations.messages == ("", "signal 11", "")
    assert new.evaluations.seconds.tolist() == [0.5, 0.0, 0.75]
    assert new.population.tolist() == [[3.0, 4.0], [1.0, 2.0]]
    np.testing.assert_array_equal(new.population_scores, SCORES[[2, 0]])
    assert new.archive.tolist() == [0, 2, 4]


def test_the_fitness_is_that_after_the_generation_and_the_penalty_of_failures_is_none(recorder):
    kept = recorder()
    kept.generation(progress(state=3.0))
    np.testing.assert_array_equal(
        kept.writer.appended[0].evaluations.fitness, [3 * 73.0, NAN, 3 * 110.0]
    )
    kept.generation(progress(state=None))
    assert np.isnan(kept.writer.appended[1].evaluations.fitness).all()


@pytest.mark.parametrize("lost", ["evaluation", "asked"])
def test_a_generation_that_was_not_evaluated_is_not_stored(recorder, lost):
    kept = recorder()
    with pytest.raises(ValueError, match="without its evaluations cannot be stored"):
        kept.generation(progress(**{lost: None}))
    assert not kept.writer.appended


def test_nothing_is_written_within_a_generation(recorder, tmp_path):
    kept = recorder(dump_every=1)
    kept.evaluated(1, 2, 3)
    assert not kept.writer.appended
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("every", "due"), [(1, [0, 1, 2, 3, 4]), (2, [0, 2, 4]), (3, [0, 3]), (-1, []), (0, [])]
)
def test_checkpoints_are_written_when_they_are_due(recorder, every, due):
    kept = recorder(dump_every=every)
    written = []
    for generation in range(5):
        kept.generation(progress(generation))
        if kept.files.checkpoint.exists():
            written.append(json.loads(kept.files.checkpoint.read_text())["generation"])
            kept.files.checkpoint.unlink()
    assert written == due
    assert len(kept.writer.appended) == 5


def test_a_checkpoint_is_the_population_best_first(recorder):
    kept = recorder()
    kept.generation(progress())
    content = json.loads(kept.files.checkpoint.read_text())
    assert content["markers"] == list("OOVV")
    assert content["population"] == [
        {"fitness": [0, 0, 50, 60], "parameters": [3, 4], "weighted-fitness": 220},
        {"fitness": [1, 2, 30, 40], "parameters": [1, 2], "weighted-fitness": 146},
    ]


def test_a_checkpoint_that_cannot_be_written_does_not_stop_the_search(recorder, caplog):
    kept = recorder()
    kept.files.checkpoint.mkdir()
    (kept.files.checkpoint / "in the way").touch()
    kept.generation(progress())
    assert len(kept.writer.appended) == 1
    assert f"cannot write {kept.files.checkpoint}" in caplog.text


def test_a_store_that_cannot_be_written_does(recorder):
    class Full(Written):
        def append(self, generation):
            raise OutputError("the disk is full")

    kept = recorder(writer=Full())
    with pytest.raises(OutputError, match="the disk is full"):
        kept.generation(progress())
    assert not kept.files.checkpoint.exists()


def test_the_log_tells_of_every_generation(recorder, caplog):
    caplog.set_level(logging.INFO)
    recorder(dump_every=-1).generation(progress())
    # Of the archive: O 4, 3 and 0; V 4, 70 and 110.
    assert caplog.messages == [
        "generation 4: 5 evaluations, 3 of them non-dominated, best O 0, V 4"
    ]
    caplog.clear()
    nobody = ParetoArchive(np.empty(0, dtype=np.int64), np.empty((0, 4)), 100)
    recorder(dump_every=-1).generation(progress(archive=nobody))
    assert caplog.messages == ["generation 4: 5 evaluations, 0 of them non-dominated, best none"]


def test_population_and_archive_go_into_the_log_where_asked_for(recorder, caplog):
    caplog.set_level(logging.INFO)
    recorder(dump_every=-1, log_population=True, log_archive=True).generation(progress())
    logged = [text.split(": ", 1) for text in caplog.messages[1:]]
    assert [where for where, _ in logged] == [
        "population 0", "population 1", "archive 0", "archive 1", "archive 2",
    ]  # fmt: skip
    records = [json.loads(text) for _, text in logged]
    assert [record["sours"] for record in records] == ["P", "P", "A", "A", "A"]
    assert [record["parameters"] for record in records] == [
        [3, 4], [1, 2], [5.0, 5.5], [1.25, 2.25], [3.25, 4.25],
    ]  # fmt: skip
    assert [record["weighted-fitness"] for record in records] == [220, 146, 16, 146, 220]


@pytest.mark.parametrize(("which", "n_record"), [("population", 2), ("archive", 3)])
def test_one_of_them_goes_into_the_log_without_the_other(recorder, caplog, which, n_record):
    caplog.set_level(logging.INFO)
    recorder(dump_every=-1, **{f"log_{which}": True}).generation(progress())
    assert [text.split()[0] for text in caplog.messages[1:]] == [which] * n_record


def test_an_archive_of_nobody_is_nothing_to_log(recorder, caplog):
    caplog.set_level(logging.INFO)
    nobody = ParetoArchive(np.empty(0, dtype=np.int64), np.empty((0, 4)), 100)
    recorder(dump_every=-1, log_archive=True).generation(progress(archive=nobody))
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("interrupted", [False, True])
def test_at_the_end_files_are_made_of_the_store(recorder, interrupted):
    kept = recorder()
    made = make_store(kept.files.store)
    kept.finish(progress(interrupted=interrupted))
    assert kept.writer.outcomes == ["interrupted" if interrupted else "finished"]
    # They are made of what everybody can see.
    assert kept.writer.published == [0]
    final = json.loads(kept.files.final.read_text())["final"]
    population = [record["fitness"] for record in final if record["sours"] == "P"]
    assert population == made[-1].population_scores.tolist()
    assert len(json.loads(kept.files.evaluations.read_text())["records"]) == 30
    assert json.loads(kept.files.checkpoint.read_text())["generation"] == 4
    assert not kept.files.adaptations.exists()
    with open_run(kept.files.store) as run:
        assert run.n_evaluation == 30


def test_the_checkpoint_and_the_trace_of_weights_only_where_asked_for(recorder):
    kept = recorder(dump_every=-1, adaptations=True)
    make_store(kept.files.store)
    kept.finish(progress())
    assert kept.files.adaptations.exists()
    assert not kept.files.checkpoint.exists()


def test_a_file_that_cannot_be_written_is_told_after_the_others(recorder):
    kept = recorder()
    make_store(kept.files.store)
    kept.files.final.mkdir()
    (kept.files.final / "in the way").touch()
    with pytest.raises(OutputError, match=r"cannot write .*run-final\.json"):
        kept.finish(progress())
    assert kept.files.evaluations.exists()
    assert kept.files.checkpoint.exists()
    assert kept.writer.outcomes == ["finished"]


def test_files_for_which_there_is_no_time_leave_a_run_that_was_interrupted(recorder, tmp_path):
    make_store(tmp_path / "run.sqlite", 2)

    @contextlib.contextmanager
    def no_time():
        raise KeyboardInterrupt
        yield

    kept = recorder(exporting=no_time)
    with pytest.raises(KeyboardInterrupt):
        kept.finish(progress())
    assert kept.writer.outcomes == ["interrupted"]
    assert not kept.files.final.exists()
    # Where there is, all is written, but for what nobody wants.
    kept = recorder(evaluations=False)
    kept.finish(progress())
    assert kept.writer.outcomes == ["finished"]
    assert kept.files.final.exists()
    assert not kept.files.evaluations.exists()
