"""Models on their way through a test: when each begins, and what is reported of it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pyneuronautofit.probes.batch.courses import current_steps, long_rest
from pyneuronautofit.probes.batch.lanes import ProbeRunner
from pyneuronautofit.probes.batch.reader import ModelImage
from pyneuronautofit.probes.batch.scheduler import Course, Scheduler
from pyneuronautofit.probes.batch.synapse_lanes import (
    Rested,
    ThresholdSearch,
    rest_before_event,
    shown_trial,
    synapse_process,
)
from pyneuronautofit.probes.pool import Test
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import Probed, RestTest, StepTest, SynapseTest
from pyneuronautofit.probes.threshold import N_GRID
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.processes.pool import Outcome

# Models are begun as long as there are fewer than so many for every lane of every thread,
_MODELS_PER_LANE = 2
# and fewer than so many bytes of voltages.
_MOST_BYTES = 256 * 1024**2
# Models are searched as long as there are fewer trials than so many for every lane, and one more:
# no lane stays empty, and one model after the other is finished.
_TRIALS_PER_LANE = 3


class ProbeWork:
    """Lets models go through a test, some at a time.

    Parameters
    ----------
    test
        What they go through.
    scheduler
        Runs what they ask for.
    runners
        Of all their signatures.
    time_limit_s
        A model that takes longer is given up.
    n_lane
        The lanes of all threads.
    """

    def __init__(
        self,
        test: Test,
        scheduler: Scheduler,
        runners: Mapping[Signature, ProbeRunner],
        time_limit_s: float,
        n_lane: int,
    ) -> None:
        self._test = test
        self._scheduler = scheduler
        self._runners = runners
        self._time_limit_s = time_limit_s
        self._n_lane = n_lane
        self._finished: deque[Probed] = deque()
        self._rested: deque[tuple[_Answering, ThresholdSearch]] = deque()
        self._searched: list[_Answering] = []
        self._n_open = 0

    def run(self, outcomes: Sequence[Outcome]) -> Iterator[Probed]:
        """Yield what became of models, as they are finished.

        Parameters
        ----------
        outcomes
            Of reading them; their values are `ModelImage`s.
        """
        waiting = deque(outcomes)
        while waiting or self._n_open:
            while waiting and self._n_open < self._most_open():
                self._begin(waiting.popleft())
            self._begin_searches()
            if self._scheduler.busy:
                self._scheduler.step()
            while self._finished:
                self._n_open -= 1
                yield self._finished.popleft()

    def _begin_searches(self) -> None:
        if not isinstance(self._test, SynapseTest):
            return
        trials_of_one = max(len(self._test.mixes), 1) * N_GRID
        most = 1 + math.ceil(_TRIALS_PER_LANE * self._n_lane / trials_of_one)
        self._searched = [each for each in self._searched if not each.ended]
        while self._rested and len(self._searched) < most:
            answering, search = self._rested.popleft()
            self._searched.append(answering)
            search.begin()

    def _most_open(self) -> int:
        test, most = self._test, _MODELS_PER_LANE * self._n_lane
        if not isinstance(test, StepTest):
            return most
        n_trace = len(test.amplitudes_pA) * len(test.places)
        return max(min(most, _MOST_BYTES // (8 * n_trace * test.n_sample)), 1)

    def _begin(self, outcome: Outcome) -> None:
        self._n_open += 1
        test, model = self._test, outcome.value
        cell = self._runners[model.signature].cell_of(model.image)
        answering = _Answering(outcome, self._scheduler, self._finished.append, self._time_limit_s)
        if isinstance(test, StepTest):
            answering.run(current_steps(cell, model, test), answering.end)
        elif isinstance(test, RestTest):
            answering.run(long_rest(cell, model, test), answering.end)
        elif isinstance(test, SynapseTrial):
            answering.run(shown_trial(cell, test, _process(model)), answering.end)
        else:
            searching = partial(self._keep_rested, test, model, answering)
            answering.run(rest_before_event(cell, test), searching)

    def _keep_rested(
        self, test: SynapseTest, model: ModelImage, answering: _Answering, rested: Rested | None
    ) -> None:
        if rested is None:
            answering.end(None)
            return
        search = ThresholdSearch(test, rested, _process(model), answering.run, answering.end)
        self._rested.append((answering, search))


class _Answering:
    """A model that is being simulated.

    Attributes
    ----------
    ended
        Whether it has been reported.
    """

    def __init__(
        self,
        outcome: Outcome,
        scheduler: Scheduler,
        report: Callable[[Probed], None],
        time_limit_s: float,
    ) -> None:
        self._outcome = outcome
        self._scheduler = scheduler
        self._report = report
        self._time_limit_s = time_limit_s
        self._seconds = 0.0
        self.ended = False

    def run(self, course: Course, ended: Callable[[Any], None]) -> None:
        """Have a course run for this model."""
        self._scheduler.begin(course, ended, self._spend)

    def end(self, answer: Any) -> None:
        """Give the answer; None: a voltage was not sound."""
        diverged = answer is None or not answer.is_finite()
        self._finish(RunStatus.DIVERGED if diverged else RunStatus.OK, answer)

    def _spend(self, seconds: float) -> bool:
        """Count the time; return whether the model is still wanted."""
        self._seconds += seconds
        if not self.ended and self._seconds > self._time_limit_s:
            self._finish(RunStatus.TIMED_OUT, None)
        return not self.ended

    def _finish(self, status: RunStatus, answer: Any) -> None:
        self.ended = True
        ok = status is RunStatus.OK
        seconds = self._outcome.seconds + self._seconds
        answer, message = (answer, "") if ok else (None, status.value)
        self._report(Probed(self._outcome.task, status, message, answer, seconds))


def _process(model: ModelImage) -> str:
    signature = model.signature
    return synapse_process(signature.node_kinds[signature.kinds[0]].processes)
