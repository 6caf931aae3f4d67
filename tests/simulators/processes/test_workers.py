"""Workers that know which paths are set: made at first use, and anew for others."""

from __future__ import annotations

import os

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators import available_cores
from pyneuronautofit.simulators.processes.pool import Job
from pyneuronautofit.simulators.processes.workers import PathWorkers
from pyneuronautofit.space import ParameterPath

ONE, TWO = (ParameterPath.parse(path) for path in ("soma.L", "axon.L"))


def make_handler(paths):
    """Return what answers with the paths that it was made for, and its process."""
    return lambda _task: ([path.text for path in paths], os.getpid())


@pytest.fixture
def workers():
    made = PathWorkers(lambda paths: Job(make_handler, paths), 1, 60.0, 3)
    yield made
    made.close()


def ask(workers, *paths, n_task=1):
    outcomes = list(workers.for_paths(paths).map([None] * n_task))
    return [outcome.value for outcome in outcomes]


def test_workers_know_the_paths_and_stay_while_these_do(workers):
    ((paths, first),) = ask(workers, ONE)
    assert paths == ["soma.L"]
    assert ask(workers, ONE) == [(paths, first)]
    assert workers.for_paths([ONE]) is workers.for_paths((ONE,))


def test_other_paths_have_other_workers(workers):
    ((_paths, first),) = ask(workers, ONE)
    ((paths, second),) = ask(workers, ONE, TWO)
    assert paths == ["soma.L", "axon.L"]
    assert second != first
    # The first are gone: nobody asks them any more.
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    ((paths, _third),) = ask(workers, TWO, ONE)
    assert paths == ["axon.L", "soma.L"]


def test_a_worker_is_replaced_after_its_tasks(workers):
    processes = [process for _paths, process in ask(workers, ONE, n_task=5)]
    assert [processes.count(each) for each in dict.fromkeys(processes)] == [3, 2]


def test_closed_workers_are_started_again_when_they_are_needed(workers):
    workers.close()
    ((_paths, first),) = ask(workers, ONE)
    workers.close()
    workers.close()
    ((_paths, second),) = ask(workers, ONE)
    assert second != first


def refuse(paths):
    raise ModelError(f"no {paths[0].text}")


def test_what_a_model_lacks_is_said_when_workers_are_asked_for():
    workers = PathWorkers(lambda paths: Job(refuse, paths), None, 60.0, 3)
    assert workers.n_worker == available_cores()
    with pytest.raises(ModelError, match=r"no soma\.L"):
        workers.for_paths([ONE]).check()
    workers.close()
