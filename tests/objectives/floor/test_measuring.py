"""Whether the truth scores one floor, and a wrong model does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.objectives import bind_suite
from pyneuronautofit.objectives.floor import Measured, in_floors, joint_floor, measure_floors

from .cells import LEVELS, coloured, floor_of, recorded, settings_of, steps, window

N_RECORDING = 50


def ratios(cells, n_repeat, modes):
    """Return the scores of truth and wrong model in floors: code -> (n_recording,), twice."""
    truth, wrong = (each.repeat(n_repeat, axis=0) for each in cells)
    current = steps(LEVELS).repeat(n_repeat, axis=0)
    found = ([], [])
    for seed in range(N_RECORDING):
        noise = coloured(np.random.default_rng(seed), truth.shape, 0.4)
        suite, floor = floor_of(recorded(truth + noise, current), modes)
        scores = suite.score(np.stack([truth, wrong]))
        for each, row in zip(found, scores, strict=True):
            sums = {c: float(v[0]) for c, v in suite.mode_sums(row[None]).items()}
            each.append(in_floors(sums, floor))
    return [{c: np.array([one[c] for one in each]) for c in modes} for each in found]


@pytest.mark.parametrize("n_repeat", [1, 2])
def test_the_truth_scores_one_floor_and_a_wrong_model_does_not(cells, n_repeat):
    true, wrong = ratios(cells, n_repeat, "VC")
    for code in "VC":
        assert true[code].mean() == pytest.approx(1.0, abs=0.1), code
        assert (wrong[code] > 10).all()


@pytest.mark.nightly
@pytest.mark.parametrize("n_repeat", [1, 2])
def test_so_it_is_in_other_modes(cells, n_repeat):
    true, wrong = ratios(cells, n_repeat, "VCUDZSQX")
    for code in "VCUDZSQ":
        assert np.median(true[code]) == pytest.approx(1.0, abs=0.1), code
    # What is slower than the baseline is long, nothing but repeats can tell.
    assert np.median(true["X"]) == pytest.approx(1.0, abs=0.1 if n_repeat > 1 else 0.3)
    for code in "VCDZSQX":
        assert np.median(wrong[code]) > 2.0, code
        assert (wrong[code] > true[code]).all()


def test_without_repeats_it_is_a_lower_bound_and_says_so(cells):
    truth, _wrong = cells
    noise = coloured(np.random.default_rng(1), truth.shape, 0.4)
    _suite, floor = floor_of(recorded(truth + noise, steps(LEVELS)), "VO")
    assert floor.is_bound.all()
    assert (floor.n_repeated, floor.n_sweep) == (0, len(LEVELS))
    assert floor.modes["V"] == pytest.approx(len(LEVELS) * 0.16, rel=0.25)
    assert floor.modes["O"] == 0.0


def test_it_is_the_same_to_the_last_bit_whenever_it_is_measured(cells):
    truth, _wrong = cells
    noise = coloured(np.random.default_rng(2), truth.shape, 0.4)
    one, two = (floor_of(recorded(truth + noise, steps(LEVELS)), "VRT")[1] for _ in range(2))
    np.testing.assert_array_equal(one.components, two.components)


def varying(rng, n_repeat, shift_mV):
    """Return repeats of a flat sweep that begin each from a level of their own."""
    current = np.zeros((n_repeat, steps(LEVELS).shape[1]))
    current[:, 900:1000] = 10.0
    voltage = -65.0 + coloured(rng, current.shape, 0.1, 0.2)
    voltage[:, 900:] += shift_mV * rng.standard_normal((n_repeat, 1))
    return recorded(voltage, current)


def test_what_varies_between_repeats_and_is_no_noise_counts():
    # A level that is another one in every repeat, behind the baseline: of variance 4, over half of
    # a sweep. The truth is the mean level.
    found = [
        floor_of(varying(np.random.default_rng(seed), 6, 2.0), "V")[1].components.mean()
        for seed in range(12)
    ]
    expected = 0.01 + 4.0 * 700 / 1600
    assert np.mean(found) == pytest.approx(expected, rel=0.25)


def recorded_twice(cells):
    """Two recordings of the same cell under the same currents, with noise of their own."""
    truth, _wrong = cells
    parts = []
    for seed, name in enumerate(("one", "two")):
        noise = coloured(np.random.default_rng(seed), truth.shape, 0.4)
        recording = recorded(truth + noise, steps(LEVELS), name)
        suite = bind_suite(recording, window(), settings_of("VR"))
        parts.append(Measured(recording, window(), suite))
    return parts


def test_repeats_of_two_recordings_are_found_in_both(cells):
    parts = recorded_twice(cells)
    floors = measure_floors(parts)
    assert [each.n_repeated for each in floors] == [4, 4]
    assert not any(each.is_bound.any() for each in floors)
    assert "one repeat alone" in floors[0].notes[0]
    both = joint_floor(floors)
    assert both.markers == parts[0].suite.markers * 2
    assert both.modes["V"] == pytest.approx(sum(each.modes["V"] for each in floors))
    alone = measure_floors(parts[:1])[0]
    assert alone.n_repeated == 0


def pairs_apart(voltage):
    """Return the mean square difference of all ordered pairs of sweeps."""
    n = len(voltage)
    squares = [
        ((voltage[i] - voltage[j]) ** 2).mean() for i in range(n) for j in range(n) if i != j
    ]
    return float(np.mean(squares))


@pytest.mark.parametrize("collapse", [False, True])
def test_groups_of_different_sizes_have_each_the_mean_of_its_own_pairs(collapse):
    # In a group of four whose levels take turns, every other partner is near: who counts one of
    # the three twice is far off.
    rng = np.random.default_rng(5)
    current = 100 * steps((1.0,) * 4 + (2.0,) * 5)
    voltage = rng.normal(-65.0, 0.1, current.shape)
    voltage[:4, 800:] += np.array([1.5, -1.5, 1.5, -1.5])[:, None]
    _suite, floor = floor_of(recorded(voltage, current), "V", collapse=collapse)
    # By hand: where both sides vary alike, the truth is half as far from each.
    groups = (voltage[:4], voltage[4:])
    of_groups = [len(own) * pairs_apart(own) / 2 for own in groups]
    expected = sum(of_groups) / (len(voltage) if collapse else 1)
    assert floor.modes["V"] == pytest.approx(expected, rel=0.005)
    if not collapse:
        assert floor.components[:4].sum() == pytest.approx(of_groups[0], rel=0.005)
        assert floor.components[4:].sum() == pytest.approx(of_groups[1], rel=0.05)


def test_sweeps_of_a_recording_that_is_held_out_are_repeats(cells):
    parts = recorded_twice(cells)
    (floor,) = measure_floors(parts[:1], [parts[1].recording])
    assert (floor.n_repeated, floor.n_sweep) == (4, 4)
    assert not floor.is_bound.any()
    # As if the other one were fitted, too.
    assert floor.components.tolist() == measure_floors(parts)[0].components.tolist()


def test_a_held_out_repeat_that_is_far_from_all_others_is_named(cells):
    truth, _wrong = cells
    noise = coloured(np.random.default_rng(4), (8, truth.shape[1]), 0.4)
    rows = [1, 1, 1, 1, 2, 2, 2, 2]
    voltage, current = truth[rows] + noise, steps(LEVELS)[rows]
    voltage[[3, 7]] += 20.0
    own, held = (
        recorded(voltage[rows], current[rows], name)
        for name, rows in (("own", slice(0, 1)), ("held", slice(1, 8)))
    )
    measured = Measured(own, window(), bind_suite(own, window(), settings_of("V")))
    (floor,) = measure_floors([measured], [held])
    # Sweep 6 is far from sweeps that are no repeats of what is compared.
    assert "held: sweep 2 is far from its repeats" in floor.notes[-1]
    assert floor.components[0] < 0.4


def test_a_sweep_without_a_repeat_is_a_lower_bound_beside_others(cells):
    truth, _wrong = cells
    rows = [0, 1, 2, 2, 2]
    noise = coloured(np.random.default_rng(3), (5, truth.shape[1]), 0.4)
    recording = recorded(truth[rows] + noise, steps(LEVELS)[rows])
    _suite, floor = floor_of(recording, "VR")
    assert floor.is_bound[:5].tolist() == [True, True, False, False, False]
    # The resting potential is of all sweeps.
    assert floor.is_bound[5:].all()
    assert floor.n_repeated == 3
    _suite, collapsed = floor_of(recording, "V", collapse=True)
    assert collapsed.is_bound.tolist() == [True]
    assert collapsed.components[0] == pytest.approx(floor.components[:5].mean(), rel=0.1)


def test_a_repeat_that_is_far_from_all_others_does_not_count(cells):
    truth, _wrong = cells
    rows = [1] * 5
    noise = coloured(np.random.default_rng(4), (5, truth.shape[1]), 0.4)
    voltage = truth[rows] + noise
    voltage[3] += 20.0
    _suite, floor = floor_of(recorded(voltage, steps(LEVELS)[rows]), "V")
    assert floor.n_repeated == 4
    assert "sweep 3 is far from its repeats" in floor.notes[0]
    assert (floor.components[[0, 1, 2, 4]] < 0.4).all()


def test_a_recording_that_does_not_say_what_its_noise_is(cells):
    truth, _wrong = cells
    recording = recorded(truth, steps(LEVELS))
    whole = replace(window(), first=0, last=recording.n_sample - 1)
    suite = bind_suite(recording, whole, settings_of("V"))
    (floor,) = measure_floors([Measured(recording, whole, suite)])
    assert not floor.is_known
    assert "nothing says what its noise is" in floor.notes[0]


def test_where_there_is_no_noise_there_is_no_floor(cells):
    flat = np.full((2, 1600), -65.0)
    _suite, floor = floor_of(recorded(flat, steps(LEVELS)[:2]), "VO")
    assert not floor.is_known
    assert floor.modes == {"V": 0.0, "O": 0.0}
