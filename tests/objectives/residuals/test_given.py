"""What the user says modes and sweeps count."""

from __future__ import annotations

import re

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives.residuals import GivenWeights, read_weights
from pyneuronautofit.objectives.residuals.given import named_sweeps


def test_nothing_is_said():
    assert read_weights(None, "OV") == GivenWeights({}, {})


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
    assert read_weights(text, "OV") == GivenWeights(expected)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ""), ("O", "O"), ("O=", "O="), ("O=1,", ""), ("R=1", "R=1"), ("OV=1", "OV=1"),
        ("O=x", "O=x"), ("O=-1", "O=-1"), ("O=nan", "O=nan"), ("O=inf", "O=inf"),
        ("O=1e12", "O=1e12"), ("=1", "=1"), ("O:1", "O:1"), ("@=1", "@=1"), ("@3", "@3"),
        ("@3=x", "@3=x"), ("@3=-1", "@3=-1"), ("V,@3=1", "V"),
    ],
)  # fmt: skip
def test_what_is_no_weight(text, found):
    expected = (
        f"--weights {text}: expected MODE=WEIGHT,.. with modes of -m (O, V), or @SWEEP=WEIGHT, and "
        f"weights of at least 0, such as O=1,@3=0.5; found {found!r}"
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
    assert read_weights("O=0", "OV").modes


@pytest.mark.parametrize(
    ("text", "modes", "sweeps"),
    [
        ("V=2,@3=0.5", {"V": 2.0}, {"3": 0.5}),
        ("@0:5=2,@cell.abf=0,@b.nwb:3=1", {}, {"0:5": 2.0, "cell.abf": 0.0, "b.nwb:3": 1.0}),
        ("@a,b.abf:1=2", {}, {"a,b.abf:1": 2.0}),
        ("@a=b.abf=2", {}, {"a=b.abf": 2.0}),
        ("{a,b}=3,V=1", {"{a,b}": 3.0, "V": 1.0}, {}),
    ],
)
def test_sweeps_recordings_and_modes_with_names(text, modes, sweeps):
    assert read_weights(text, ["O", "V", "{a,b}"]) == GivenWeights(modes, sweeps)


def test_a_sweep_twice():
    with pytest.raises(UsageError, match=r"--weights @3=1,@3=2: the sweep @3 is there twice"):
        read_weights("@3=1,@3=2", "OV")


def test_which_sweeps_are_meant():
    names = ("cell.abf", "cell.abf:3")
    assert named_sweeps("3", names) == (None, range(3, 4))
    assert named_sweeps("0:5", names) == (None, range(5))
    assert named_sweeps("cell.abf", names) == ("cell.abf", None)
    assert named_sweeps("cell.abf:7", names) == ("cell.abf", range(7, 8))
    # The longest name that is one.
    assert named_sweeps("cell.abf:3", names) == ("cell.abf:3", None)
    assert named_sweeps("cell.abf:3:2:9", names) == ("cell.abf:3", range(2, 9))


@pytest.mark.parametrize("word", ["cel.abf", "cell.abf:x", "1-3", "9" * 20])
def test_what_are_no_sweeps(word):
    with pytest.raises(UsageError, match=re.escape(f"--weights @{word}: ")):
        named_sweeps(word, ("cell.abf",))
