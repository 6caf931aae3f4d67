"""The dominated part of the box, against boxes that are counted and added up by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from pyneuronautofit.optimisers.hypervolume import MOST_EXACT, Hypervolume


def inclusion_exclusion(points):
    """The volume of the union of the boxes between points and the corner (1, 1, ...)."""
    sides = np.maximum(1.0 - points, 0.0)
    return sum(
        (-1) ** (size + 1) * np.prod(np.min(sides[list(chosen)], axis=0))
        for size in range(1, len(points) + 1)
        for chosen in combinations(range(len(points)), size)
    )


def measured(points):
    """A hypervolume whose reference point is `points[0]`, the only one it is first told of."""
    volume = Hypervolume(points.shape[1])
    volume.add(points[:1])
    volume.add(points[1:])
    return volume


def test_two_modes_by_hand():
    volume = Hypervolume(2)
    volume.add(np.array([[1.0, 10.0], [3.0, 30.0]]))
    assert volume.reference.tolist() == [2, 20]
    # (0.5, 0.5) of the box (1, 1); the other point is outside.
    assert volume.value() == 0.25
    volume.add(np.array([[0.5, 15.0]]))
    assert volume.value() == pytest.approx(0.25 + 0.25 * 0.25)
    volume.add(np.array([[1.9, 19.0]]))
    assert volume.value() == pytest.approx(0.3125)


@pytest.mark.parametrize("n_mode", range(2, MOST_EXACT + 1))
@pytest.mark.parametrize("seed", range(3))
def test_against_boxes_that_are_added_up(n_mode, seed):
    rng = np.random.default_rng(seed)
    reference = 10.0 ** rng.integers(-3, 4, n_mode)
    # Some are outside of the box in one mode.
    points = rng.random((9, n_mode)) * 1.1
    volume = measured(np.concatenate([reference[None], points * reference]))
    inside = points[(points < 1).all(axis=1)]
    assert len(inside) > 0
    assert volume.value() == pytest.approx(inclusion_exclusion(inside), rel=1e-12)


def test_points_may_come_in_any_order_and_be_looked_at_in_between():
    points = np.random.default_rng(3).random((40, 3))
    reference = np.ones((1, 3))
    whole = measured(np.concatenate([reference, points])).value()
    volume = Hypervolume(3)
    volume.add(reference)
    found = []
    for start in range(0, 40, 8):
        volume.add(points[::-1][start : start + 4])
        volume.add(points[::-1][start + 4 : start + 8])
        found.append(volume.value())
    assert found == sorted(found)
    assert found[-1] == pytest.approx(whole, rel=1e-12)
    assert volume.value() == found[-1]


def test_nobody_changes_nothing():
    volume = Hypervolume(2)
    volume.add(np.empty((0, 2)))
    assert np.isnan(volume.reference).all()
    assert np.isnan(volume.value())
    volume.add(np.array([[4.0, 8.0]]))
    volume.add(np.empty((0, 2)))
    assert volume.reference.tolist() == [4.0, 8.0]
    assert volume.value() == 0.0


def test_only_the_first_points_set_the_reference():
    volume = Hypervolume(2)
    volume.add(np.array([[1.0, 8.0], [2.0, 1.0], [3.0, 3.0]]))
    assert volume.reference.tolist() == [2.0, 3.0]
    volume.add(np.full((50, 2), 100.0))
    assert volume.reference.tolist() == [2.0, 3.0]


def test_it_needs_two_modes_with_a_width():
    for points in ([[1.0], [2.0]], [[1.0, 0.0], [2.0, 0.0]]):
        volume = Hypervolume(len(points[0]))
        volume.add(np.array(points))
        assert np.isnan(volume.value())


def test_a_mode_without_a_width_does_not_count():
    volume = Hypervolume(3)
    volume.add(np.array([[2.0, 0.0, 10.0]]))
    volume.add(np.array([[1.0, 7.0, 5.0]]))
    assert volume.value() == 0.25
    volume.add(np.array([[0.5, 0.0, 7.5]]))
    assert volume.value() == pytest.approx(0.25 + 0.25 * 0.25)


def test_a_reference_of_zero_gives_way_to_the_largest():
    volume = Hypervolume(2)
    volume.add(np.array([[0.0, 2.0], [0.0, 2.0], [4.0, 1.0]]))
    assert volume.reference.tolist() == [4, 2]
    assert volume.value() == 0.0


def test_the_approximation_is_near_the_exact_value():
    points = np.random.default_rng(4).random((300, 6))
    points[:150] += 1.0  # so that the medians are in the middle
    volume = Hypervolume(6)
    volume.add(points)
    inside = points[(points < volume.reference).all(axis=1)] / volume.reference
    samples = np.random.default_rng(5).random((20_000, 6))
    dominated = np.mean([(inside <= sample).all(axis=1).any() for sample in samples])
    assert volume.value() == pytest.approx(dominated, abs=0.02)
