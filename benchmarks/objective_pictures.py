"""Draws what the evaluation modes look at, for docs/objectives.md.

    python benchmarks/objective_pictures.py [RECORDING [SWEEP [OUTPUT]]]

Without arguments: the shipped example recording, its sweep with the fewest spikes in the stimulus
(two or more), and docs/images/objectives.png.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pyneuronautofit.objectives import EvaluationSettings, bind_suite
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.phase_plane import phase_histogram
from pyneuronautofit.recordings import Recording, StimulusWindow, detect_stimulus, read_recording

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "experimentaldata" / "TC-example.abf"
OUTPUT = ROOT / "docs" / "images" / "objectives.png"

THRESHOLD_MV = -10.0
BEFORE_MS, AFTER_MS = 3.5, 7.0
SMOOTHING_MS = 20.0
BINS = 12
GREY, BLUE, ORANGE, GREEN, PURPLE = "0.35", "#0072b2", "#d55e00", "#009e73", "#aa4499"
DELAYS_MS = np.linspace(0, 12, 49)


@dataclass(frozen=True)
class Scene:
    """One sweep of a recording and where its spikes are.

    Attributes
    ----------
    recording, stimulus
    sweep
        Its number.
    time_ms, voltage_mV : ndarray, shape (n_sample,), ms and mV
    starts, ends : ndarray of int, shape (n_spike,)
        u and d.
    outside : ndarray of bool, shape (n_sample,)
        Samples in the window of no spike.
    before, after
        The window of a spike, in samples.
    """

    recording: Recording
    stimulus: StimulusWindow
    sweep: int
    time_ms: NDArray[np.float64]
    voltage_mV: NDArray[np.float64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    outside: NDArray[np.bool_]
    before: int
    after: int


def weakly_firing_sweep(recording: Recording) -> int:
    """Return the sweep with the fewest spikes in the stimulus, but two or more."""
    stimulus = detect_stimulus(recording.current_pA, recording.step_ms, recording.name)
    window = recording.voltage_mV[:, stimulus.first : stimulus.last + 1]
    counts = Candidates(np.array(window)[None]).spikes(THRESHOLD_MV).counts
    return int(np.where(counts >= 2, counts, counts.max() + 1).argmin())


def scene(recording: Recording, sweep: int) -> Scene:
    """Find what the panels show."""
    stimulus = detect_stimulus(recording.current_pA, recording.step_ms, recording.name)
    voltage = np.array(recording.voltage_mV[sweep])
    spikes = Candidates(voltage[None, None]).spikes(THRESHOLD_MV)
    before, after = (round(ms / recording.step_ms) for ms in (BEFORE_MS, AFTER_MS))
    outside = np.ones(len(voltage), dtype=bool)
    for u in spikes.starts:
        outside[max(u - before, 0) : u + after] = False
    return Scene(
        recording,
        stimulus,
        sweep,
        np.arange(len(voltage)) * recording.step_ms,
        voltage,
        spikes.starts,
        spikes.ends,
        outside,
        before,
        after,
    )


def leave_room_for_legend(axes: Axes) -> None:
    """Put the legend above the curves."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.25 * (high - low))
    axes.legend(loc="upper center", frameon=False, ncols=3, columnspacing=1.2, fontsize="small")


def show_parts(axes: Axes, shown: Scene) -> None:
    """Show rest, stimulus and what comes after."""
    first, last = (shown.time_ms[k] for k in (shown.stimulus.first, shown.stimulus.last))
    axes.plot(shown.time_ms, shown.voltage_mV, color=GREY, lw=0.7)
    end = shown.time_ms[-1]
    for begin, stop, color, text in [
        (0, first, BLUE, "R"),
        (first, last, ORANGE, "M C Q\nF S A W"),
        (last, end, GREEN, "L D"),
    ]:
        axes.axvspan(begin, stop, color=color, alpha=0.13, lw=0)
        axes.text((begin + stop) / 2, 1.02, text, color=color, ha="center", va="bottom",
                  weight="bold", transform=axes.get_xaxis_transform())  # fmt: skip
    axes.set_title("a  parts of the sweep (all of it: O N T U V X Z P)", loc="left", pad=34)


def show_events(axes: Axes, shown: Scene) -> None:
    """Show times and widths of the first spikes."""
    begin, stop = shown.starts[0] - 3 * shown.before, shown.ends[:2][-1] + 3 * shown.after
    part = slice(max(begin, 0), stop)
    axes.plot(shown.time_ms[part], shown.voltage_mV[part], color=GREY, lw=1)
    axes.axhline(THRESHOLD_MV, color=BLUE, lw=0.8, ls="--")
    axes.text(shown.time_ms[part][-1], THRESHOLD_MV + 2, "threshold -t", color=BLUE, ha="right")
    for number, (u, d) in enumerate(zip(shown.starts[:2], shown.ends[:2])):
        width, time = ("width d - u (W)", "time of u (T)") if number == 0 else (None, None)
        level = [THRESHOLD_MV, THRESHOLD_MV]
        axes.plot(shown.time_ms[[u, d]], level, color=ORANGE, lw=5, label=width)
        axes.plot(shown.time_ms[u], THRESHOLD_MV, "o", color=PURPLE, ms=6, label=time)
    leave_room_for_legend(axes)
    axes.set_title("b  spikes as events (O N F: how many)", loc="left")


