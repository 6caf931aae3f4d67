"""Keywords are the options of the command, all of them, as values of Python."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit._options import options_of
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.library.fitting import fit
from pyneuronautofit.library.keywords import OTHERWISE, FitKeywords, as_options, refuse_otherwise


def test_every_option_of_the_command_can_be_given():
    named = set(inspect.signature(fit).parameters)
    known = set(FitKeywords.__annotations__) | named
    missing = set(options_of(FitOptions)) - known - OTHERWISE.keys()
    assert not missing
    # And none that there is not.
    assert set(FitKeywords.__annotations__) <= set(options_of(FitOptions))
    assert not set(FitKeywords.__annotations__) & named


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("hold_out", [1, 3], "1,3"),
        ("hold_out", np.array([2]), "2"),
        ("hold_out", "1/3", "1/3"),
        ("sweeps", range(3), "0,1,2"),
        ("mask", {"V": [1, 2]}, "{'V': [1, 2]}"),
        ("weights", {"V": 2.0, "O": 1}, "V=2.0,O=1"),
        ("stimulus", [10, 20], (10.0, 20.0)),
        ("output", Path("a") / "b", "a/b"),
        ("generations", np.int64(4), 4),
        ("spike_threshold_mV", np.float32(-10), -10.0),
        ("collapse", True, True),
    ],
)
def test_values(name, value, wanted):
    assert as_options({name: value}, "fit") == {name: wanted}


def test_nothing_given_is_the_default():
    assert as_options({"seed": None, "hold_out": None}, "fit") == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("collapse", 1, "expected True or False"),
        ("stimulus", 5, "expected two numbers"),
        ("voltage_channel", 1.5, "expected a whole number or a text"),
        ("run_stamp", "a/b", "a part of a file's name"),
        ("n_worker", 0, "expected a number"),
        ("generationz", 3, "did you mean generations"),
        ("number_threads", 3, "here it is called n_worker"),
    ],
)
def test_mistakes(name, value, said):
    with pytest.raises(UsageError, match=said):
        as_options({name: value}, "fit")


def test_what_a_call_has_other_means_for():
    with pytest.raises(
        UsageError, match=r"fit\(figure=\.\.\.\): there is no such keyword; use Fit"
    ):
        refuse_otherwise({"figure": "x"}, "fit")
    refuse_otherwise({"extend": True}, "resume", ["extend"])
