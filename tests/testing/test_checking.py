"""Running checks."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.testing.checking import name_of, require, run_all


def it_holds(case):
    require(case, "it is nothing")


def it_breaks(case):
    raise KeyError(case)


def it_is_refused(case):
    raise UsageError("no mode")


def test_all_that_is_wrong_is_said():
    run_all([it_holds], 3, "the number")
    with pytest.raises(AssertionError) as failed:
        run_all([it_holds, it_breaks, it_is_refused, it_is_refused], 0, "the number")
    text = str(failed.value)
    assert text.startswith("the number fails 4 of 4 checks:\n- it holds: it is nothing\n")
    assert f"- it breaks: {__file__}:" in text
    assert text.endswith("KeyError: 0\n- it is refused: no mode\n- it is refused: the same")


def test_names():
    assert name_of(it_is_refused) == "it is refused"
