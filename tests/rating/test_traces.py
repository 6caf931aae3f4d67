"""Models simulated ahead."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.rating.traces import Forerunner, quantised

from ._made import N_SAMPLE, FakeSimulator, content, database, stage


@pytest.fixture
def stored(tmp_path):
    return database(tmp_path, content(20)).stored


def settled(forerunner):
    end = time.monotonic() + 20
    while forerunner.n_done < forerunner.n_wanted:
        assert time.monotonic() < end
        time.sleep(0.002)


def test_the_next_ones_come_first_and_a_failure_has_its_reason(stored):
    simulator = FakeSimulator()
    with closing(Forerunner(stored, [stage(simulator)], [0] * 20, at=4)) as forerunner:
        forerunner.start()
        made = forerunner.wait_for(4, 20)
        assert np.all(made.voltage == -44 * 128)
        assert made.voltage.shape == (2, N_SAMPLE)
        made = forerunner.wait_for(5, 20)
        assert made.voltage is None
        assert made.problem == "the model raised an error: it broke"
        settled(forerunner)
        assert forerunner.n_done == 20
        # 40 + place; one behind counts as far as four ahead.
        assert simulator.asked[:6] == [44.0, 45.0, 46.0, 47.0, 43.0, 48.0]
        assert sorted(simulator.asked) == [40.0 + place for place in range(20)]
    assert simulator.is_closed


def test_what_somebody_waits_for_comes_before_what_is_looked_at(stored):
    simulator = FakeSimulator()
    simulator.may_go_on.clear()
    found = []
    with closing(Forerunner(stored, [stage(simulator)], [0] * 20)) as forerunner:
        waiting = threading.Thread(target=lambda: found.append(forerunner.wait_for(18, 20)))
        forerunner.start()
        assert forerunner.wait_for(17, 0.02) is None
        waiting.start()
        while not forerunner._awaited[18]:
            time.sleep(0.001)
        forerunner.look_at(12)
        simulator.may_go_on.set()
        settled(forerunner)
        waiting.join(20)
    assert np.all(found[0].voltage == -58 * 128)
    # The model that was at work is finished first.
    assert simulator.asked[:4] == [40.0, 58.0, 52.0, 53.0]


def test_memory_is_bounded_and_what_comes_near_again_is_simulated_again(stored):
    simulator = FakeSimulator()
    each = 2 * 2 * N_SAMPLE
    with closing(
        Forerunner(stored, [stage(simulator)], [0] * 20, limit_bytes=9 * each)
    ) as forerunner:
        forerunner.start()
        assert forerunner.n_wanted == 9
        for place in (0, 19, 0, 10):
            forerunner.look_at(place)
            assert forerunner.wait_for(place, 20) is not None
            settled(forerunner)
            assert forerunner.n_done <= 9
    assert simulator.asked.count(40.0) == 2
    assert simulator.asked.count(50.0) == 1


def test_every_recording_has_its_own_simulator_and_not_all_live_at_once(stored):
    simulators = [FakeSimulator() for _ in range(5)]
    stages = [stage(simulator, f"{k}.abf") for k, simulator in enumerate(simulators)]
    stage_of = [place % 5 for place in range(20)]
    with closing(Forerunner(stored, stages, stage_of)) as forerunner:
        forerunner.start()
        settled(forerunner)
        assert sum(not each.is_closed for each in simulators) <= 3
    for k, simulator in enumerate(simulators):
        assert {(length - 40) % 5 for length in simulator.asked} == {k}
        assert simulator.is_closed


def test_what_is_wrong_with_all_of_them_is_said_of_each(stored):
    simulator = FakeSimulator(refuse=ModelError("the channel is gone"))
    with closing(Forerunner(stored, [stage(simulator)], [0] * 20)) as forerunner:
        forerunner.start()
        assert forerunner.wait_for(0, 20).problem == "the channel is gone"
        settled(forerunner)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_ever_where_the_program_is_wrong(stored):
    simulator = FakeSimulator(refuse=ZeroDivisionError("a mistake of ours"))
    with closing(Forerunner(stored, [stage(simulator)], [0] * 20)) as forerunner:
        forerunner.start()
        assert "have ended" in forerunner.wait_for(3, 20).problem


def test_it_ends_while_it_is_at_work(stored):
    simulator = FakeSimulator()
    forerunner = Forerunner(stored, [stage(simulator)], [0] * 20)
    forerunner.start()
    began = time.monotonic()
    forerunner.close()
    assert time.monotonic() - began < 5
    assert simulator.is_closed


def test_a_simulation_that_does_not_end_is_left(stored, monkeypatch):
    monkeypatch.setattr("pyneuronautofit.rating.traces._PATIENCE_S", 0.05)

    class Stubborn(FakeSimulator):
        """Breaks when it is closed at work, as real ones do."""

        def close(self):
            super().close()
            self.may_go_on.set()

        def stream(self, parameters):
            for block in super().stream(parameters):
                if self.is_closed:
                    raise OSError("handle is closed")
                yield block

    simulator = Stubborn()
    simulator.may_go_on.clear()
    forerunner = Forerunner(stored, [stage(simulator)], [0] * 20)
    forerunner.start()
    assert forerunner.wait_for(0, 0.05) is None
    forerunner.close()
    assert simulator.is_closed
    forerunner._thread.join(5)
    assert not forerunner._thread.is_alive()
    assert forerunner.n_done == 0


def test_voltages_are_cut_and_rounded():
    voltage = np.array([[-65.003, 0.0, 1e6, -1e6, 40.25]])
    assert quantised(voltage).tolist() == [[-8320, 0, 32767, -32768, 5152]]
    assert quantised(voltage).dtype == np.int16
