"""What the truth scores in units of the noise floor: the table and the picture of noise-floor.md.

    python benchmarks/noise_floor.py [--recordings N] [--figure FILE]

A Hodgkin-Huxley membrane is simulated under steps of current, and recorded many times with noise
that is not white. The truth, and the same membrane with 8 % less sodium conductance, are scored on
every recording.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from objectives.floor.cells import (  # noqa: E402 - it is beside the tests
    LEVELS,
    STEP_MS,
    coloured,
    floor_of,
    membrane,
    recorded,
    steps,
)
from pyneuronautofit.objectives.floor import in_floors  # noqa: E402

MODES = "OVCUDZSQRX"
NOISE_MV, NOISE_MS = 0.4, 2.0
GREY, BLUE, ORANGE = "0.6", "#0072b2", "#d55e00"

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Study:
    """How often which current is repeated, and what else varies.

    Attributes
    ----------
    name
    n_repeat
        Sweeps of each current.
    synaptic
        The standard deviation of a current that nobody records, uA/cm2; it is correlated over 5 ms.
    """

    name: str
    n_repeat: int
    synaptic: float = 0.0


STUDIES = (
    Study("no repeats", 1),
    Study("two of each", 2),
    Study("four of each", 4),
    Study("four, hidden current", 4, 0.1),
)


def main() -> None:
    """Score, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=50)
    parser.add_argument("--figure", type=Path)
    given = parser.parse_args()
    current = np.concatenate([steps(LEVELS)] * 2)
    both = membrane(current, np.repeat([120.0, 110.0], len(LEVELS)))
    truth, wrong = both[: len(LEVELS)], both[len(LEVELS) :]
    found = {}
    print(f"medians of {given.recordings} recordings, in noise floors")
    print(f"{'':22s}{'':8s}" + "".join(f"{code:>8s}" for code in MODES))
    for study in STUDIES:
        found[study.name] = scored(study, truth, wrong, given.recordings)
        for who, ratios in zip(("truth", "wrong"), found[study.name], strict=True):
            medians = "".join(f"{np.median(ratios[code]):8.3g}" for code in MODES)
            print(f"{study.name:22s}{who:8s}{medians}", flush=True)
    if given.figure is not None:
        draw(given.figure, truth, found)


def scored(
    study: Study, truth: Numbers, wrong: Numbers, n_recording: int
) -> list[dict[str, Numbers]]:
    """Return what truth and wrong model score: code -> (n_recording,) in floors."""
    current = steps(LEVELS).repeat(study.n_repeat, axis=0)
    models = np.stack([each.repeat(study.n_repeat, axis=0) for each in (truth, wrong)])
    found: tuple[list[dict[str, float]], ...] = ([], [])
    for seed in range(n_recording):
        voltage, noise, hidden = models[0], *drawn(study, seed, current.shape)
        if study.synaptic:
            voltage = membrane(current + hidden)
        suite, floor = floor_of(recorded(voltage + noise, current), MODES)
        scores = suite.score(models)
        for row, each in zip(scores, found, strict=True):
            sums = {c: float(v[0]) for c, v in suite.mode_sums(row[None]).items()}
            each.append(in_floors(sums, floor))
    return [{c: np.array([one[c] for one in each]) for c in MODES} for each in found]


def drawn(study: Study, seed: int, shape: tuple[int, int]) -> tuple[Numbers, Numbers]:
    """Return an amplifier's noise, mV, and a hidden current."""
    rng = np.random.default_rng(seed)
    return coloured(rng, shape, NOISE_MV, NOISE_MS), coloured(rng, shape, study.synaptic, 5.0)


def draw(path: Path, truth: Numbers, found: dict[str, list[dict[str, Numbers]]]) -> None:
    """Draw a recording, and how truth and wrong model score on all of them."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    time_ms = np.arange(truth.shape[1]) * STEP_MS
    noise = coloured(np.random.default_rng(0), truth.shape, NOISE_MV, NOISE_MS)
    left.plot(time_ms, (truth + noise)[1], color=GREY, linewidth=0.7, label="recording")
    left.plot(time_ms, truth[1], color=BLUE, linewidth=1.2, label="truth")
    left.set(xlabel="time (ms)", ylabel="voltage (mV)", xlim=(60, 110), ylim=(-68.5, -58))
    left.legend(frameon=False, loc="upper right")
    bins = np.geomspace(0.5, 5000, 61)
    for name, colour in zip(("no repeats", "two of each"), (GREY, BLUE), strict=True):
        true, wrong = found[name]
        right.hist(true["V"], bins, color=colour, alpha=0.6, label=f"truth, {name}")
    right.hist(wrong["V"], bins, color=ORANGE, alpha=0.6, label="8 % less sodium")
    right.axvline(1.0, color="black", linewidth=0.8)
    right.set(xscale="log", xlabel="V (noise floors)", ylabel="recordings")
    right.legend(frameon=False)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
