"""Draws the pictures of docs/recordings.md.

    python docs/make_recording_figures.py [FOLDER]

Without FOLDER: docs/images. `windows.png` has four protocols of seven sweeps each, with the
stimulus and the holding current that are found in them; `sweeps.png` is what `sweeps --figure`
draws of the shipped recording.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from pyneuronautofit.cli.main import main as command
from pyneuronautofit.recordings import Recording, detect_stimulus, holding_current

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "experimentaldata" / "TC-example.abf"
STEP_MS, N_SAMPLE, N_SWEEP = 0.1, 10_000, 7
HELD, FAMILY_PA = -30.0, np.linspace(-150.0, 150.0, N_SWEEP)


def _square(current: np.ndarray, first_ms: float, last_ms: float, pA: np.ndarray | float) -> None:
    current[:, round(first_ms / STEP_MS) : round(last_ms / STEP_MS)] += np.reshape(pA, (-1, 1))


def _test_pulse(current: np.ndarray) -> None:
    _square(current, 50, 100, -60.0)
    _square(current, 300, 700, FAMILY_PA)


def _pre_pulse(current: np.ndarray) -> None:
    _square(current, 100, 350, -120.0)
    _square(current, 400, 800, FAMILY_PA)


def _ramps(current: np.ndarray) -> None:
    time_ms = np.arange(N_SAMPLE) * STEP_MS
    current += np.interp(time_ms, (200, 800, 800.1), (0, 1, 0)) * FAMILY_PA[:, None]


def _trains(current: np.ndarray) -> None:
    for begin in range(200, 800, 100):
        _square(current, begin, begin + 20, FAMILY_PA)


PROTOCOLS: dict[str, Callable[[np.ndarray], None]] = {
    "a test pulse before the steps": _test_pulse,
    "a pre-pulse that is the same in all": _pre_pulse,
    "ramps": _ramps,
    "trains": _trains,
}


def windows(path: Path) -> None:
    """Draw the protocols, with what is found in them."""
    figure, panels = plt.subplots(2, 2, figsize=(9, 5), sharex=True, sharey=True)
    rng = np.random.default_rng(1)
    for axes, (title, play) in zip(panels.flat, PROTOCOLS.items(), strict=True):
        current = np.full((N_SWEEP, N_SAMPLE), HELD)
        play(current)
        current += rng.normal(0.0, 4.0, current.shape)
        window = detect_stimulus(current, STEP_MS, title)
        recording = Recording(title, np.full_like(current, -70.0), current, STEP_MS)
        held = holding_current(recording, window)
        for sweep in current:
            axes.plot(np.arange(N_SAMPLE) * STEP_MS, sweep, color="0.4", linewidth=0.3)
        first_ms, last_ms = window.times_ms(STEP_MS)
        axes.axvspan(first_ms, last_ms, color="tab:orange", alpha=0.2, linewidth=0)
        axes.axhline(float(held[0]), color="tab:blue", linewidth=1)
        axes.set_title(f"{title}: {first_ms:g} to {last_ms:g} ms, {held[0]:g} pA", fontsize=9)
    for axes in panels[-1]:
        axes.set_xlabel("time, ms")
    for axes in panels[:, 0]:
        axes.set_ylabel("current, pA")
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def main(folder: Path) -> None:
    """Draw both pictures."""
    windows(folder / "windows.png")
    command(["sweeps", str(EXAMPLE), "-t", "-10", "--figure", str(folder / "sweeps.png")])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images")
