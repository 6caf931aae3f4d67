import json

from pyneuronautofit.objectives import EvaluationSettings, Mask


def test_defaults_are_those_of_the_command_line():
    settings = EvaluationSettings()
    assert (settings.modes, settings.spike_count, settings.spike_threshold_mV) == ("RAMN", 2, 0.0)
    assert (settings.before_spike, settings.after_spike, settings.histogram_bins) == (70, 140, 12)
    assert (settings.spike_zoom, settings.collapse) == (None, False)
    assert settings.smoothing_kernel_ms == 20.0


def test_the_key_evaluation_of_result_files():
    settings = EvaluationSettings(
        "OV", Mask(rule=(1, 4)), before_spike=40, after_spike=80, spike_threshold_mV=-10.0,
        spike_count=3, collapse=True, spike_zoom=2.5, downsampler="halve", histogram_bins=9,
        smoothing_kernel_ms=7.5,
    )  # fmt: skip
    assert settings.as_json() == {
        "mode": "OV",
        "mask": {"range": [1, 4]},
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
