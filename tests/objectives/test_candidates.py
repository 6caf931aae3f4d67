"""What modes share is found once, and never mistaken for something else."""

import numpy as np

from objectives._made import candidates, target

VOLTAGE = [[-9.0, 5.0, -9.0, 15.0, 15.0, -9.0], [5.0, -9.0, -9.0, -9.0, -9.0, 15.0]]


def test_spikes_of_several_thresholds_and_windows():
    asked = candidates(VOLTAGE)
    for _ in range(2):  # found, and remembered
        assert asked.spikes(0.0).counts.tolist() == [2, 2]
        assert asked.spikes(10.0).counts.tolist() == [1, 1]
        assert asked.stimulus_spikes(0.0, 0, 3).starts.tolist() == [1, 3, 0]
        assert asked.stimulus_spikes(0.0, 1, 3).offsets.tolist() == [0, 2, 2]
        assert asked.stimulus_spikes(0.0, 0, 2).offsets.tolist() == [0, 1, 2]
        assert asked.stimulus_spikes(10.0, 0, 3).ends.tolist() == [4]
    assert asked.spikes(0.0) is asked.spikes(0.0)


def test_squares_of_several_targets_and_parts():
    asked = candidates(VOLTAGE)
    zero, nine = target(np.zeros((2, 6))), target(np.full((2, 6), -9.0))
    for _ in range(2):
        assert asked.squares(zero, 0, 2).tolist() == [[106, 106]]
        assert asked.squares(zero, 1, 2).tolist() == [[25, 81]]
        assert asked.squares(nine, 0, 2).tolist() == [[196, 196]]
    # A target that is equal may be another recording's part all the same.
    again = target(np.zeros((2, 6)))
    assert asked.squares(again, 0, 2) is not asked.squares(zero, 0, 2)


def test_some_of_the_sweeps():
    asked = candidates(VOLTAGE)
    assert asked.of_sweeps((0, 1)) is asked
    assert asked.of_sweeps((1,)) is asked.of_sweeps((1,))
    assert asked.of_sweeps((1,)).traces_mV.tolist() == [[VOLTAGE[1]]]
    assert asked.of_sweeps((1, 0)).traces_mV.tolist() == [[VOLTAGE[1], VOLTAGE[0]]]
    assert asked.of_sweeps((1,)).spikes(10.0).starts.tolist() == [5]


def test_the_first_spikes_of_each():
    found = candidates(VOLTAGE).spikes(0.0)
    assert found.first_of_each(found.starts, 1, 0.5, 9.0).tolist() == [[0.5], [0.0]]
    assert found.first_of_each(found.ends, 3, 2.0, 9.0).tolist() == [[2, 8, 9], [0, 10, 9]]
