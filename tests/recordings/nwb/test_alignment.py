"""Currents beside voltages: what begins later or ends earlier is held."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.recordings.nwb.alignment import current_beside
from pyneuronautofit.recordings.nwb.series import Piece, UnusableSeriesError


def series(values, *, rate=1000.0, start_s=0.0, conversion=1.0, offset=0.0):
    made = SimpleNamespace(name="made", data=np.asarray(values, dtype=float), timestamps=None)
    made.rate, made.starting_time, made.conversion, made.offset = rate, start_s, conversion, offset
    return Piece(made)


def beside(response, stimulus):
    return (current_beside(response, stimulus) * 1e-12).round(9).tolist()


@pytest.mark.parametrize(
    ("starts", "length", "found"),
    [
        ((0.0, 0.0), 5, [7, 1, 2, 3, 4]),
        ((3.0, 3.0), 5, [7, 1, 2, 3, 4]),
        ((3.0, 3.002), 5, [7, 7, 7, 1, 2]),
        ((3.0, 2.998), 5, [2, 3, 4, 7, 7]),
        ((3.0, 3.0), 8, [7, 1, 2, 3, 4, 7, 7, 7]),
        ((3.0, 3.0), 2, [7, 1]),
        ((3.0, 0.0), 5, [7, 1, 2, 3, 4]),  # nobody noted when it began
        ((0.0, 3.0), 5, [7, 1, 2, 3, 4]),
        ((0.0, 0.002), 5, [7, 7, 7, 1, 2]),  # a first sweep begins at 0
        ((3.0, 3.0004), 5, [7, 1, 2, 3, 4]),
    ],
)
def test_where_it_begins(starts, length, found):
    response = series(np.zeros(length), start_s=starts[0])
    assert beside(response, series([7, 1, 2, 3, 4], start_s=starts[1])) == found


def test_conversion_and_offset():
    response = series(np.zeros(2))
    given = series([1.0, 2.0], conversion=1e-12, offset=3e-12)
    np.testing.assert_allclose(current_beside(response, given), [4.0, 5.0])


@pytest.mark.parametrize(
    ("stimulus", "said"),
    [
        (series([1, 2], rate=2000.0), "its stimulus has 2000 samples a second, its response 1000"),
        (series([1, 2], start_s=9.0), "its stimulus begins 6 s after its response, which lasts"),
        (series([]), "its stimulus has no samples"),
        (series([[1, 2], [3, 4]]), r"'made' has samples of shape \(2, 2\)"),
        (series([1, 2], rate=0.0), "the time between the samples of 'made' is 0"),
    ],
)
def test_what_cannot_be_put_beside_it(stimulus, said):
    with pytest.raises(UnusableSeriesError, match=said):
        current_beside(series(np.zeros(5), start_s=3.0), stimulus)
