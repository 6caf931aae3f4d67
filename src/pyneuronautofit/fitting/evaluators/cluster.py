"""The head's side of an evaluation by workers: who may work, who does what, and what is lost."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pyneuronautofit._text import printable, shortened
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.fitting.evaluation import Evaluation, WorkersLost
from pyneuronautofit.fitting.evaluators.answers import GatheredScores
from pyneuronautofit.fitting.evaluators.chunks import chunks_of
from pyneuronautofit.fitting.evaluators.crew import (
    Crew,
    CrewEvent,
    SchedulerWent,
    WorkerCame,
    WorkerReply,
    WorkerWent,
)
from pyneuronautofit.fitting.evaluators.ledger import ALONE_TRIES, Ledger, Parcel
from pyneuronautofit.fitting.evaluators.sameness import differences, self_description
from pyneuronautofit.fitting.evaluators.staff import Staff
from pyneuronautofit.fitting.evaluators.work_order import WorkOrder
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.fitting.resumed.resume import OpenedFit
from pyneuronautofit.simulators import PreferredSimulator
from pyneuronautofit.space import ParameterTable

_log = logging.getLogger(__name__)

# So often it is looked whether a worker is waited for in vain.
_TICK_S = 0.5
# After so long without any worker that is said, and again after this time.
_SILENT_S = 5.0
_SAID_AGAIN_S = 60.0
_MOST_SAID = 600
#: What becomes of a candidate that nobody could evaluate.
GIVEN_UP = f"{ALONE_TRIES} workers that had nothing else to do have died or failed over it"


@dataclass
class _Generation:
    """A generation that is being evaluated."""

    table: ParameterTable
    with_residuals: bool
    ledger: Ledger
    gathered: GatheredScores
    out: dict[int, Parcel]
    refusals: dict[range, set[str]]


class ClusterEvaluator:
    """Has candidates evaluated by workers, as they come and go.

    Parameters
    ----------
    opened
        The fit. What simulates is decided by its own simulators, here.
    order
        Returns what workers are told, as things stand.
    connect
        Connects with the scheduler.
    wait_s
        How long there may be no worker.
    """

    def __init__(
        self,
        opened: OpenedFit,
        order: Callable[[], WorkOrder],
        connect: Callable[[], Crew],
        wait_s: float,
    ) -> None:
        self._opened = opened
        self._order_now = order
        self._connect = connect
        self._wait_s = wait_s
        self._crew: Crew | None = None
        self._order: WorkOrder | None = None
        self._described: Mapping[str, Any] = {}
        self._staff = Staff()
        self._tickets = itertools.count()
        self._lonely_since: float | None = None
        self._said_at = 0.0

    @property
    def description(self) -> str:
        """Who evaluates, in a few words."""
        return f"the workers of {self._connected.address}"

    def check(self) -> None:
        """Connect with the scheduler; the problem was checked here by then."""
        self._order = self._order_now()
        self._described = self_description(self._opened)
        if self._crew is None:
            self._crew = self._connect()
        _log.info("candidates are evaluated by %s", self.description)

    def evaluate(
        self,
        table: ParameterTable,
        on_done: Callable[[int, int], None] | None = None,
        *,
        with_residuals: bool = False,
    ) -> Evaluation:
        """Have candidates simulated and scored; raises as of `Evaluator`."""
        if self._crew is None:
            self.check()
        while True:
            self._settle(table)
            try:
                return self._evaluated(table, on_done, with_residuals)
            except UnsupportedModel as error:
                # As it would be here: a parameter may decide which channels there are.
                for part in self._problem.parts:
                    if isinstance(part.simulator, PreferredSimulator):
                        part.simulator.give_up(error)

    def close(self) -> None:
        """Leave the scheduler."""
        if self._crew is not None:
            self._crew.close()
            self._crew = None

    @property
    def _problem(self) -> Problem:
        return self._opened.problem

    @property
    def _connected(self) -> Crew:
        if self._crew is None:
            raise ValueError("there is no connection with a scheduler")
        return self._crew

    # --- what is decided here

    def _settle(self, table: ParameterTable) -> None:
        """Find out what simulates, and let workers know where that has changed."""
        for part in self._problem.parts:
            if isinstance(part.simulator, PreferredSimulator):
                part.simulator.settle(table)
        order = self._order_now()
        if self._order is None or order.key != self._order.key:
            self._order, self._described = order, self_description(self._opened)
            self._connected.forget(self._staff.start_anew())

    # --- a generation

    def _evaluated(
        self,
        table: ParameterTable,
        on_done: Callable[[int, int], None] | None,
        with_residuals: bool,
    ) -> Evaluation:
        generated = self._order is not None and all(self._order.generated)
        n_residual = _n_residual(self._problem) if with_residuals else None
        generation = _Generation(
            table,
            with_residuals,
            Ledger(chunks_of(len(table), generated=generated)),
            GatheredScores(table.values, len(self._problem.whole.markers), n_residual),
            {},
            {},
        )
        self._lonely_since = None
        try:
            while not generation.ledger.is_done:
                self._hand_out(generation)
                for event in self._connected.events(_TICK_S):
                    self._take(event, generation)
                    if on_done is not None and isinstance(event, WorkerReply):
                        on_done(generation.gathered.n_done, len(table))
                self._mind_loneliness()
        finally:
            self._connected.forget(generation.out)
            self._staff.free(generation.out)
        return generation.gathered.evaluation()

    def _hand_out(self, generation: _Generation) -> None:
        """Give every worker that has nothing to do something."""
        crew, order = self._connected, self._order
        if order is None:
            raise ValueError("nobody knows what workers are to be told")
        for address in self._staff.unknown():
            ticket = next(self._tickets)
            self._staff.ask(address, ticket)
            crew.introduce(address, ticket, order.as_plain())
        for address in self._staff.idle():
            if not generation.ledger.has_more:
                break
            parcel, ticket = generation.ledger.take(), next(self._tickets)
            generation.out[ticket] = parcel
            self._staff.give(address, ticket)
            rows = slice(parcel.rows.start, parcel.rows.stop)
            values: FloatArray = np.ascontiguousarray(generation.table.values[rows])
            crew.evaluate(
                address,
                ticket,
                order.key,
                values.astype(np.float64, copy=False).tobytes(),
                with_residuals=generation.with_residuals,
            )

    def _take(self, event: CrewEvent, generation: _Generation) -> None:
        """Take notice of what has happened."""
        if isinstance(event, SchedulerWent):
            raise WorkersLost(
                f"the scheduler {self._connected.address} is lost ({event.why}). Start it and its "
                "workers again, and go on with --resume"
            )
        if isinstance(event, WorkerCame):
            self._staff.come(event.address)
        elif isinstance(event, WorkerWent):
            self._lose(event.address, generation)
        elif event.ticket in generation.out:
            self._take_chunk(event, generation)
        else:
            self._take_introduction(event)

    def _lose(self, address: str, generation: _Generation) -> None:
        ticket = self._staff.leave(address)
        if ticket is None:
            return
        self._connected.forget([ticket])
        parcel = generation.out.pop(ticket, None)
        if parcel is not None:
            n_cand = len(parcel.rows)
            _log.info("the worker %s is lost, with %d candidates; others do it", address, n_cand)
            self._failed(parcel, generation, GIVEN_UP)

    def _take_introduction(self, reply: WorkerReply) -> None:
        address = self._staff.finished(reply.ticket)
        if address is None:
            return
        content: Mapping[str, Any] = reply.content or {"refused": reply.error}
        if "described" not in content:
            self._refuse(address, str(content.get("refused", "it does not say who it is")))
            return
        there: Mapping[str, Any] = content["described"]
        where = f"{address} ({shortened(printable(str(there.get('host')), in_a_line=True))})"
        try:
            found = differences(self._described, there)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            found = [f"it is of another version, which says other things of itself: {error!r}"]
        if found:
            self._refuse(address, "; ".join(found), where)
            return
        self._staff.accept(address)
        _log.info("the worker %s is accepted, %d now", where, self._staff.n_accepted)

    def _refuse(self, address: str, why: str, where: str = "") -> None:
        self._staff.refuse(address)
        said = shortened(printable(why, in_a_line=True), _MOST_SAID)
        _log.warning("the worker %s is refused: %s", where or address, said)

    def _take_chunk(self, reply: WorkerReply, generation: _Generation) -> None:
        parcel = generation.out.pop(reply.ticket)
        address = self._staff.finished(reply.ticket) or ""
        content = reply.content
        if content is None:
            self._take_failure(address, reply.error, parcel, generation)
        elif "unknown" in content:
            generation.ledger.give_back(parcel)
            self._staff.forget_acceptance(address)
        elif "unsupported" in content:
            raise UnsupportedModel(str(content["unsupported"]))
        elif "refused" in content:
            self._take_refusal(address, str(content["refused"]), parcel, generation)
        else:
            try:
                generation.gathered.take(parcel.rows, content)
            except ValueError as error:
                self._take_failure(address, f"its scores are none: {error}", parcel, generation)
            else:
                self._staff.succeeded(address)
                generation.ledger.done(parcel)

    def _take_failure(
        self, address: str, why: str, parcel: Parcel, generation: _Generation
    ) -> None:
        """Take notice that a worker has failed over a chunk: one of the two is to blame."""
        _log.info("the worker %s has failed over %d candidates: %s", address, len(parcel.rows), why)
        fails_always = self._staff.failed(address)
        if self._failed(parcel, generation, f"{GIVEN_UP}: {why}"):
            self._staff.succeeded(address)
        elif fails_always:
            self._refuse(address, f"it fails whatever it is asked: {why}")

    def _take_refusal(
        self, address: str, why: str, parcel: Parcel, generation: _Generation
    ) -> None:
        """Take notice that a chunk cannot be evaluated: by this worker, or by nobody."""
        said = generation.refusals.setdefault(parcel.rows, set())
        if why in said or self._staff.n_accepted <= 1:
            raise ModelError(f"{why} (says the worker {address})")
        said.add(why)
        generation.ledger.give_back(parcel)
        self._refuse(address, why)

    def _failed(self, parcel: Parcel, generation: _Generation, why: str) -> bool:
        """Take a parcel back; return whether its candidate is given up."""
        given_up = generation.ledger.failed(parcel)
        for row in given_up:
            generation.gathered.give_up(row, why)
            _log.warning("candidate %d of the generation is given up: %s", row, why)
        return bool(given_up)

    def _mind_loneliness(self) -> None:
        """Say that there is no worker, and give up in the end."""
        now = time.monotonic()
        if self._staff.n_accepted:
            self._lonely_since = None
            return
        if self._lonely_since is None:
            self._lonely_since, self._said_at = now, now + _SILENT_S - _SAID_AGAIN_S
        waited_s, crew = now - self._lonely_since, self._connected
        who = f"no worker of {crew.address} can be used ({self._staff})"
        if waited_s > self._wait_s:
            raise WorkersLost(
                f"{who}, for {self._wait_s / 60.0:g} minutes now (--workers-wait). Start some, and "
                "go on with --resume"
            )
        if now - self._said_at >= _SAID_AGAIN_S:
            self._said_at = now
            _log.warning("%s: waiting for one, %.0f minutes at most", who, self._wait_s / 60.0)


def _n_residual(problem: Problem) -> int:
    """Return how many residuals a candidate has, with its numbers of spikes."""
    return sum(each.n_number for each in problem.bound_residuals)
