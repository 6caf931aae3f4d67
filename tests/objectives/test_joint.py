"""The components of several suites as one vector."""

from __future__ import annotations

import numpy as np

from objectives._made import suite
from pyneuronautofit.objectives import joint_suite

ONE = suite(np.linspace(-80, -60, 3 * 200).reshape(3, 200), "OV", (50, 150))
TWO = suite(np.linspace(-90, -50, 2 * 300).reshape(2, 300), "OV", (50, 150))


def test_components_follow_each_other():
    found = joint_suite([ONE, TWO])
    assert found.markers == tuple("OOOVVVOOVV")
    assert found.n_scores == (3, 3, 2, 2)
    assert len(found.sweeps) == 5
    np.testing.assert_array_equal(found.bvalues, [*ONE.bvalues, *TWO.bvalues])
    sums = found.mode_sums(np.arange(10.0)[None])
    assert {code: each.tolist() for code, each in sums.items()} == {"O": [16.0], "V": [29.0]}


def test_one_is_itself():
    assert joint_suite([ONE]) is ONE
