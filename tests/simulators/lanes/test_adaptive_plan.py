"""An experiment as adaptive kernels take it: ticks, limits, holding currents."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.simulators import Adaptive
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.lanes.adaptive_plan import AdaptivePlan

# Three sweeps of 100 ms, sampled every 0.1 ms and looked at four times a sample.
N_SWEEP, N_SAMPLE, STEP_MS, POINTS = 3, 1000, 0.1, 4
HOLDING_PA = np.array([20.0, -10.0, 20.0])


def experiment(**changed):
    current = np.repeat(HOLDING_PA[:, None], N_SAMPLE, axis=1)
    current[:, 300:700] += np.array([50.0, 100.0, -40.0])[:, None]
    made = Experiment(current, HOLDING_PA, Clock(STEP_MS, POINTS), 35.0, transient_ms=200.0)
    return replace(made, **changed)


def plan(tolerance_mV=0.003, **changed):
    return AdaptivePlan(experiment(**changed), Adaptive(tolerance_mV))


def array(pointer, kind, n):
    return list((kind * n).from_address(pointer))


def test_ticks_divide_the_points_of_a_sample():
    protocol = plan().protocol
    # 2048 to a sample: 512 between two of its four points.
    assert protocol.points == 4
    assert 1 << protocol.point_shift == 512
    assert protocol.tick_ms == STEP_MS / 2048
    assert protocol.transient_ticks == round(200.0 / protocol.tick_ms)


@pytest.mark.parametrize(("points", "shift"), [(1, 11), (2, 10), (3, 9), (2048, 1), (5000, 1)])
def test_between_points_there_are_two_ticks_at_the_least(points, shift):
    protocol = plan(clock=Clock(STEP_MS, points)).protocol
    assert protocol.point_shift == shift
    assert protocol.tick_ms == pytest.approx(STEP_MS / (points << shift))


def test_of_long_sweeps_the_ticks_are_fewer():
    """As many as the narrower lanes can count, 2^30 in all."""
    protocol = plan(transient_ms=4e5).protocol
    assert protocol.transient_ticks <= 2**30 < 2 * protocol.transient_ticks
    with pytest.raises(UsageError, match=r"sweeps of 1e\+09 ms are too long .*--integrator fixed"):
        plan(transient_ms=1e9)


def test_sweeps_that_hold_the_same_current_share_their_transient():
    made = plan()
    assert made.holding_pA.tolist() == [-10.0, 20.0]
    protocol = made.protocol
    assert (protocol.n_holding, protocol.n_sweep) == (2, 3)
    assert array(protocol.holding_nA, ctypes.c_double, 2) == [-0.01, 0.02]
    assert [sweep.holding for sweep in made._sweeps] == [1, 0, 1]


def test_a_sweep_ends_with_its_last_point():
    made = plan()
    last = (N_SAMPLE * POINTS - 1) << made.protocol.point_shift
    for number, sweep in enumerate(made._sweeps):
        ends = array(sweep.end_tick, ctypes.c_int64, sweep.n_segment)
        levels = array(sweep.level_nA, ctypes.c_double, sweep.n_segment)
        assert len(ends) == 3
        assert ends[-1] == last
        # The step is on half way between two samples.
        assert ends[0] == 299 * 2048 + 1024
        step = [50.0, 100.0, -40.0][number]
        wanted = [HOLDING_PA[number], HOLDING_PA[number] + step, HOLDING_PA[number]]
        assert levels == pytest.approx(np.array(wanted) / 1000.0)
        assert sweep.continues == 1


def test_what_takes_too_many_steps():
    """50 a millisecond, and 5000 beyond that at first; 2000 in the shortest simulation."""
    protocol = plan().protocol
    assert protocol.transient_limit == 50 * 200
    assert protocol.sweep_limit == 50 * 100
    assert (protocol.most.at_first, protocol.most.per_ms) == (5000, 50.0)
    short = plan(transient_ms=1.0).protocol
    assert short.transient_limit == 2000


def test_how_many_steps_may_be_exact_grows_with_exactness():
    usual, exact = plan().protocol, plan(tolerance_mV=0.003 / 8).protocol
    for protocol, more in ((usual, 1), (exact, 2)):
        assert protocol.transient_exact.at_first == 2000 * more
        assert protocol.transient_exact.per_ms == pytest.approx(5.0 * more)
        assert protocol.sweep_exact.at_first == 3000 * more
        assert protocol.sweep_exact.per_ms == pytest.approx(20.0 * more)
        assert protocol.loose_tolerance_mV == pytest.approx(8 * protocol.tolerance_mV)


def test_bounds_of_a_step():
    protocol = plan().protocol
    assert (protocol.least_ms, protocol.first_ms, protocol.most_ms) == (0.005, 0.05, 5.0)
    assert protocol.n_sample == N_SAMPLE
