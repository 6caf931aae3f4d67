"""Which steps of time a test has, and in which of them there is current."""

from __future__ import annotations

import dataclasses

from pyneuronautofit.probes.batch.courses import clamp_steps, steps_in
from pyneuronautofit.probes.tests import StepTest


def test_steps_with_current():
    """A step has current if its middle is within the pulse."""
    test = StepTest((1.0,), 35.0, 0.1, onset_ms=1.0, duration_ms=0.52, end_ms=3.0)
    assert clamp_steps(test) == (10, 15)
    assert clamp_steps(dataclasses.replace(test, onset_ms=1.06)) == (11, 16)


def test_numbers_of_steps():
    """NEURON rounds a duration to whole steps, halves upward."""
    assert [steps_in(t, 0.1) for t in (0.0, 1.0, 1.04, 1.05, 1.06)] == [0, 10, 10, 11, 11]
    assert steps_in(60_000.0, 0.025) == 2_400_000
