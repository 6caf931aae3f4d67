"""The settings of the evaluation, and which modes read them."""

from __future__ import annotations

import dataclasses
import json
import typing

import numpy as np
import pytest

from objectives._made import suite
from pyneuronautofit._options import field_names, options_of
from pyneuronautofit.objectives import (
    ALL_MODES,
    OBJECTIVES,
    EvaluationOptions,
    EvaluationSettings,
    Mask,
    modes_that_read,
    read_settings,
)


def test_defaults_are_those_of_the_command_line():
    settings = EvaluationSettings()
    assert (settings.modes, settings.spike_count, settings.spike_threshold_mV) == ("RAMN", 2, 0.0)
    assert (settings.before_spike, settings.after_spike, settings.histogram_bins) == (70, 140, 12)
    assert (settings.spike_zoom, settings.collapse) == (None, False)
    assert settings.smoothing_kernel_ms == 20.0


def test_the_key_evaluation_of_result_files():
    settings = EvaluationSettings(
        "OV", Mask(rule=(1, 4)), hold_out="1,3", before_spike=40, after_spike=80,
        spike_threshold_mV=-10.0, spike_count=3, collapse=True, spike_zoom=2.5,
        downsampler="halve", histogram_bins=9, smoothing_kernel_ms=7.5,
    )  # fmt: skip
    assert settings.as_json() == {
        "mode": "OV",
        "mask": {"range": [1, 4]},
        "hold_out": "1,3",
        "prespike": 40,
        "postspike": 80,
        "spikethreshold": -10.0,
        "spikecount": 3,
        "collapse_tests": True,
        "spikeweight": 2.5,
        "downsampler": "halve",
        "vpvsize": 9,
        "smoothingkernel": 7.5,
    }
    assert json.loads(json.dumps(EvaluationSettings().as_json()))["downsampler"] is None


# What the suite does with the modes, whichever they are; and what is only written down.
OF_THE_SUITE = {"modes", "mask", "hold_out", "collapse", "downsampler"}
READ = sorted(set(field_names(EvaluationSettings)) - OF_THE_SUITE)
KINDS = typing.get_type_hints(EvaluationSettings)
ANOTHER = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    float: lambda value: value + 30.0,
}


def another(name):
    """A value that a setting does not have by default."""
    kind = next(k for k in typing.get_args(KINDS[name]) or (KINDS[name],) if k in ANOTHER)
    value = getattr(EvaluationSettings(), name)
    return ANOTHER[kind](kind() if value is None else value)


def vector(code, **changed):
    """The score of a made trace against another one; spikes are sparse, and of all heights."""
    rng = np.random.default_rng(3)
    voltage = rng.normal(-70.0, 1.0, (2, 3, 3000))
    # Triangles, 41 samples wide: where the threshold is higher they are shorter.
    heights = (rng.random(voltage.shape) < 0.002) * rng.uniform(60.0, 110.0, voltage.shape)
    for shift in range(-20, 21):
        voltage += np.roll(heights, shift, axis=2) * (1 - abs(shift) / 20)
    bound = suite(voltage[0], code, (600, 2400), **changed)
    return bound.score(voltage[1:]).tolist()


@pytest.mark.parametrize("code", OBJECTIVES)
@pytest.mark.parametrize("name", READ)
def test_a_mode_reads_what_it_says_and_nothing_else(code, name):
    changed = vector(code, **{name: another(name)}) != vector(code)
    assert changed == (name in field_names(OBJECTIVES[code]))
    assert changed == (code in modes_that_read(name))


@pytest.mark.parametrize("name", READ)
def test_somebody_reads_every_setting(name):
    assert modes_that_read(name)


@pytest.mark.parametrize("code", OBJECTIVES)
def test_a_mode_has_settings_of_the_evaluation_without_defaults_of_its_own(code):
    fields = dataclasses.fields(OBJECTIVES[code])
    assert {field.name for field in fields} <= set(READ)
    assert all(field.default is dataclasses.MISSING for field in fields)


def test_the_options_are_those_settings_that_have_flags():
    options = options_of(EvaluationOptions)
    settings = options_of(EvaluationSettings)
    assert list(options) == list(settings)
    assert set(field_names(EvaluationSettings)) - set(settings) == {"downsampler"}
    for name, (described, default) in options.items():
        assert described == settings[name][0]
        assert name == "mask" or default == settings[name][1]


def test_options_become_settings():
    options = EvaluationOptions(modes="XO", mask="{'O': (0, 1)}", smoothing_kernel_ms=7.0)
    assert read_settings(options) == EvaluationSettings(
        "XO", Mask(by_mode={"O": (0, 1)}), smoothing_kernel_ms=7.0
    )
    assert read_settings(EvaluationOptions(), modes="V", downsampler="halve") == EvaluationSettings(
        "V", downsampler="halve"
    )


def test_the_help_lists_every_mode():
    text = options_of(EvaluationOptions)["modes"][0].text
    for code, title in ALL_MODES.items():
        assert f"{code} - {title}" in text
