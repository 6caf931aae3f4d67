"""What the user says modes count."""

from __future__ import annotations

import re

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import SearchSettings, read_weights


def test_nothing_is_said():
    assert read_weights(None, "OV") == {}
    assert SearchSettings().weights is None
    assert SearchSettings().polish == 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O=1,V=0.01", {"O": 1.0, "V": 0.01}),
        (" V = 2e-3 ", {"V": 0.002}),
        ("O=0", {"O": 0.0}),
        ("O=0,V=1", {"O": 0.0, "V": 1.0}),
    ],
)
def test_weights(text, expected):
    assert read_weights(text, "OV") == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ""), ("O", "O"), ("O=", "O="), ("O=1,", ""), ("R=1", "R=1"), ("OV=1", "OV=1"),
        ("O=x", "O=x"), ("O=-1", "O=-1"), ("O=nan", "O=nan"), ("O=inf", "O=inf"),
        ("O=1e12", "O=1e12"), ("=1", "=1"), ("O:1", "O:1"),
    ],
)  # fmt: skip
def test_what_is_no_weight(text, found):
    expected = (
        f"--weights {text}: expected MODE=WEIGHT,.. with modes of -m (O, V) and weights of at "
        f"least 0, such as O=1; found {found!r}"
    )
    with pytest.raises(UsageError, match=re.escape(expected)):
        read_weights(text, "OV")


def test_a_mode_twice():
    with pytest.raises(UsageError, match="--weights O=1,O=2: the mode O is there twice"):
        read_weights("O=1,O=2", "OV")


def test_nothing_counts_anything():
    with pytest.raises(UsageError, match="--weights O=0,V=0: some mode has to count something"):
        read_weights("O=0,V=0", "OV")
    # The other mode counts as usual.
    assert read_weights("O=0", "OV")
