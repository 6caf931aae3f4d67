import numpy as np
import pytest

from pyneuronautofit.optimisers.operators.selection import binary_tournaments, rank_proportional


def test_the_better_of_two_wins_as_often_as_it_should():
    """The one at place k of n beats n - 1 - k others: it wins 2(n - 1 - k)/(n(n - 1)) of all."""
    ranks = np.array([3, 0, 4, 1, 2])
    winners = binary_tournaments(ranks, 50_000, np.random.default_rng(0))
    share = np.bincount(winners, minlength=5) / 50_000
    np.testing.assert_allclose(share, 2 * (4 - ranks) / 20, atol=0.01)
    assert share[2] == 0.0, "the last of all meets nobody that it beats, itself included"


@pytest.mark.parametrize("n_winner", [0, 1, 7])
def test_a_single_candidate_always_wins(n_winner):
    winners = binary_tournaments(np.array([0]), n_winner, np.random.default_rng(0))
    assert winners.tolist() == [0] * n_winner


def test_of_two_the_better_one_always_wins():
    winners = binary_tournaments(np.array([1, 0]), 50, np.random.default_rng(0))
    assert set(winners.tolist()) == {1}


def test_the_same_seed_gives_the_same_parents():
    one, other = (binary_tournaments(np.arange(9), 20, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_chances_fall_with_the_rank_in_equal_steps():
    """Of P = 5 the r-th best is chosen with probability (P + 1 - r)/15."""
    ranks = np.array([3, 0, 4, 1, 2])
    chosen = rank_proportional(ranks, 50_000, np.random.default_rng(0))
    share = np.bincount(chosen, minlength=5) / 50_000
    np.testing.assert_allclose(share, (5 - ranks) / 15, atol=0.01)


@pytest.mark.parametrize("n_parent", [0, 1, 7])
def test_a_single_candidate_is_every_parent(n_parent):
    chosen = rank_proportional(np.array([0]), n_parent, np.random.default_rng(0))
    assert chosen.tolist() == [0] * n_parent


def test_the_same_seed_chooses_the_same():
    one, other = (rank_proportional(np.arange(9), 20, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