def show_shapes(axes: Axes, shown: Scene) -> None:
    """Show single spikes and their mean."""
    time = (np.arange(shown.before + shown.after) - shown.before) * shown.recording.step_ms
    found = [
        shown.voltage_mV[u - shown.before : u + shown.after]
        for u in shown.starts
        if shown.stimulus.first <= u <= shown.stimulus.last
    ]
    for number, shape in enumerate(found):
        color, label = (GREY, "single spikes (S: the first -c)") if number < 2 else ("0.8", None)
        axes.plot(time, shape, color=color, lw=1, label=label if number == 0 else None)
    axes.plot(time, np.mean(found, axis=0), color=ORANGE, lw=2, label="mean of all (A)")
    axes.axvline(0, color=BLUE, lw=0.8, ls="--")
    leave_room_for_legend(axes)
    axes.set_title("c  spike shapes, -l before and -r from u", loc="left")
    axes.set_xlabel("ms from the crossing")


def show_voltages(axes: Axes, shown: Scene) -> None:
    """Show what is left without spikes, and the moving average."""
    half = round(SMOOTHING_MS / shown.recording.step_ms / 2)
    ones = np.ones(2 * half + 1)
    lengths = np.convolve(np.ones_like(shown.voltage_mV), ones, "same")
    smooth = np.convolve(shown.voltage_mV, ones, "same") / lengths
    axes.plot(shown.time_ms, shown.voltage_mV, color="0.8", lw=0.7, label="voltage (V)")
    without = np.where(shown.outside, shown.voltage_mV, np.nan)
    axes.plot(shown.time_ms, without, color=BLUE, lw=1, label="without spikes (U)")
    axes.plot(shown.time_ms, smooth, color=ORANGE, lw=1.5, label="20 ms average (X)")
    margin = 0.1 * shown.time_ms[-1]
    first, last = (shown.time_ms[k] for k in (shown.stimulus.first, shown.stimulus.last))
    axes.set_xlim(max(first - margin, 0), last + margin)
    leave_room_for_legend(axes)
    axes.set_title("d  voltages, sample by sample", loc="left")


def show_phase_plane(axes: Axes, shown: Scene) -> None:
    """Show the histogram of mode P."""
    v = (shown.voltage_mV[1:] + shown.voltage_mV[:-1]) / 2
    slope = np.diff(shown.voltage_mV) / shown.recording.step_ms
    edges = [np.linspace(part.min(), part.max(), BINS + 1) for part in (v, slope)]
    points = phase_histogram(shown.voltage_mV, shown.recording.step_ms, *edges)
    drawn = np.log10(np.where(points > 0, points, np.nan))
    mesh = axes.pcolormesh(*edges, drawn.T, cmap="viridis", vmin=0)
    axes.plot(v, slope, color="0.6", lw=0.4)
    axes.figure.colorbar(mesh, ax=axes, label="log10 points")
    axes.set_xlabel("v, mV")
    axes.set_ylabel("dv/dt, mV/ms")
    axes.set_title(f"e  phase plane (P Q), {BINS} bins per axis (-Q)", loc="left")


def show_delays(axes: Axes, shown: Scene) -> None:
    """Show how modes grow when the recording itself is delayed: right but for its timing."""
    voltage = shown.recording.voltage_mV
    shifts = np.round(DELAYS_MS / shown.recording.step_ms).astype(int)
    places = np.arange(voltage.shape[1]) - shifts[:, None]
    late = voltage[:, np.maximum(places, 0)].transpose(1, 0, 2)
    rest = voltage[:, : shown.stimulus.first].mean(axis=1, keepdims=True)
    silent = np.broadcast_to(rest, voltage.shape)
    settings = EvaluationSettings(
        "VTUXP", spike_threshold_mV=THRESHOLD_MV, spike_count=2,
        before_spike=shown.before, after_spike=shown.after, collapse=True,
    )  # fmt: skip
    suite = bind_suite(shown.recording, shown.stimulus, settings)
    *curves, unit = suite.score(np.concatenate([late, silent[None]]))
    for code, curve, color in zip(
        suite.markers, np.transpose(curves / unit), (GREY, PURPLE, BLUE, ORANGE, GREEN)
    ):
        axes.plot(DELAYS_MS, curve, color=color, lw=1.8, label=code)
    axes.axhline(1, color="0.6", lw=0.8, ls="--")
    leave_room_for_legend(axes)
    axes.set_xlabel("delay of the whole voltage, ms")
    axes.set_ylabel("score / score of a silent model")
    axes.set_title("f  right but late (all sweeps, -e)", loc="left")


def draw(shown: Scene, output: Path) -> None:
    """Draw the six panels."""
    figure, grid = plt.subplots(3, 2, figsize=(11, 11), layout="constrained")
    panels = (show_parts, show_events, show_shapes, show_voltages, show_phase_plane, show_delays)
    for axes, show in zip(grid.flat, panels):
        show(axes, shown)
        axes.spines[["top", "right"]].set_visible(False)
        if not axes.get_xlabel():
            axes.set_xlabel("ms")
        if not axes.get_ylabel():
            axes.set_ylabel("mV")
    output.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(output, dpi=110)


def main(arguments: list[str]) -> None:
    """Draw."""
    recording = read_recording(Path(arguments[0]) if arguments else EXAMPLE)
    sweep = int(arguments[1]) if len(arguments) > 1 else weakly_firing_sweep(recording)
    output = Path(arguments[2]) if len(arguments) > 2 else OUTPUT
    draw(scene(recording, sweep), output)
    print(f"{output}: sweep {sweep} of {recording.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
