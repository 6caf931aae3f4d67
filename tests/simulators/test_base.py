"""Traces, and how blocks of them are put together."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.simulators import RunStatus, TraceBlock, Traces, gather

OK, FAILED, DIVERGED = RunStatus.OK, RunStatus.FAILED, RunStatus.DIVERGED
N_SWEEP, N_SAMPLE = 2, 3


def block(candidates, status, seconds):
    """Return a block whose voltages are the numbers of the candidates."""
    numbers = np.array(candidates)
    voltage = np.broadcast_to(numbers[:, None, None], (len(numbers), N_SWEEP, N_SAMPLE))
    messages = tuple("" if each is OK else f"number {k}" for k, each in zip(candidates, status))
    return TraceBlock(
        numbers, Traces(voltage.astype(float), tuple(status), messages, np.array(seconds))
    )


def test_blocks_in_any_order_are_the_table_in_its_own():
    blocks = [block([3, 0], [OK, FAILED], [0.3, 0.1]), block([2], [DIVERGED], [0.2])]
    found = gather(iter(blocks), 5, N_SWEEP, N_SAMPLE)
    assert found.voltage_mV.shape == (5, N_SWEEP, N_SAMPLE)
    assert found.voltage_mV[[0, 2, 3], 1, 2].tolist() == [0.0, 2.0, 3.0]
    assert found.status == (FAILED, FAILED, DIVERGED, OK, FAILED)
    assert found.messages == ("number 0", "", "number 2", "", "")
    assert found.seconds.tolist() == [0.1, 0.0, 0.2, 0.3, 0.0]
    # Of what never came there is no voltage, and it has not been simulated.
    assert np.isnan(found.voltage_mV[[1, 4]]).all()
    assert found.ok.tolist() == [False, False, False, True, False]


def test_nothing_is_a_table_too():
    found = gather(iter(()), 0, N_SWEEP, N_SAMPLE)
    assert found.voltage_mV.shape == (0, N_SWEEP, N_SAMPLE)
    assert found.ok.shape == (0,)
    assert found.ok.dtype == bool


def test_a_block_of_some_rows_has_the_numbers_of_the_whole_table():
    one = block([2, 0], [OK, OK], [1.0, 2.0])
    assert one.numbers.tolist() == [2, 0]
    found = one.renumbered(np.array([4, 7, 9]))
    assert found.candidates.tolist() == [9, 4]
    assert found.traces is one.traces


@pytest.mark.parametrize("status", RunStatus)
def test_every_end_of_a_simulation_has_words(status):
    assert len(status.value.split()) >= 1
    assert [each.value for each in RunStatus].count(status.value) == 1
