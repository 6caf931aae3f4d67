import numpy as np
import pytest

from pyneuronautofit.optimisers.polish.distinct import DISTINCT, apart, distinct


def test_how_far_points_are_apart():
    assert apart(np.zeros(4), np.full(4, 0.3)) == pytest.approx(0.3)
    assert apart(np.zeros((2, 2)), np.array([[0.6, 0.8], [0.0, 1.0]])) == pytest.approx(
        [np.sqrt(0.5), np.sqrt(0.5)]
    )


def test_the_best_of_those_that_are_close():
    unit = np.array([[0.0], [0.04], [0.5], [0.06], [0.54], [1.0]])
    merits = np.array([3.0, 1.0, 2.0, 0.5, 2.0, 9.0])
    assert distinct(unit, merits).tolist() == [3, 2, 0, 5]
    assert distinct(unit, merits, least=0.01).tolist() == [3, 1, 2, 4, 0, 5]
    assert distinct(unit, merits, least=2.0).tolist() == [3]


def test_of_nobody_nobody():
    assert distinct(np.empty((0, 3)), np.empty(0)).tolist() == []


def test_all_that_are_chosen_are_apart_and_all_others_are_close_to_a_better_one():
    rng = np.random.default_rng(1)
    unit, merits = rng.random((200, 3)) * 0.3, rng.random(200)
    chosen = distinct(unit, merits)
    assert (np.diff(merits[chosen]) >= 0).all()
    distances = apart(unit[:, None], unit[chosen][None])
    assert all((distances[one, chosen != one] >= DISTINCT).all() for one in chosen)
    for other in set(range(200)) - set(chosen.tolist()):
        close = distances[other] < DISTINCT
        assert merits[chosen[close]].min() <= merits[other]
