import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import ParameterError
from pyneuronautofit.space import ParameterSpace
from space._made import SEEDED, check_within, declarations

SEEDS = st.integers(0, 2**32 - 1)


def _space(*rows, **settings):
    return ParameterSpace.from_rows([list(row) for row in rows], **settings)


@SEEDED
@given(declarations(), SEEDS, st.booleans())
def test_samples_obey_the_declaration(rows, seed, log_search):
    space = ParameterSpace.from_rows(rows, log_search=log_search)
    x = space.sample(np.random.default_rng(seed), 7)
    assert x.shape == (7, len(rows)) == (7, len(space))
    for values in space.to_model(x).values.tolist():
        check_within(rows, values)
    low, high = space.bounds(x)
    assert (low <= high).all()
    assert ((low <= x) & (x <= high)).all()


@SEEDED
@given(declarations(), SEEDS, st.booleans())
def test_clip_brings_anything_inside_and_then_changes_nothing(rows, seed, log_search):
    space = ParameterSpace.from_rows(rows, log_search=log_search)
    anything = np.random.default_rng(seed).normal(scale=500.0, size=(5, len(rows)))
    given_x = anything.copy()
    once = space.clip(anything)
    np.testing.assert_array_equal(anything, given_x)
    np.testing.assert_array_equal(space.clip(once), once)
    for values in space.to_model(once).values.tolist():
        check_within(rows, values)


@SEEDED
@given(declarations(), SEEDS, st.booleans())
def test_clip_leaves_samples_alone(rows, seed, log_search):
    space = ParameterSpace.from_rows(rows, log_search=log_search)
    x = space.sample(np.random.default_rng(seed), 5)
    np.testing.assert_array_equal(space.clip(x), x)


@SEEDED
@given(declarations(), SEEDS, st.booleans())
def test_redrawn_genes_obey_and_the_others_stay(rows, seed, log_search):
    space = ParameterSpace.from_rows(rows, log_search=log_search)
    rng = np.random.default_rng(seed)
    x = space.sample(rng, 5)
    drawn = space.redraw(x, rng.random(x.shape), rng.random(x.shape) < 0.5)
    for values in space.to_model(drawn).values.tolist():
        check_within(rows, values)
    np.testing.assert_array_equal(space.redraw(x, rng.random(x.shape), x > np.inf), x)


