import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimisers._made import MIXED, SEEDED, inside, plain
from pyneuronautofit.optimisers.operators.crossover import Crossover

SEEDS = st.integers(0, 2**32 - 1)
EXCHANGE, BLEND = Crossover(exchange_probability=1.0), Crossover(exchange_probability=0.0)


def _cross(crossover, parents, space, seed=0):
    return crossover(parents, space, np.random.default_rng(seed))


@SEEDED
@given(SEEDS, st.integers(1, 6), st.sampled_from([EXCHANGE, BLEND, Crossover()]))
def test_children_obey_the_bounds_and_parents_stay(seed, n_pair, crossover):
    parents = MIXED.sample(np.random.default_rng(seed), 2 * n_pair)
    before = parents.copy()
    children = _cross(crossover, parents, MIXED, seed)
    assert children.shape == parents.shape
    assert inside(MIXED, children)
    assert set(children[:, 4]) == {5.0}
    np.testing.assert_array_equal(parents, before)


@SEEDED
@given(SEEDS, st.integers(1, 6))
def test_a_blend_lies_in_the_box_of_its_parents(seed, n_param):
    space = plain(n_param, -3.0, 5.0)
    parents = space.sample(np.random.default_rng(seed), 8)
    children = _cross(BLEND, parents, space, seed)
    for pair in range(4):
        two = parents[2 * pair : 2 * pair + 2]
        born = children[2 * pair : 2 * pair + 2]
        assert (born >= two.min(axis=0) - 1e-12).all()
        assert (born <= two.max(axis=0) + 1e-12).all()


def test_every_gene_of_every_child_has_its_own_uniform_blend():
    space = plain(3)
    parents = np.tile([[0.0] * 3, [1.0] * 3], (4000, 1))
    children = _cross(BLEND, parents, space)
    assert len(np.unique(children)) == children.size
    np.testing.assert_allclose(
        np.quantile(children, [0.1, 0.5, 0.9], axis=0).T, [[0.1, 0.5, 0.9]] * 3, atol=0.02
    )
    genes = np.concatenate([children[0::2], children[1::2]], axis=1)
    correlation = np.corrcoef(genes.T) - np.eye(6)
    assert np.abs(correlation).max() < 0.07, "genes and children are independent of each other"


@SEEDED
@given(SEEDS, st.integers(1, 9))
def test_exchange_only_ever_exchanges(seed, n_param):
    space = plain(n_param)
    parents = space.sample(np.random.default_rng(seed), 6)
    children = _cross(EXCHANGE, parents, space, seed)
    for pair in range(3):
        two, born = parents[2 * pair : 2 * pair + 2], children[2 * pair : 2 * pair + 2]
        straight, crossed = (born == two).all(axis=0), (born == two[::-1]).all(axis=0)
        assert (straight | crossed).all()
        n_cut = np.count_nonzero(np.diff(crossed.astype(int)))
        if n_param == 1:
            assert straight.all()
        else:
            assert 1 <= n_cut <= max(n_param // 2, 1)


@pytest.mark.parametrize(
    ("n_param", "expected"), [(2, {1}), (3, {1}), (6, {1, 2, 3}), (9, {1, 2, 3, 4})]
)
def test_the_number_of_cuts_is_uniform_in_1_to_half(n_param, expected):
    n_pair = 3000
    parents = np.tile([[0.0] * n_param, [1.0] * n_param], (n_pair, 1))
    children = _cross(EXCHANGE, parents, plain(n_param))
    cuts = np.count_nonzero(np.diff(children[0::2], axis=1), axis=1)
    found, counts = np.unique(cuts, return_counts=True)
    assert set(found.tolist()) == expected
    np.testing.assert_allclose(counts / n_pair, 1 / len(expected), atol=0.04)


def test_both_kinds_occur_a_quarter_exchange():
    space = plain(4)
    parents = space.sample(np.random.default_rng(1), 8000)
    children = _cross(Crossover(), parents, space)
    sums = parents[0::2] + parents[1::2]
    exchanged = np.isclose(children[0::2] + children[1::2], sums, rtol=1e-12).all(axis=1)
    assert np.mean(exchanged) == pytest.approx(0.25, abs=0.025)


def test_equal_parents_have_equal_children():
    parents = np.repeat(MIXED.sample(np.random.default_rng(1), 3), 2, axis=0)
    np.testing.assert_array_equal(_cross(Crossover(), parents, MIXED), parents)


def test_the_same_seed_gives_the_same_children():
    parents = MIXED.sample(np.random.default_rng(1), 10)
    one, other = (_cross(Crossover(), parents, MIXED, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_no_parents():
    assert _cross(Crossover(), np.empty((0, 5)), MIXED).shape == (0, 5)
