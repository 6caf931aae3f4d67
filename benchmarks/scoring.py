"""How long the evaluation modes take, in ms per candidate on one core.

    python benchmarks/scoring.py [RECORDING [START STOP]] [--traces FILE] [--block N]

Scores candidates against a recording (START and STOP of the stimulus in ms; detected if not given),
or else against an invented one of 17 sweeps of 60,000 samples. The candidates are those of FILE, as
`simulate MODELS RECORDING -o FILE` writes it: more of them than the cache holds tell most. Without
it they are the recording itself, its sweeps exchanged. They are scored N at a time (4), as by one
of a simulator's threads. Prints the median and the shortest of several repeats, for the modes that
are mostly used, for all that the original had, for all, and for every mode alone; the time that one
thread was at work, so that the company on the machine shows little. Before that, how long the first
call took, which compiles what is not in the cache yet.

Another version of the package is measured with its `src` in front: PYTHONPATH=OTHER/src.
"""

from __future__ import annotations

import argparse
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
N_REPEAT = 15
COMPOSITE = ("OV", "RAMN", "OTSAWV", "RALMNOTSWUVCDZPQ", "".join(ALL_MODES))


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


def load(path: str | None, window_ms: list[float]) -> tuple[Recording, StimulusWindow]:
    """Return what the command line asks for."""
    recording = read_recording(Path(path)) if path else invented_recording()
    if window_ms:
        window = stimulus_from_times(*window_ms, recording.step_ms, recording.n_sample)
        return recording, window
    return recording, detect_stimulus(recording.current_pA, recording.step_ms, recording.name)


def load_traces(path: str | None, recording: Recording) -> np.ndarray:
    """Return candidates, (n_cand, n_sweep, n_sample), mV."""
    if path is not None:
        with np.load(path) as file:
            return np.ascontiguousarray(file["voltage"], dtype=np.float64)
    return np.stack([np.roll(recording.voltage_mV, -k, axis=0) for k in range(N_CANDIDATE)])


def measure(
    recording: Recording, stimulus: StimulusWindow, modes: str, traces: np.ndarray, block: int
) -> tuple[float, float, float]:
    """Return first call in s, median and minimum in ms per candidate."""
    settings = EvaluationSettings(modes=modes, spike_count=3, spike_threshold_mV=-10.0)
    begin = time.perf_counter()
    suite = bind_suite(recording, stimulus, settings)
    suite.score(traces)
    first = time.perf_counter() - begin
    times = []
    for _ in range(N_REPEAT):
        begin = time.thread_time()
        for start in range(0, len(traces), block):
            suite.score(traces[start : start + block])
        times.append((time.thread_time() - begin) / len(traces) * 1e3)
    return first, float(np.median(times)), min(times)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", nargs="?")
    parser.add_argument("window_ms", nargs="*", type=float, metavar="START STOP")
    parser.add_argument("--traces")
    parser.add_argument("--block", type=int, default=N_CANDIDATE)
    given = parser.parse_args()
    recording, stimulus = load(given.recording, given.window_ms)
    traces = load_traces(given.traces, recording)
    print(
        f"{recording.name}: {recording.n_sweep} sweeps of {recording.n_sample} samples; "
        f"{len(traces)} candidates, {given.block} at a time"
    )
    print(f"{'modes':18s} {'bind + first':>12s} {'median':>8s} {'fastest':>8s}")
    for modes in (*COMPOSITE, *ALL_MODES):
        first, median, fastest = measure(recording, stimulus, modes, traces, given.block)
        print(f"{modes:18s} {first:10.2f} s {median:8.3f} {fastest:8.3f}")


if __name__ == "__main__":
    main()
