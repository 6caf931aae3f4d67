"""`compare`: against vectors that this program did not compute, and its forms of input."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit.objectives import OBJECTIVES
from pyneuronautofit.recordings import read_recording


def responses(recording, kind):
    """Make the model of a golden case from the recording itself."""
    voltage = recording.voltage_mV
    if kind.startswith("roll"):
        return np.roll(voltage, -int(kind[4:]), axis=0)
    if kind.startswith("delay"):
        shift = int(kind[5:])
        return np.concatenate([np.repeat(voltage[:, :1], shift, 1), voltage[:, :-shift]], axis=1)
    return voltage


def flags(settings, stimulus, step_ms):
    """Turn the settings of a golden case into a command line."""
    given = {
        "-l": settings["prespike"],
        "-r": settings["postspike"],
        "-t": settings["spikethreshold"],
        "-c": settings["spikecount"],
        "-Q": settings["vpvsize"],
    }
    words = [word for flag, value in given.items() for word in (flag, value)]
    if settings.get("mask") is not None:
        words += ["-k", _mask(settings["mask"])]
    if settings.get("spikeweight") is not None:
        words += ["-z", settings["spikeweight"]]
    if settings["collapse_tests"]:
        words.append("-e")
    return [*words, "--stimulus", stimulus[0] * step_ms, (stimulus[1] + 1) * step_ms]


def _mask(mask):
    """A pair of numbers stands for a range where the original had a tuple."""
    if isinstance(mask, list) and mask == [2, 5]:
        return "(2, 5)"
    if isinstance(mask, dict):
        inner = {k: tuple(v) if k == "V" and v == [1, 4] else v for k, v in mask.items()}
        return repr(inner)
    return repr(mask)


def golden_cases(shared):
    cases = json.loads((shared / "golden" / "evaluation.json").read_text())
    return [case for case in cases if set(case["settings"]["mode"]) <= set(OBJECTIVES)]


def test_golden_vectors(shared, command, tmp_path):
    cases = golden_cases(shared)
    assert len(cases) == 152
    recordings = {}
    for case in cases:
        path = shared / "data" / case["recording"]
        recording = recordings.setdefault(path, read_recording(path))
        model = tmp_path / f"{path.stem}-{case['model']}.npz"
        if not model.exists():
            np.savez(model, voltage=responses(recording, case["model"]), dt=recording.step_ms)
        words = flags(case["settings"], case["stimulus"], recording.step_ms)
        answer = command("compare", "-m", case["settings"]["mode"], *words, path, model)
        assert answer.code == 0, answer.err
        found = json.loads(answer.out)
        assert found["marks"] == case["marks"]
        np.testing.assert_allclose(found["vector"], case["vector"], rtol=1e-9, atol=1e-9)


def test_several_models_give_a_vector_each(command, recording, tmp_path):
    with np.load(recording) as arrays:
        voltage = arrays["voltage"]
    models = np.stack([voltage, voltage + 2.0, np.full_like(voltage, np.nan)])
    np.savez(tmp_path / "y.npz", voltage=models)
    found = json.loads(command("compare", "-m", "VO", recording, tmp_path / "y.npz").out)
    assert found["marks"] == "VVVOOO"
    equal, shifted, failed = found["vector"]
    assert equal == [0.0] * 6
    np.testing.assert_allclose(shifted, [4.0, 4.0, 4.0, 0.0, 0.0, 0.0])
    assert failed == [None] * 6


@pytest.mark.parametrize("form", ["json", "npz"])
def test_forms_of_responses(form, command, recording, tmp_path):
    with np.load(recording) as arrays:
        voltage = arrays["voltage"]
    path = tmp_path / f"y.{form}"
    if form == "json":
        path.write_text(json.dumps({"voltage": (voltage + 1.0).tolist(), "dt": 0.1}))
    else:
        np.savez(path, voltage=voltage + 1.0, dt=0.1)
    answer = command("compare", "-m", "V", "-e", recording, path)
    np.testing.assert_allclose(json.loads(answer.out)["vector"], [1.0])
