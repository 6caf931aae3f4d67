"""A command line gives the options again that it was made from."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit._options import options_of
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.sessions.command import command_of, words_of


def read(words):
    return parse_config(FitOptions, words, "p", "d")


CHANGED = st.fixed_dictionaries(
    {"recording": st.sampled_from(["cell.abf", "-odd name.abf", "a/b:3,4"])},
    optional={
        "beside": st.lists(st.sampled_from(["x.abf", "-y.nwb"]), unique=True).map(tuple),
        "modes": st.sampled_from(["OV", "V"]),
        "hold_out": st.sampled_from(["1,3", "1/3", "-other.abf"]),
        "spike_threshold_mV": st.floats(-200, 200),
        "voltage_offset_mV": st.floats(-50, 50),
        "stimulus": st.tuples(st.floats(1, 50), st.floats(60, 100)),
        "mask": st.sampled_from(["{'V': [1, 2]}", "(0, 3)"]),
        "off_log_scale": st.booleans(),
        "generations": st.integers(0, 10**6),
        "seed": st.integers(0, 2**32),
        "run_stamp": st.sampled_from(["a b", "-x"]),
        "voltage_channel": st.sampled_from([0, "Vm pri"]),
        "algorithm": st.sampled_from(["Auto", "NSGA2"]),
        "tolerance_mV": st.floats(1e-4, 1.0),
    },
)


@given(CHANGED)
def test_the_options_come_back(changed):
    config = FitOptions(**changed)
    assert read(words_of(config)) == config


def test_it_can_be_pasted_into_a_shell():
    config = FitOptions(recording="my cell.abf", modes="OV", spike_threshold_mV=-10.0)
    command = command_of(config)
    assert command == "pyneuronautofit 'my cell.abf' --eval-mode OV --spike-threshold=-10.0"
    assert read(shlex.split(command)[1:]) == config


@pytest.mark.parametrize("name", sorted(options_of(FitOptions)))
def test_no_option_is_left_out(name):
    described, default = options_of(FitOptions)[name]
    value = {bool: not default, tuple: ("x",)}.get(type(default), "7")
    value = (7.0, 9.0) if described.count > 1 else value
    words = words_of(FitOptions(**{"recording": "r", name: value}))
    assert len(words) > (0 if name == "recording" else 1)
