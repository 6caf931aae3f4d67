"""Workers that are functions of this process, which come, go, die and fail as a test says."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fitting.parabolas import make_problem
from pyneuronautofit.fitting import OpenedFit
from pyneuronautofit.fitting.evaluators.answers import as_plain
from pyneuronautofit.fitting.evaluators.cluster import ClusterEvaluator
from pyneuronautofit.fitting.evaluators.crew import (
    SchedulerWent,
    WorkerCame,
    WorkerReply,
    WorkerWent,
)
from pyneuronautofit.fitting.evaluators.sameness import self_description
from pyneuronautofit.fitting.evaluators.work_order import WorkOrder
from pyneuronautofit.space import ParameterTable

IDENTITY = {
    "recording": "a" * 64,
    "model": {"project.py": "b" * 64},
    "versions": {"pyneuronautofit": "1", "numpy": "2", "processor": "this one"},
}


class Dies(Exception):
    """A worker dies over what it is asked."""


def opened_fit(problem=None, identity=IDENTITY):
    return OpenedFit(None, problem or make_problem(), None, Path("cell.npz"), identity)


@dataclass
class Worker:
    """A worker: how it describes itself, and what becomes of the values that it is given."""

    opened: OpenedFit = field(default_factory=opened_fit)
    describe: Callable = lambda described: {"described": described}
    before: Callable = lambda values: None
    known: set = field(default_factory=set)
    seen: list = field(default_factory=list)

    def introduce(self, order):
        self.known.add(order["key"])
        return self.describe(self_description(self.opened))

    def evaluate(self, key, values, with_residuals):
        if key not in self.known:
            return {"unknown": key}
        problem = self.opened.problem
        first = problem.space.to_model(problem.space.sample(np.random.default_rng(0), 1))
        numbers = np.frombuffer(values).reshape(-1, len(problem.space))
        self.seen.append(numbers)
        answer = self.before(numbers)
        if answer is not None:
            return answer
        table = ParameterTable(first.targets, first.whole, numbers)
        return as_plain(problem.evaluate_here(table, with_residuals=with_residuals))


class WorkersHere:
    """A crew of them; they answer in an order that hangs on the seed."""

    address = "tcp://here:1"

    def __init__(self, workers, seed=0, more=None):
        self.workers = dict(workers)
        self.more = iter(more or ())
        self.random = random.Random(seed)
        self.happened = [WorkerCame(address) for address in self.workers]
        self.asked = []
        self.forgotten = set()
        self.closed = False

    def events(self, timeout_s):
        while not self.happened and self.asked:
            self._do(self.asked.pop(self.random.randrange(len(self.asked))))
        found, self.happened = self.happened, []
        return found

    def introduce(self, address, ticket, order):
        self.asked.append((ticket, address, lambda worker: worker.introduce(order)))

    def evaluate(self, address, ticket, key, values, *, with_residuals):
        self.asked.append(
            (ticket, address, lambda worker: worker.evaluate(key, values, with_residuals))
        )

    def forget(self, tickets):
        self.forgotten |= set(tickets)

    def close(self):
        self.closed = True

    def lose_scheduler(self):
        self.happened.append(SchedulerWent("it was killed"))

    def _do(self, asked):
        ticket, address, what = asked
        worker = self.workers.get(address)
        if worker is None or ticket in self.forgotten:
            return
        try:
            self.happened.append(WorkerReply(ticket, what(worker)))
        except Dies:
            del self.workers[address]
            self.happened.append(WorkerWent(address))
            for new in [next(self.more, None)]:
                if new is not None:
                    self.workers[new[0]] = new[1]
                    self.happened.append(WorkerCame(new[0]))
        except RuntimeError as error:
            self.happened.append(WorkerReply(ticket, None, str(error)))


def evaluator(crew, opened=None, wait_s=0.0, order=lambda: WorkOrder({}, "", (False,))):
    return ClusterEvaluator(opened or opened_fit(), order, lambda: crew, wait_s)
