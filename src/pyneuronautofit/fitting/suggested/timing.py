"""How long a search will take: candidates at random are simulated and scored."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.simulators import RunStatus

# The first candidates warm everything up; if they take longer than so much, they are the measure.
_FIRST, _THEN, _LONG_S = 8, 96, 5.0


@dataclass(frozen=True)
class Timing:
    """What was measured.

    Attributes
    ----------
    per_second
        Evaluations per second.
    n_failed, n_all
        How many candidates failed, of how many.
    reason
        Why the first of these did; "" if none.
    simulator
        What simulated them.
    """

    per_second: float
    n_failed: int
    n_all: int
    reason: str
    simulator: str


def measure(problem: Problem) -> Timing:
    """Measure how many random candidates are simulated and scored in a second.

    What has to be compiled is compiled before that.
    """
    rng = np.random.default_rng(0)
    with problem.opened():
        problem.check()
        for size in (_FIRST, _THEN):
            x = problem.space.sample(rng, size)
            began = time.perf_counter()
            found = problem.evaluate(x, with_residuals=True)
            seconds = time.perf_counter() - began
            if size == _FIRST and float(np.nansum(found.seconds)) > _LONG_S:
                break
        failed = [place for place, s in enumerate(found.status) if s is not RunStatus.OK]
        reason = ""
        if failed:
            reason = found.messages[failed[0]] or found.status[failed[0]].value
        return Timing(
            len(x) / max(seconds, 1e-6), len(failed), len(x), reason, problem.simulator.description
        )
