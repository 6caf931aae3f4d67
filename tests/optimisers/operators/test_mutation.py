import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimisers._made import MIXED, SEEDED, inside, plain
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation, nearest_distances
from pyneuronautofit.space import ParameterSpace

SEEDS = st.integers(0, 2**32 - 1)


def test_distance_of_a_worked_example():
    """Ranges 4 and 10; the rms over two genes of the scaled differences."""
    space = ParameterSpace.from_rows([["a.x", "lin", 0, 4], ["a.y", "lin", 10, 0]])
    children = np.array([[0.0, 0.0], [2.0, 5.0]])
    population = np.array([[4.0, 5.0], [4.0, 10.0]])
    # The first is nearest to the second child, (2/4, 5/10); the second to (4, 5): (2/4, 0).
    np.testing.assert_allclose(
        nearest_distances(children, population, space), [0.5, np.sqrt(0.25 / 2)]
    )


def test_a_child_looks_at_later_children_only():
    children = np.array([[0.5], [0.0], [0.5]])
    population = np.array([[1.0]])
    found = nearest_distances(children, population, plain(1))
    np.testing.assert_allclose(found, [0.0, 0.5, 0.5])


def test_dependent_ranges_enter_by_their_geometric_mean():
    """The range of y is 10 - x: 9 for the child and 4 for the member, of which the mean is 6."""
    space = ParameterSpace.from_rows([["a.x", "lin", 0, 10], ["a.y", "lin", "a.x", 10]])
    found = nearest_distances(np.array([[1.0, 7.0]]), np.array([[6.0, 9.0]]), space)
    np.testing.assert_allclose(found, [np.sqrt(((5 / 10) ** 2 + (2 / 6) ** 2) / 2)])


@SEEDED
@given(SEEDS, st.integers(1, 9), st.integers(0, 9))
def test_distances_are_the_formula(seed, n_child, n_population):
    """Where bounds depend, a gene may be searched in one individual and not in another."""
    rng = np.random.default_rng(seed)
    space = ParameterSpace.from_rows(
        [["a.x", "int", 1, 3], ["a.y", "lin", "a.x", 3], ["a.c", "con", 5, 7], ["a.z", "lin", 0, 2]]
    )
    children, population = space.sample(rng, n_child), space.sample(rng, n_population)
    everybody = np.concatenate([children, population])
    low, high = space.bounds(everybody)
    wanted = np.full(n_child, np.inf)
    for child in range(n_child):
        for other in range(child + 1, len(everybody)):
            mean_range = np.sqrt((high - low)[child] * (high - low)[other])
            searched = mean_range > 0
            difference = (everybody[child] - everybody[other])[searched] / mean_range[searched]
            wanted[child] = min(wanted[child], np.sqrt(np.mean(difference**2)))
    found = nearest_distances(children, population, space)
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_the_logarithm_counts():
    space = ParameterSpace.from_rows([["a.x", "log", 1e-4, 1.0]])
    found = nearest_distances(space.from_model(np.array([[1e-3]])), np.array([[-1.0]]), space)
    np.testing.assert_allclose(found, [0.5])


def test_nobody_else_is_infinitely_far():
    assert nearest_distances(np.array([[0.5]]), np.empty((0, 1)), plain(1)).tolist() == [np.inf]
    assert AdaptiveMutation().rates(np.array([[0.5]]), np.empty((0, 1)), plain(1)).tolist() == [0.1]


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.7])
def test_the_rate_is_the_formula(rate):
    """With q = 0, S and S ln 2 it is 1, M + (1 - M)/e and M + (1 - M)/2."""
    mutation = AdaptiveMutation(mutation_rate=rate, mutation_slope=0.06)
    population = np.array([[0.0, 0.0]])
    for distance, rise in ((0.0, 1.0), (0.06, np.exp(-1)), (0.06 * np.log(2), 0.5)):
        children = np.array([[distance, distance]])
        found = mutation.rates(children, population, plain(2))
        np.testing.assert_allclose(found, [rate + (1 - rate) * rise])


