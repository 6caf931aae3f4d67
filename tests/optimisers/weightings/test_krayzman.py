import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from optimisers._made import SEEDED
from pyneuronautofit.optimisers.weighting import Weights, no_weights
from pyneuronautofit.optimisers.weightings.krayzman import (
    MOST_STEPS,
    PATIENCE,
    AdaptationRule,
    KrayzmanWeights,
    adapt,
    first_weights,
)

RULES = {
    "plain": AdaptationRule(),
    "sum": AdaptationRule(norm_space=True),
    "hold": AdaptationRule(hold_normalization=True),
    "bound": AdaptationRule(weight_bound=3.0),
    "sum within bounds": AdaptationRule(norm_space=True, weight_bound=3.0),
    "all": AdaptationRule(
        krayzman_threshold=0.2, norm_space=True, hold_normalization=True, weight_bound=1.5
    ),
    "unreachable": AdaptationRule(krayzman_threshold=0.99),
}


def _rng(seed=0):
    return np.random.default_rng(seed)


def _weights(*values):
    values = np.array(values, dtype=float)
    return Weights(values, values > 0)


def _correlations(vectors, weights):
    scalar = vectors @ weights.values
    return np.array([np.corrcoef(column, scalar)[0, 1] for column in vectors.T])


def _mixed(n_score, n_vector=60, seed=0):
    """Components of all sizes, some of which work against others."""
    rng = _rng(seed)
    causes = rng.normal(size=(n_vector, max(n_score // 2, 1)))
    effects = rng.normal(size=(causes.shape[1], n_score))
    noise = 0.3 * rng.normal(size=(n_vector, n_score))
    return (causes @ effects + noise) * 10.0 ** rng.integers(-2, 3, n_score)


def _by_definition(vectors, weights, rule, rng):
    """The iteration as it is described, over the vectors themselves."""
    n_score = vectors.shape[1]
    size = np.sum if rule.norm_space else np.max
    bound = np.inf if rule.weight_bound is None else rule.weight_bound
    values, missing = weights.values.copy(), ~weights.active
    values[missing] = values[values > 0].min() / 2 * rng.uniform(0.5, 1.5, missing.sum())
    if not rule.hold_normalization:
        values /= size(values)
    best, kept, since, rose, fell, restarted = -np.inf, values, 0, [], [], None
    while True:
        correlations = _correlations(vectors, Weights(values, values > 0))
        ratio = correlations.min() / correlations.max()
        since += 1
        if ratio > best:
            best, kept, since = ratio, values, 0
        if best >= rule.krayzman_threshold or len(rose) == MOST_STEPS:
            return kept / size(kept), best, rose, fell, restarted
        if restarted is None and since >= PATIENCE:
            values, restarted = first_weights(vectors, rule).values, len(rose)
            continue
        values = values.copy()
        least, greatest = correlations.argmin(), correlations.argmax()
        rises, falls = values[least] < bound, values[greatest] > 1 / bound
        rose.append(int(least) if rises else -1)
        fell.append(int(greatest) if falls else -1)
        values[least] *= 1 + 2 / n_score if rises else 1
        values[greatest] *= 1 - 1 / n_score if falls else 1
        if not rule.hold_normalization:
            values /= size(values)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
@pytest.mark.parametrize("n_score", [2, 3, 8])
def test_the_iteration_is_the_described_one(rule, n_score):
    vectors = _mixed(n_score, seed=n_score)
    begin = _weights(*np.where(np.arange(n_score) == 1, 0.0, 1.0 / (1 + np.arange(n_score))))
    values, best, rose, fell, restarted = _by_definition(vectors, begin, rule, _rng(1))
    after, trace = adapt(vectors, begin, rule, _rng(1))
    assert trace.rose.tolist() == rose
    assert trace.fell.tolist() == fell
    assert trace.restarted == restarted
    assert trace.ratio == pytest.approx(best, rel=1e-9)
    np.testing.assert_allclose(after.values, values, rtol=1e-9)


def test_first_weights_are_1_by_the_variance():
    vectors = _rng().normal(size=(500, 3)) * [1.0, 10.0, 0.1]
    expected = 1 / vectors.var(axis=0)
    found = first_weights(vectors, RULES["plain"])
    np.testing.assert_allclose(found.values, expected / expected.max())
    assert found.active.all()
    np.testing.assert_allclose(
        first_weights(vectors, RULES["sum"]).values, expected / expected.sum()
    )


def test_what_hardly_varies_or_too_much_is_not_in_the_first_weights():
    """Standard deviations of 0, 2e-5 and 5e-5: variances of 0, 4e-10 and 2.5e-9."""
    sign = np.array([-1.0, 1.0] * 10)
    vectors = np.stack([0 * sign + 0.1, 2e-5 * sign, 5e-5 * sign, 1e200 * sign, sign], axis=1)
    found = first_weights(vectors, RULES["plain"])
    assert found.active.tolist() == [False, False, True, False, True]
    np.testing.assert_allclose(found.values, [0, 0, 1, 0, 2.5e-9])


@pytest.mark.parametrize("n_vector", [0, 1])
def test_too_few_vectors_teach_nothing(n_vector):
    vectors = np.concatenate([np.ones((n_vector, 2)), np.full((5, 2), np.nan)])
    begin = _weights(1.0, 0.5)
    after, trace = adapt(vectors, begin, RULES["plain"], _rng())
    assert trace is None
    assert after is begin
    assert not first_weights(vectors, RULES["plain"]).active.any()


def test_independent_components_are_balanced_already():
    vectors = _rng().normal(size=(2000, 6)) * [1, 2, 3, 4, 5, 6]
    begin = first_weights(vectors, RULES["plain"])
    after, trace = adapt(vectors, begin, RULES["plain"], _rng())
    assert trace.reached
    assert len(trace.ratios) == 0
    np.testing.assert_allclose(after.values, begin.values)


def test_a_dominating_component_is_brought_back():
    vectors = _rng().normal(size=(300, 5))
    begin = _weights(1.0, 1e-6, 1e-6, 1e-6, 1e-6)
    after, trace = adapt(vectors, begin, RULES["plain"], _rng())
    assert trace.reached
    assert 0 < len(trace.ratios) < MOST_STEPS
    assert set(trace.fell.tolist()) == {0}
    correlations = _correlations(vectors, after)
    assert correlations.min() / correlations.max() == pytest.approx(trace.ratio)
    assert trace.ratio >= 0.05
    assert _correlations(vectors, begin).min() < 0.05


def test_a_constant_component_is_inactive_until_it_varies():
    vectors = _rng().random((100, 3))
    constant = vectors.copy()
    constant[:, 1] = 0.1  # has no exact mean
    after, _ = adapt(constant, _weights(1.0, 1.0, 1.0), RULES["plain"], _rng())
    assert after.active.tolist() == [True, False, True]
    assert after.values[1] == 0.0
    again, _ = adapt(constant, after, RULES["plain"], _rng())
    assert again.active.tolist() == [True, False, True]
    back, _ = adapt(vectors, after, RULES["plain"], _rng())
    assert back.active.all()
    assert (back.values > 0).all()


def test_who_comes_back_has_about_half_the_smallest_weight():
    vectors = _rng().normal(size=(400, 4))
    begin = _weights(1.0, 0.8, 0.0, 0.0)
    found = []
    for seed in range(200):
        after, trace = adapt(vectors, begin, AdaptationRule(krayzman_threshold=-1.0), _rng(seed))
        assert len(trace.ratios) == 0
        np.testing.assert_array_equal(after.values[:2], [1.0, 0.8])
        found.append(after.values[2:])
    assert np.min(found) >= 0.2
    assert np.max(found) <= 0.6
    np.testing.assert_allclose(np.quantile(found, [0.05, 0.5, 0.95]), [0.22, 0.4, 0.58], atol=0.03)


def test_nothing_is_drawn_where_nobody_comes_back():
    rng = _rng()
    adapt(_mixed(4), _weights(1, 1, 1, 1), RULES["plain"], rng)
    assert rng.bit_generator.state == _rng().bit_generator.state


def test_components_that_trade_off_are_balanced_if_they_can_be():
    """Correlated with -0.9: only about equal weights let the scalar follow both."""
    rng = _rng()
    one = rng.normal(size=500)
    vectors = np.stack([one, -0.9 * one + np.sqrt(0.19) * rng.normal(size=500)], axis=1)
    # More components make the steps finer: of two, each step doubles one and halves the other.
    vectors = np.column_stack([vectors, rng.normal(size=(500, 6))])
    begin = _weights(1.0, 0.1, *[0.5] * 6)
    assert _correlations(vectors, begin).min() < -0.5
    after, trace = adapt(vectors, begin, RULES["plain"], _rng())
    assert trace.reached
    assert after.values[0] == pytest.approx(after.values[1], rel=0.3)


def test_opposites_are_given_up_after_one_restart():
    """Under equal weights the scalar is constant; under any other it opposes one of the two."""
    one = _rng().random(200)
    vectors = np.stack([one, 1.0 - one], axis=1)
    after, trace = adapt(vectors, _weights(1.0, 1.0), RULES["plain"], _rng())
    assert not trace.reached
    assert trace.ratios[0] == -np.inf
    assert trace.ratio == pytest.approx(-1.0)
    assert trace.restarted == PATIENCE + 1
    assert len(trace.ratios) == MOST_STEPS
    assert after.active.all()
    assert np.isfinite(after.values).all()
    assert json.loads(json.dumps(trace.as_json()))["steps"]["ratio"][0] is None


def test_the_restart_comes_once_and_after_300_steps_without_a_better_ratio():
    _, trace = adapt(_mixed(8, seed=3), first_weights(_mixed(8), AdaptationRule()),
                     AdaptationRule(krayzman_threshold=0.999), _rng())  # fmt: skip
    assert len(trace.ratios) == MOST_STEPS
    before = trace.ratios[: trace.restarted]
    best = int(before.argmax())
    assert trace.restarted - best == PATIENCE
    assert trace.ratio >= before[best]


def test_failed_rows_do_not_count():
    vectors = _mixed(5)
    broken = np.insert(vectors, [0, 7, 20], np.full(5, np.nan), axis=0)
    broken = np.vstack([broken, [np.inf, 1, 1, 1, 1]])
    begin = _weights(1, 0.5, 0.25, 0.125, 0)
    clean, trace = adapt(vectors, begin, RULES["plain"], _rng())
    found, broken_trace = adapt(broken, begin, RULES["plain"], _rng())
    np.testing.assert_array_equal(found.values, clean.values)
    assert trace.n_vector == broken_trace.n_vector == 60
    np.testing.assert_array_equal(
        first_weights(broken, RULES["sum"]).values, first_weights(vectors, RULES["sum"]).values
    )


def test_the_same_input_gives_the_same_weights():
    vectors, begin = _rng().normal(size=(50, 5)), _weights(1, 0, 0.25, 0.125, 0)
    one, other = (adapt(vectors, begin, RULES["all"], _rng(4))[0] for _ in range(2))
    np.testing.assert_array_equal(one.values, other.values)
    third, _ = adapt(vectors, begin, RULES["all"], _rng(5))
    assert (third.values != one.values).any()


def test_scale_does_not_matter_so_holding_the_normalisation_changes_nothing_without_bounds():
    vectors, begin = _mixed(6, seed=2), _weights(1, 1e-3, 1, 1e-3, 1, 1e-3)
    plain, trace = adapt(vectors, begin, RULES["plain"], _rng())
    held, held_trace = adapt(vectors, begin, RULES["hold"], _rng())
    assert len(trace.ratios) > 5
    assert held_trace.rose.tolist() == trace.rose.tolist()
    np.testing.assert_allclose(held.values, plain.values, rtol=1e-9)


def test_bounds_stop_weights_at_the_first_step_outside():
    """Held, a weight ends at most one step above X or below 1/X: here from 0.5·(4/5) to 2·(7/5)."""
    vectors, rule = (
        _mixed(5, seed=1),
        AdaptationRule(krayzman_threshold=0.999, hold_normalization=True, weight_bound=2.0),
    )
    _, trace = adapt(vectors, _weights(1, 1, 1, 1, 1), rule, _rng())
    values = np.ones(5)
    for rose, fell in zip(trace.rose[: trace.restarted], trace.fell, strict=False):
        values[rose] *= 1.4 if rose >= 0 else 1.0
        values[fell] *= 0.8 if fell >= 0 else 1.0
        assert values.min() >= 0.5 * 0.8
        assert values.max() <= 2.0 * 1.4
    assert -1 in trace.rose


def test_components_out_of_bounds_may_come_in():
    rule = AdaptationRule(krayzman_threshold=0.999, weight_bound=2.0)
    _, trace = adapt(_mixed(4), _weights(1, 0.1, 0.1, 0.1), rule, _rng())
    assert 0 not in trace.rose[:1]
    assert trace.fell[0] in (0, -1)
    assert trace.rose[0] in (1, 2, 3)


def test_a_single_component_needs_no_step():
    after, trace = adapt(
        np.arange(5.0)[:, None], no_weights(1), AdaptationRule(krayzman_threshold=2.0), _rng()
    )
    assert after.values.tolist() == [1.0]
    assert (trace.ratio, len(trace.ratios), trace.reached) == (1.0, 0, False)


def test_where_nothing_varies_nothing_is_active():
    after, trace = adapt(np.ones((9, 3)), _weights(1, 1, 1), RULES["plain"], _rng())
    assert not after.active.any()
    assert after.values.tolist() == [0.0] * 3
    assert not trace.reached
    json.dumps(trace.as_json(), allow_nan=False)
    vectors = _mixed(3)
    again, _ = adapt(vectors, after, AdaptationRule(krayzman_threshold=-9.0), _rng())
    np.testing.assert_allclose(again.values, first_weights(vectors, RULES["plain"]).values)


def test_the_trace_is_json():
    _, trace = adapt(_mixed(8), no_weights(8), RULES["all"], _rng())
    read = json.loads(json.dumps(replace(trace, generation=7).as_json(), allow_nan=False))
    assert read["generation"] == 7
    assert read["vectors"] == 60
    assert {len(read["steps"][name]) for name in ("ratio", "rose", "fell")} == {len(trace.ratios)}
    assert read["before"] == [0.0] * 8
    assert read["after"] == trace.after.values.tolist()
    assert read["reached"] is trace.reached


def test_the_weighting_is_the_iteration_under_its_rule():
    vectors, rule = _mixed(4), RULES["sum"]
    weighting = KrayzmanWeights(rule)
    begin = weighting.first(vectors)
    np.testing.assert_array_equal(begin.values, first_weights(vectors, rule).values)
    found, _ = weighting.update(vectors, begin, _rng())
    np.testing.assert_array_equal(found.values, adapt(vectors, begin, rule, _rng())[0].values)


MATRICES = st_numpy.arrays(
    np.float64,
    st.tuples(st.integers(0, 12), st.integers(1, 5)),
    elements=st.one_of(
        st.sampled_from([0.0, 1.0, 2.0, 0.1, np.nan]),
        st.floats(0, 1e6, allow_subnormal=False),
        st.sampled_from([1e300, 1e-200, np.inf]),
    ),
)


@SEEDED
@given(MATRICES, st.data(), st.sampled_from(list(RULES)), st.integers(0, 99))
def test_weights_are_always_weights(vectors, data, name, seed):
    rule, n_score = RULES[name], vectors.shape[1]
    size = st.one_of(st.just(0.0), st.floats(1e-12, 1.0))
    begin = _weights(*data.draw(st.lists(size, min_size=n_score, max_size=n_score)))
    given_vectors, given_values = vectors.copy(), begin.values.copy()
    after, trace = adapt(vectors, begin, rule, _rng(seed))
    np.testing.assert_array_equal(vectors, given_vectors)
    np.testing.assert_array_equal(begin.values, given_values)
    assert np.isfinite(after.values).all()
    assert (after.values >= 0).all()
    assert (after.values[~after.active] == 0).all()
    if trace is None:
        return
    if after.active.any():
        total = after.values.sum() if rule.norm_space else after.values.max()
        assert total == pytest.approx(1.0)
    assert len(trace.ratios) <= MOST_STEPS
    assert (trace.ratios <= trace.ratio).all()
    assert trace.reached == (trace.ratio >= rule.krayzman_threshold)
    json.dumps(trace.as_json(), allow_nan=False)
