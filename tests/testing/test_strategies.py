"""The checks of searches find what is wrong; that the built-in ones pass is tested with them."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import MIXED as OURS
from pyneuronautofit.plugins import strategy
from pyneuronautofit.testing import check_strategy
from pyneuronautofit.testing.strategies import MIXED


def walk(x, size, rng, low, high):
    """Steps from members."""
    chosen = rng.integers(len(x), size=size)
    return x[chosen] + 0.05 * rng.normal(size=(size, x.shape[1])) * (high - low)[chosen]


def test_good_ones_pass():
    check_strategy(walk)
    check_strategy(strategy(name="other")(walk))


def test_a_yardstick_need_not_search():
    def drawn(space, size, rng):
        return space.sample(rng, size)

    check_strategy(drawn, has_to_search=False)


def test_our_own_space_is_theirs():
    assert OURS.as_rows() == MIXED.as_rows()


COUNTED = []


def forgetful(x, size, low, high):
    COUNTED.append(size)
    return low + (high - low) * (0.37 * len(COUNTED) % 1.0)


def restless(x, size):
    return np.random.rand(size, x.shape[1])  # noqa: NPY002


def short(x, size):
    return x[:-1]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (restless, "the same seed gives the same search: two searches of one seed differ"),
        (restless, "asking twice gives the same: the second answer is another one"),
        (forgetful, "a stored state continues: taken up after"),
        (short, r"candidates are in the space: .*it returned \(1, 5\): expected finite numbers"),
        (lambda x: x, "it searches: it finds"),
    ],
)
def test_what_is_wrong_is_found(wrong, expected):
    wrong = strategy(name="wrong")(wrong)
    with pytest.raises(AssertionError, match=expected):
        check_strategy(wrong)
