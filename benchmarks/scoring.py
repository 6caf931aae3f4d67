"""How long the evaluation modes take, in ms per candidate on one core.

    python benchmarks/scoring.py [RECORDING [START STOP]]

Scores candidates against a recording (START and STOP of the stimulus in ms; detected if not given),
or else against an invented one of 17 sweeps of 60,000 samples. The candidates are the recording
itself, its sweeps exchanged. Prints the median and the shortest of several repeats, for the modes
that are mostly used, for all that the original had, and for every mode alone; and how long the
first call took, which compiles what is not in the cache yet.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from pyneuronautofit.objectives import ALL_MODES, EvaluationSettings, bind_suite
from pyneuronautofit.recordings import (
    Recording,
    StimulusWindow,
    detect_stimulus,
    read_recording,
    stimulus_from_times,
)

N_CANDIDATE = 4
N_REPEAT = 9
COMPOSITE = ("OV", "RAMN", "RALMNOTSWUVCDZPQ")


def invented_recording() -> Recording:
    """Return 17 sweeps of 3 s: rest, a step of 500 ms with ever more spikes, rest."""
    step_ms, n_sweep, n_sample = 0.05, 17, 60_000
    first, last = 32_936, 42_935
    generator = np.random.default_rng(1)
    voltage = -70.0 + generator.normal(0.0, 0.1, (n_sweep, n_sample)).cumsum(axis=1) / 20
    current = np.zeros((n_sweep, n_sample))
    spike = 100.0 * np.exp(-(((np.arange(80) - 20) / 12.0) ** 2))
    for sweep in range(n_sweep):
        current[sweep, first : last + 1] = 25.0 * (sweep - 4)
        voltage[sweep, first : last + 1] += 2.0 * (sweep - 4)
        for begin in np.linspace(first, last - 200, 2 * sweep + 1)[1:].astype(int):
            voltage[sweep, begin : begin + 80] += spike
    return Recording("invented", voltage, current, step_ms)


def load(arguments: list[str]) -> tuple[Recording, StimulusWindow]:
    """Return what the command line asks for."""
    recording = read_recording(Path(arguments[0])) if arguments else invented_recording()
    if len(arguments) == 3:
        start, stop = map(float, arguments[1:])
        return recording, stimulus_from_times(start, stop, recording.step_ms, recording.n_sample)
    return recording, detect_stimulus(recording.current_pA, recording.name, recording.step_ms)


def measure(
    recording: Recording, stimulus: StimulusWindow, modes: str
) -> tuple[float, float, float]:
    """Return first call in s, median and minimum in ms per candidate."""
    settings = EvaluationSettings(modes=modes, spike_count=3, spike_threshold_mV=-10.0)
    begin = time.perf_counter()
    suite = bind_suite(recording, stimulus, settings)
    voltage = recording.voltage_mV[list(suite.sweeps)]
    traces = np.stack([np.roll(voltage, -k, axis=0) for k in range(N_CANDIDATE)])
    suite.score(traces)
    first = time.perf_counter() - begin
    times = []
    for _ in range(N_REPEAT):
        begin = time.perf_counter()
        suite.score(traces)
        times.append((time.perf_counter() - begin) / N_CANDIDATE * 1e3)
    return first, float(np.median(times)), min(times)


def main(arguments: list[str]) -> None:
    """Measure."""
    recording, stimulus = load(arguments)
    print(f"{recording.name}: {recording.n_sweep} sweeps of {recording.n_sample} samples")
    print(f"{'modes':18s} {'bind + first':>12s} {'median':>8s} {'fastest':>8s}")
    for modes in (*COMPOSITE, *ALL_MODES):
        first, median, fastest = measure(recording, stimulus, modes)
        print(f"{modes:18s} {first:10.2f} s {median:8.3f} {fastest:8.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
