"""What every component counts."""

from __future__ import annotations

import numpy as np
import pytest

from objectives._made import suite
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives import ALL_MODES, OBJECTIVES, Mask
from pyneuronautofit.objectives.residuals import (
    component_factors,
    component_weights,
    mode_weights,
    read_weights,
    sweep_factors,
    weighted_sums,
)

VOLTAGE = [[-60.0, -50.0, 20.0, -60.0, -61.0], [-60.0, -60.0, -60.0, -60.0, -59.0]]


def test_one_over_the_scale_or_a_sixth_of_silence():
    bound = suite(VOLTAGE, "OR")
    assert OBJECTIVES["R"].scale is None or OBJECTIVES["R"].scale > 0
    expected = [
        1 / OBJECTIVES[code].scale if OBJECTIVES[code].scale else 6 / silent
        for code, silent in zip(bound.markers, bound.bvalues.tolist(), strict=True)
    ]
    np.testing.assert_allclose(mode_weights(bound), expected)


def test_what_the_user_gives_counts():
    bound = suite(VOLTAGE, "OV")
    weights = mode_weights(bound, {"V": 7.0})
    assert weights[np.array(bound.markers) == "V"].tolist() == [7.0, 7.0]
    plain = mode_weights(bound)
    assert (weights[:2] == plain[:2]).all()


@pytest.mark.parametrize("code", ALL_MODES)
def test_a_file_has_all_that_they_follow_from(code):
    bound = suite(VOLTAGE, code)
    read = np.array(bound.bvalues.tolist())
    # A number that is not finite is none in a file.
    read[~np.isfinite(read)] = np.nan
    np.testing.assert_array_equal(mode_weights(bound), component_weights(bound.markers, read))
    assert (mode_weights(bound) > 0).all()


def test_a_mode_of_another_version_counts_by_its_silence():
    assert component_weights(("?", "?"), np.array([12.0, 0.0])).tolist() == [0.5, 1.0]


def test_sums():
    scores = np.array([[1.0, 2.0], [np.nan, 1.0]])
    sums = weighted_sums(scores, np.array([10.0, 1.0]))
    assert sums[0] == 12.0
    assert np.isnan(sums[1])
    assert weighted_sums(np.empty((0, 0)), np.ones(2)).shape == (0,)


def factors(text, recordings=None):
    given = read_weights(text, "OV")
    found = sweep_factors(given, recordings or {"cell.abf": (0, 1, 4)})
    return {name: each.tolist() for name, each in found.items()}


def test_sweeps_count_as_the_user_wants():
    assert factors(None) == {"cell.abf": [1.0, 1.0, 1.0]}
    assert factors("@4=0.5") == {"cell.abf": [1.0, 1.0, 0.5]}
    assert factors("@0:3=2,@cell.abf:4=0") == {"cell.abf": [2.0, 2.0, 0.0]}
    # What a recording counts multiplies what its sweeps do.
    assert factors("@cell.abf=3,@1=2") == {"cell.abf": [3.0, 6.0, 3.0]}


def test_of_several_recordings_all_that_have_a_sweep_or_the_one_that_is_named():
    both = {"a.abf": (0, 1), "b.abf": (1, 2)}
    assert factors("@1=2", both) == {"a.abf": [1.0, 2.0], "b.abf": [2.0, 1.0]}
    assert factors("@b.abf:1=2,@a.abf=4", both) == {"a.abf": [4.0, 4.0], "b.abf": [2.0, 1.0]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@3=2", r"--weights @3: no such sweep is compared.*: cell\.abf has 0-1, 4$"),
        ("@5:9=2", r"--weights @5:9: no such sweep is compared"),
        ("@0=2,@0:2=3", r"--weights @0:2: sweep 0 of cell\.abf has a weight already"),
        ("@other.abf=2", r"--weights @other\.abf: expected a sweep such as @3"),
    ],
)
def test_sweeps_that_cannot_have_a_weight(text, message):
    with pytest.raises(UsageError, match=message):
        factors(text)


@pytest.mark.parametrize("code", ALL_MODES)
def test_every_component_counts_by_its_own_sweep(code):
    """Found by what changes where one sweep of a model does; R is of all of them together."""
    n_sweep = 2
    rng = np.random.default_rng(3)
    voltage = rng.normal(-20.0, 25.0, (n_sweep, 60))
    bound = suite(voltage, code, (20, 40), before_spike=1, after_spike=1)
    found = component_factors(bound, np.array([2.0, 8.0]))
    for sweep, factor in enumerate((2.0, 8.0)):
        model = voltage.copy()
        model[sweep] = rng.normal(-40.0, 30.0, 60)
        changed = bound.score(model[None])[0] != bound.score(voltage[None])[0]
        assert changed.any()
        expected = 5.0 if OBJECTIVES[code].__name__ == "RestingPotential" else factor
        assert set(found[changed].tolist()) == {expected}


def test_what_is_collapsed_has_no_sweeps_any_more():
    bound = suite(VOLTAGE, "OV", collapse=True)
    assert component_factors(bound, np.array([3.0, 3.0])).tolist() == [3.0, 3.0]
    with pytest.raises(UsageError, match="-e makes one number of all sweeps of mode O"):
        component_factors(bound, np.array([3.0, 1.0]))


def test_a_mode_that_looks_at_some_sweeps_has_their_factors():
    bound = suite(VOLTAGE, "OV", mask=Mask(by_mode={"O": [1]}))
    assert component_factors(bound, np.array([3.0, 7.0])).tolist() == [7.0, 3.0, 7.0]
