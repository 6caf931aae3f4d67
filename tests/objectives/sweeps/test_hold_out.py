"""Which sweeps `--hold-out` names."""

from __future__ import annotations

import pytest

from objectives._made import recording
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives import EvaluationSettings, Mask, bind_suite, held_out_places
from pyneuronautofit.recordings import StimulusWindow

NUMBERS = (2, 3, 5, 7, 8, 9)


@pytest.mark.parametrize(
    ("spec", "places"),
    [
        (None, ()),
        ("3", (1,)),
        ("9,2", (0, 5)),
        ("3:8", (1, 2, 3)),
        (" 2 , 7:9 ", (0, 3, 4)),
        ("1/2", (1, 3, 5)),
        ("1/3", (1, 4)),
        ("1/5", (1,)),
    ],
)
def test_numbers_ranges_and_every_so_many(spec, places):
    assert held_out_places(spec, NUMBERS) == places


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("4", "there is no sweep 4; the recording has the sweeps 2-3, 5, 7-9"),
        ("20:30", "there is no sweep 20:30"),
        ("2:10", "holds out 6 of 6 sweeps; some have to be fitted"),
        ("1/1", "expected 1/2 for every second sweep"),
        ("1/0", "expected 1/2"),
        ("odd", "expected sweeps such as 1,3,5:8, or 1/3"),
        ("", "expected sweeps such as"),
    ],
)
def test_what_is_refused(spec, said):
    with pytest.raises(UsageError, match=said):
        held_out_places(spec, NUMBERS)


def test_no_mode_looks_at_them():
    made = recording([[float(k)] * 50 for k in range(4)])
    window = StimulusWindow(10, 30)
    settings = EvaluationSettings("VX", Mask(by_mode={"X": [1, 2]}), hold_out="2")
    suite = bind_suite(made, window, settings)
    assert [member.sweeps for member in suite.members] == [(0, 1, 3), (1,)]
    with pytest.raises(UsageError, match="--hold-out leaves no sweep for mode X"):
        bind_suite(made, window, EvaluationSettings("VX", Mask(by_mode={"X": [2]}), hold_out="2"))