def test_the_rate_rises_as_diversity_falls():
    mutation = AdaptiveMutation()
    x = np.random.default_rng(0).random((30, 4))
    rates = [
        mutation.rates(x * spread, (1 - x) * spread, plain(4)).mean()
        for spread in (1, 0.1, 0.01, 0)
    ]
    assert rates == sorted(rates)
    assert rates[0] < 0.3
    assert rates[-1] == pytest.approx(1.0)


def test_a_far_child_has_the_basic_rate():
    rates = AdaptiveMutation(mutation_rate=0.1, mutation_slope=0.06).rates(
        np.array([[0.0]]), np.array([[1.0]]), plain(1)
    )
    np.testing.assert_allclose(rates, [0.1], atol=1e-6)


@pytest.mark.parametrize("slope", [-1.0, 0.0])
def test_without_a_slope_the_rate_is_constant(slope):
    x = np.zeros((3, 2))
    assert (
        AdaptiveMutation(mutation_rate=0.1, mutation_slope=slope).rates(x, x, plain(2)).tolist()
        == [0.1] * 3
    )


def test_copies_are_redrawn_as_a_whole():
    space = plain(6)
    x = np.full((40, 6), 0.5)
    mutated = AdaptiveMutation()(x, x, space, np.random.default_rng(0))
    assert (mutated != 0.5).all()
    np.testing.assert_allclose(
        np.quantile(mutated, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.08
    )


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_the_chosen_fraction_is_the_rate(rate):
    space = plain(10)
    x = space.sample(np.random.default_rng(0), 2000)
    mutated = AdaptiveMutation(mutation_rate=rate, mutation_slope=-1.0)(
        x, x, space, np.random.default_rng(1)
    )
    chosen = np.mean(mutated != x, axis=0)
    # Four standard deviations of a fraction of 2000.
    np.testing.assert_allclose(chosen, rate, atol=4 * np.sqrt(rate * (1 - rate) / 2000) + 1e-12)


@SEEDED
@given(SEEDS, st.integers(0, 6), st.sampled_from([-1.0, 0.06, 10.0]))
def test_bounds_hold_and_inputs_stay(seed, n_population, slope):
    rng = np.random.default_rng(seed)
    children, population = MIXED.sample(rng, 5), MIXED.sample(rng, n_population)
    before = children.copy(), population.copy()
    mutated = AdaptiveMutation(mutation_rate=0.3, mutation_slope=slope)(
        children, population, MIXED, rng
    )
    assert inside(MIXED, mutated)
    assert set(mutated[:, 4]) == {5.0}
    np.testing.assert_array_equal(children, before[0])
    np.testing.assert_array_equal(population, before[1])


def test_constants_do_not_dilute_the_distance():
    space = ParameterSpace.from_rows([["a.x", "lin", 0, 1], ["a.c", "con", 5, 9]])
    assert nearest_distances(np.array([[0.0, 5.0]]), np.array([[0.5, 5.0]]), space).tolist() == [
        0.5
    ]


def test_constants_only():
    space = ParameterSpace.from_rows([["a.c", "con", 5, 9]])
    x = np.array([[5.0], [5.0]])
    np.testing.assert_array_equal(AdaptiveMutation()(x, x, space, np.random.default_rng(0)), x)


def test_in_the_last_generations_the_rate_does_not_adapt():
    space = plain(3)
    x = np.full((4, 3), 0.5)  # copies: the adaptive rate is 1
    mutation = AdaptiveMutation(mutation_rate=0.1, mutation_slope=0.06, refined_after=5)
    assert mutation.at(5).rates(x, x, space).tolist() == [1.0] * 4
    assert mutation.at(6).rates(x, x, space).tolist() == [0.1] * 4
    assert (
        AdaptiveMutation(mutation_rate=0.1, mutation_slope=0.06)
        .at(10**9)
        .rates(x, x, space)
        .tolist()
        == [1.0] * 4
    )


def test_the_last_generations_are_a_share_of_all():
    mutation = AdaptiveMutation(refine=0.25)
    assert mutation.refined_after is None
    assert mutation.lasting(100).refined_after == 75
    assert mutation.lasting(100).lasting(8).refined_after == 6
    assert AdaptiveMutation(refined_after=3).lasting(100).refined_after is None
