"""What `--sweeps` may say."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings import SweepChoice
from pyneuronautofit.recordings.selection.choice import family, stimuli_of
from recordings.selection._made import recording, squares, sweep

MIXED = recording(
    *squares((3, 4), "Long Square"), *squares((5, 8), "Ramp 1"), sweep(9, stimulus="7"), sweep(12)
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", (3,)),
        ("8,3", (3, 8)),
        ("3:8", (3, 4, 5)),
        (" 12 , 4:6 ", (4, 5, 12)),
        ("Long Square", (3, 4)),
        ("long square,9", (3, 4, 9)),
        ("ramp", (5, 8)),
        ("Ramp 1", (5, 8)),
        ("7", (9,)),  # the name of a stimulus goes before a number
    ],
)
def test_numbers_ranges_and_names(text, numbers):
    assert tuple(each.number for each in SweepChoice(text).of(MIXED)) == numbers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("6", r"--sweeps 6: cell.nwb has no sweep 6; it has the sweeps 3-5, 8-9, 12, with the sti"),
        (
            "Long Sqare",
            "has no sweep Long Sqare; .*'Long Square' .2., .*Did you mean 'Long Square'",
        ),
        ("20:30", "has no sweep 20:30"),
        ("3,,4", "nothing between two commas"),
        ("", "nothing between two commas, or nothing at all"),
        ("9" * 40, "whole number"),
    ],
)
def test_what_is_not_there(text, said):
    with pytest.raises(UsageError, match=said):
        SweepChoice(text).of(MIXED)


def test_by_its_very_number():
    choice = SweepChoice("3,5:9,Ramp")
    assert [number for number in range(10) if choice.names(number)] == [3]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Long Square", "long square"),
        ("Long Square 12", "long square"),
        ("C1LSCOARSE150216[12]", "c1lscoarse"),
        ("X1PS_SubThresh_DA_0", "x1ps_subthresh_da"),
        ("step (3)", "step"),
        ("42", "42"),
        ("", ""),
    ],
)
def test_families(name, found):
    assert family(name) == found


def test_stimuli_are_counted():
    assert stimuli_of(MIXED) == {"Long Square": 2, "Ramp 1": 2, "7": 1}