@SEEDED
@given(declarations(), SEEDS, st.booleans())
def test_to_model_and_back(rows, seed, log_search):
    space = ParameterSpace.from_rows(rows, log_search=log_search)
    x = space.sample(np.random.default_rng(seed), 5)
    values = space.to_model(x).values
    again = space.from_model(values)
    np.testing.assert_allclose(again, x, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(space.to_model(again).values, values, rtol=1e-9, atol=1e-12)


@SEEDED
@given(declarations(), SEEDS)
def test_from_model_brings_any_values_inside(rows, seed):
    space = ParameterSpace.from_rows(rows)
    values = np.random.default_rng(seed).normal(scale=500.0, size=(5, len(rows)))
    for inside in space.to_model(space.from_model(values)).values.tolist():
        check_within(rows, inside)


@pytest.mark.parametrize("low", [1e-7, 3e-5, 0.1, 0.3, 2.0, 7.0])
@pytest.mark.parametrize("high", [0.7, 1.0, 3.3, 120.0, 1e5])
def test_the_bounds_of_a_logarithm_are_exact_in_model_values(low, high):
    space = _space(["a.x", "log", low, high])
    ends = space.to_model(space.clip(np.array([[-99.0], [99.0]]))).values
    assert ends.ravel().tolist() == [min(low, high), max(low, high)]
    ends = space.to_model(space.from_model(np.array([[low], [high]]))).values
    np.testing.assert_allclose(ends.ravel(), [low, high], rtol=1e-15)


def test_a_sample_is_uniform_in_the_logarithm_unless_that_is_off():
    rows = ["a.x", "log", 1e-4, 1.0]
    rng = np.random.default_rng(1)
    logarithmic = _space(rows).sample(rng, 20_000)
    assert _space(rows).bounds(logarithmic)[0][0, 0] == -4.0
    assert np.mean(logarithmic < -2.0) == pytest.approx(0.5, abs=0.015)
    linear = _space(rows, log_search=False).sample(rng, 20_000)
    assert linear.min() >= 1e-4
    assert np.mean(linear < 0.5) == pytest.approx(0.5, abs=0.015)
    values = _space(rows, log_search=False).to_model(linear).values
    np.testing.assert_array_equal(values, linear)


def test_a_dependent_bound_follows_its_parameter():
    space = _space(["a.x", "lin", 10, 0], ["a.y", "lin", "a.x", 10], ["a.z", "lin", "a.y", "a.x"])
    x = space.sample(np.random.default_rng(0), 500)
    assert (x[:, 0] <= x[:, 1]).all()
    assert ((x[:, 0] <= x[:, 2]) & (x[:, 2] <= x[:, 1])).all()
    low, high = space.bounds(x)
    np.testing.assert_array_equal(low[:, 1], x[:, 0])
    assert set(high[:, 1]) == {10.0}
    # What was uniform in the interval stays so: the middle half of it gets half of the draws.
    part = (x[:, 1] - low[:, 1]) / (high[:, 1] - low[:, 1])
    assert np.mean((part > 0.25) & (part < 0.75)) == pytest.approx(0.5, abs=0.08)


def test_bounds_cross_scales_as_model_values():
    space = _space(["a.x", "log", 1e-2, 1e2], ["a.y", "lin", 0, "a.x"], ["a.z", "log", "a.x", 1e3])
    low, high = space.bounds(np.array([[1.0, 5.0, 2.0]]))
    assert low.tolist() == [[-2.0, 0.0, 1.0]]
    assert high.tolist() == [[2.0, 10.0, 3.0]]


def test_whole_numbers():
    space = _space(["a.n", "int", 0.5, 3.5], ["a.m", "int", "a.n", 2], ["a.k", "int", "a.n", "a.n"])
    assert space.whole.tolist() == [True, True, True]
    values = space.to_model(space.sample(np.random.default_rng(0), 300)).values
    assert set(values[:, 0]) == {1.0, 2.0, 3.0}
    assert set(values[:, 1]) == {1.0, 2.0, 3.0}
    np.testing.assert_array_equal(values[:, 2], values[:, 0])
    assert space.clip(np.array([[2.4, 9.0, 0.0]])).tolist() == [[2.0, 2.0, 2.0]]


def test_a_constant_stays_at_its_low_bound():
    space = _space(["a.x", "lin", 0, 1], ["a.c", "con", 5, 2], ["a.d", "con", "a.x", 9])
    x = space.clip(np.array([[0.25, 3.0, 3.0]]))
    assert x.tolist() == [[0.25, 5.0, 0.25]]
    assert [end[0, 1] for end in space.bounds(x)] == [5.0, 5.0]
    assert space.from_model(np.array([[0.5, 4.0, 4.0]])).tolist() == [[0.5, 5.0, 0.5]]


def test_names_and_rows():
    rows = [[["a.x", "b.x"], "lin", 0.0, 1.0], ["a.y", "log", 1.0, 2.0]]
    space = _space(*rows)
    assert space.names == ("a.x", "a.y")
    assert space.as_rows() == rows
    assert _space(*rows, log_search=False).as_rows() == rows


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        (
            [["a.x", "lin", -1, 2], ["a.y", "log", "a.x", 3]],
            r"row 1 \(a\.y\): a bound of this 'log' parameter can become -1, which has.*'lin'",
        ),
        ([["a.x", "lin", 2, 0], ["a.y", "log", 3, "a.x"]], "can become 0, which"),
        (
            [["a.x", "lin", -1, 2], ["a.y", "lin", "a.x", 3], ["a.z", "log", "a.y", 3]],
            r"row 2 \(a\.z\): a bound",
        ),
        ([["a.x", "con", -1, 2], ["a.y", "log", "a.x", 3]], "can become -1, which"),
    ],
)
@pytest.mark.parametrize("log_search", [True, False])
def test_a_logarithm_that_may_meet_zero_is_refused(rows, match, log_search):
    with pytest.raises(ParameterError, match=match):
        _space(*rows, log_search=log_search)


