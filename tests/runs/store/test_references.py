"""Which evaluations an array consists of."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.runs.store.references import RowIndex

N_PARAM, N_SCORE, N_ROW = 3, 2, 50


@pytest.fixture
def made():
    """An index of 50 evaluations with the numbers 100 to 149, and what they are."""
    rng = np.random.default_rng(0)
    coordinates, scores = rng.normal(size=(N_ROW, N_PARAM)), rng.random((N_ROW, N_SCORE))
    index = RowIndex(N_PARAM, N_SCORE)
    index.add(np.arange(100, 100 + N_ROW), coordinates, scores)
    return index, coordinates, scores


def test_rows_are_found_in_any_order_and_more_than_once(made):
    index, coordinates, scores = made
    chosen = [7, 3, 3, 49, 0]
    for kind, array in (("coordinates", coordinates), ("scores", scores)):
        found = index.find(array[chosen])
        assert found.kind == kind
        assert found.numbers.tolist() == [107, 103, 103, 149, 100]
    assert index.members(coordinates[chosen], scores[chosen]).tolist() == [107, 103, 103, 149, 100]


def test_all_of_an_array_has_to_be_known(made):
    index, coordinates, scores = made
    changed = coordinates[:4].copy()
    changed[2, 1] = np.nextafter(changed[2, 1], np.inf)
    assert index.find(changed) is None
    assert index.find(coordinates[:4]) is not None
    assert index.members(changed, scores[:4]).tolist() == []


def test_a_population_is_coordinates_with_their_own_scores(made):
    index, coordinates, scores = made
    assert index.members(coordinates[:2], scores[[1, 0]]).tolist() == []


@pytest.mark.parametrize("value", [-0.0, np.nan, np.inf])
def test_bits_count_not_numbers(value):
    index = RowIndex(N_PARAM, N_SCORE)
    x, y = np.full((1, N_PARAM), value), np.ones((1, N_SCORE))
    index.add(np.array([5]), x, y)
    assert index.find(x.copy()).numbers.tolist() == [5]
    assert index.find(np.zeros((1, N_PARAM))) is None
    assert index.find(-x) is None


def test_the_same_numbers_in_another_order_are_others(made):
    index, coordinates, _scores = made
    assert index.find(coordinates[:3, ::-1].copy()) is None
    # Whole numbers share most of their bits.
    index = RowIndex(N_PARAM, N_SCORE)
    x = np.array([[1.0, 2.0, 4.0], [2.0, 1.0, 4.0], [4.0, 2.0, 1.0]])
    index.add(np.arange(3), x, np.zeros((3, N_SCORE)))
    assert index.find(x).numbers.tolist() == [0, 1, 2]
    assert index.find(x[::-1].copy()).numbers.tolist() == [2, 1, 0]


def test_of_equal_ones_the_first_counts(made):
    index, coordinates, scores = made
    index.add(np.arange(200, 203), coordinates[:3], scores[:3])
    assert index.find(coordinates[:3]).numbers.tolist() == [100, 101, 102]


@pytest.mark.parametrize(
    "array",
    [
        np.empty((0, N_PARAM)),
        np.zeros(N_PARAM),
        np.zeros((2, N_PARAM), dtype=np.float32),
        np.zeros((2, N_PARAM), dtype=np.int64),
        np.zeros((2, N_PARAM + 5)),
    ],
    ids=["empty", "one dimension", "single", "whole numbers", "too wide"],
)
def test_other_arrays_are_no_rows(made, array):
    index, _coordinates, _scores = made
    assert index.find(array) is None


def test_nobody_is_a_member_of_an_empty_population(made):
    index, coordinates, scores = made
    found = index.members(coordinates[:0], scores[:0])
    assert (found.tolist(), found.dtype) == ([], np.int64)


def test_what_was_not_found_is_forgotten(made):
    index, coordinates, scores = made
    index.find(coordinates[[4, 9]])
    index.members(coordinates[[1]], scores[[1]])
    index.forget()
    assert index.find(coordinates[[9, 4]]).numbers.tolist() == [109, 104]
    assert index.find(coordinates[[1]]) is None, "it was found with its scores only"
    assert index.members(coordinates[[1]], scores[[1]]).tolist() == [101]
    index.forget()
    index.forget()
    assert index.find(coordinates[[9]]) is None


def test_only_what_is_asked_for_is_kept():
    index = RowIndex(N_PARAM, N_SCORE)
    x, y = np.ones((1, N_PARAM)), np.ones((1, N_SCORE))
    index.add(np.array([3]), x, y, ["scores"])
    assert index.find(x) is None
    assert index.find(y).numbers.tolist() == [3]
    assert index.members(x, y).tolist() == []
