"""What the user says about the number that is minimised: nothing, as a rule."""

from __future__ import annotations

from pyneuronautofit.optimisers import SearchSettings


def test_nothing_is_said():
    assert SearchSettings().weights is None
    assert SearchSettings().polish == 0.0
