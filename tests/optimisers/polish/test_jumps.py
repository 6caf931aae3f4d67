import numpy as np
import pytest

from optimisers._made import MIXED, inside, plain
from pyneuronautofit.optimisers.polish.distinct import apart
from pyneuronautofit.optimisers.polish.jumps import ANEW, MOST_ANEW, jumped, reflected

LENGTHS = (0.02, 0.045)


def test_jumps_are_as_long_as_they_are_to_be():
    space, rng = plain(29), np.random.default_rng(1)
    base = np.full(29, 0.5)
    found = jumped(space, base, base[None], rng, n_jump=300, lengths=LENGTHS)
    lengths = apart(found[round(300 * ANEW) :], base)
    assert LENGTHS[0] - 1e-9 <= lengths.min() < lengths.max() <= LENGTHS[1] + 1e-9
    assert np.ptp(lengths) > 0.02


def test_some_of_them_draw_a_few_parameters_anew():
    """Wherever that leads: one that slopes say nothing about may lie anywhere."""
    space, rng = plain(29), np.random.default_rng(1)
    base = np.full(29, 0.5)
    found = jumped(space, base, base[None], rng, n_jump=300, lengths=LENGTHS)
    changed = (found[: round(300 * ANEW)] != base).sum(axis=1)
    assert set(changed.tolist()) == set(range(1, MOST_ANEW + 1))
    drawn = found[: round(300 * ANEW)][found[: round(300 * ANEW)] != base]
    assert (np.histogram(drawn, 5, (0, 1))[0] > len(drawn) / 10).all()


def test_about_half_of_the_others_go_along_what_good_models_differ_in():
    space, rng = plain(6), np.random.default_rng(1)
    base, direction = np.full(6, 0.5), np.array([1.0, -1, 0, 0, 0, 0])
    good = np.stack([base, base + 0.1 * direction])
    moves = jumped(space, base, good, rng, n_jump=600, lengths=LENGTHS) - base
    moves = moves[round(600 * ANEW) :]
    along = np.abs(moves[:, 2:]).max(axis=1) < 1e-12
    assert 140 < along.sum() < 260
    np.testing.assert_allclose(moves[along, 0], -moves[along, 1])


def test_good_models_that_are_the_same_give_no_direction():
    space, rng = plain(3), np.random.default_rng(1)
    base = np.full(3, 0.5)
    found = jumped(space, base, np.stack([base] * 3), rng, n_jump=50, lengths=LENGTHS)
    assert (apart(found, base) > 0.01).all()


def test_bounds_whole_numbers_and_constants():
    rng = np.random.default_rng(1)
    base = MIXED.from_unit(np.array([0.0, 1.0, 0.02, 0.9, 0.5])[None])[0]
    good = MIXED.sample(rng, 5)
    found = jumped(MIXED, base, good, rng, n_jump=200, lengths=(0.05, 0.5))
    assert inside(MIXED, found)
    assert len(np.unique(found[:, 3])) > 1
    assert (found[:, 4] == base[4]).all()


@pytest.mark.parametrize(
    ("beyond", "inside_again"), [(-0.2, 0.2), (1.2, 0.8), (0.3, 0.3), (5.0, 0.0), (-5.0, 1.0)]
)
def test_what_lies_beyond_a_bound(beyond, inside_again):
    assert reflected(np.array([beyond])) == pytest.approx(inside_again)
