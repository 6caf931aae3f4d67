"""What modes count, as a user writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import read_weights


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (None, {}),
        ("O=1", {"O": 1.0}),
        (" O = 2 , V=1e-2 ", {"O": 2.0, "V": 0.01}),
        ("O=0", {"O": 0.0}),
    ],
)
def test_weights_by_mode(words, found):
    assert read_weights(words, "OV") == found


@pytest.mark.parametrize(
    "words",
    [
        "",
        "O",
        "O=",
        "=1",
        "O=one",
        "O=-1",
        "O=nan",
        "O=inf",
        "O=1e12",
        "R=1",
        "OV=1",
        "o=1",
        "O=1,",
    ],
)
def test_what_is_not_understood(words):
    with pytest.raises(UsageError, match=r"^--weights .*expected MODE=WEIGHT,.*such as O=1; found"):
        read_weights(words, "OV")


def test_what_makes_no_sense_together():
    with pytest.raises(UsageError, match="the mode O is there twice"):
        read_weights("O=1,V=2,O=1", "OV")
    with pytest.raises(UsageError, match="some mode has to count something"):
        read_weights("O=0,V=0", "OV")


@given(st.text())
def test_any_text_is_weights_or_an_error_of_ours(words):
    try:
        found = read_weights(words, "OV")
    except UsageError:
        return
    assert set(found) <= set("OV")
