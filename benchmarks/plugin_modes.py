"""What evaluation modes cost that are no built-in ones: functions of one's own, features of eFEL.

    python benchmarks/plugin_modes.py

Scores copies of the shipped recording, and prints ms per candidate of nine sweeps.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from pyneuronautofit.objectives import EvaluationSettings, bind_suite
from pyneuronautofit.plugins import active_plugins, objective
from pyneuronautofit.recordings import StimulusWindow, read_recording

RECORDING = Path(__file__).parents[1] / "examples" / "experimentaldata" / "TC-example.abf"
EFEL = (
    "AP_amplitude", "AP_width", "AHP_depth", "mean_frequency", "voltage_base", "spike_count",
    "AP_begin_voltage", "time_to_first_spike", "minimum_voltage", "steady_state_voltage_stimend",
)  # fmt: skip
N_CANDIDATE = 40


@objective
def alone(voltage_mV):
    """Highest voltage, a model at a time."""
    return voltage_mV.max(axis=1)


@objective(batched=True)
def together(voltage_mV):
    """Highest voltage, many models at a time."""
    return voltage_mV.max(axis=2)


def main() -> None:
    recording = read_recording(RECORDING)
    models = np.stack([recording.voltage_mV + k * 1e-3 for k in range(N_CANDIDATE)])
    one, ten = (f"{{efel:{EFEL[0]}}}", "".join(f"{{efel:{name}}}" for name in EFEL))
    with active_plugins(objectives=[alone, together]):
        for said, modes in (
            ("V, built in", "V"),
            ("O, built in", "O"),
            ("a function", "{alone}"),
            ("a batched function", "{together}"),
            ("one feature of eFEL", one),
            ("ten features of eFEL", ten),
        ):
            settings = EvaluationSettings(modes, spike_threshold_mV=-10.0)
            suite = bind_suite(recording, StimulusWindow(1000, 3199), settings)
            suite.score(models[:2])  # Compiles.
            start = time.perf_counter()
            suite.score(models)
            print(f"{said:22s} {(time.perf_counter() - start) / N_CANDIDATE * 1e3:8.3f} ms")


if __name__ == "__main__":
    main()
