"""The components of several suites as one objective vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pyneuronautofit.objectives.suite import Suite


def joint_suite(suites: Sequence[Suite]) -> Suite:
    """Return the components of several recordings' suites, one suite after the other.

    It adds up components by their modes; traces are scored by the suites themselves.
    """
    first = suites[0]
    if len(suites) == 1:
        return first
    return Suite(
        members=tuple(member for suite in suites for member in suite.members),
        sweeps=tuple(range(sum(len(suite.sweeps) for suite in suites))),
        n_sample=max(suite.n_sample for suite in suites),
        settings=first.settings,
        markers=tuple(mark for suite in suites for mark in suite.markers),
        n_scores=tuple(n for suite in suites for n in suite.n_scores),
        bvalues=np.concatenate([suite.bvalues for suite in suites]),
    )