def test_the_high_bound_of_a_constant_is_never_reached():
    space = _space(["a.x", "con", 1, 0], ["a.y", "log", "a.x", 10])
    assert space.bounds(space.sample(np.random.default_rng(0), 1))[0].tolist() == [[1.0, 0.0]]


def test_the_same_seed_gives_the_same_sample():
    space = _space(["a.x", "lin", 0, 1], ["a.n", "int", 1, 9])
    one, other = (space.sample(np.random.default_rng(5), 4) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@SEEDED
@given(declarations(), SEEDS, st.booleans())
def test_the_unit_cube_and_back(rows, seed, log_search):
    space = ParameterSpace.from_rows(rows, log_search=log_search)
    x = space.sample(np.random.default_rng(seed), 6)
    before = x.copy()
    unit = space.to_unit(x)
    assert ((unit >= 0) & (unit <= 1)).all()
    low, high = space.bounds(x)
    span = np.maximum(high - low, np.abs(low) * 1e-6 + 1e-300)
    again = space.from_unit(unit)
    assert (np.abs(again - x) <= 1e-9 * span + 1e-9 * np.abs(x))[:, ~space.whole].all()
    np.testing.assert_array_equal(again[:, space.whole], x[:, space.whole])
    np.testing.assert_array_equal(x, before)


@SEEDED
@given(declarations(), SEEDS, st.booleans())
def test_every_point_of_the_unit_cube_obeys_the_declaration(rows, seed, log_search):
    space = ParameterSpace.from_rows(rows, log_search=log_search)
    unit = np.random.default_rng(seed).random((6, len(rows)))
    unit[0], unit[1] = 0.0, 1.0
    for values in space.to_model(space.from_unit(unit)).values.tolist():
        check_within(rows, values)


def test_where_genes_are_in_the_unit_cube():
    space = _space(
        ("a.x", "lin", 2.0, -2.0), ("a.g", "log", 1e-4, 1.0), ("a.n", "int", 1, 4),
        ("a.y", "lin", 0.0, "a.x"), ("a.c", "con", 5.0, 7.0), ("a.e", "lin", 3.0, 3.0),
    )  # fmt: skip
    x = space.from_model(np.array([[1.0, 1e-2, 3.0, 0.25, 5.0, 3.0]]))
    np.testing.assert_allclose(space.to_unit(x), [[0.75, 0.5, 0.625, 0.25, 0.5, 0.5]])
    assert space.continuous.tolist() == [True, True, False, True, False, True]
    assert space.fixed.tolist() == [False] * 4 + [True, False]
    # Whole numbers have equal shares.
    shares = space.from_unit(np.tile(np.linspace(0, 0.999, 400)[:, None], (1, 6)))[:, 2]
    assert np.unique(shares, return_counts=True)[1].tolist() == [100] * 4


def test_bounds_in_the_units_of_the_model():
    space = ParameterSpace.from_rows(
        [["a.g", "log", 1e-5, 1e-2], ["a.L", "lin", 9.0, 2.0], ["a.d", "lin", 0.5, "a.L"],
         ["a.c", "con", 3.0, 4.0]]
    )  # fmt: skip
    low, high = space.model_bounds(np.array([1e-3, 6.0, 1.0, 3.0]))
    np.testing.assert_array_equal(low, [1e-5, 2.0, 0.5, 3.0])
    np.testing.assert_array_equal(high, [1e-2, 9.0, 6.0, 3.0])
