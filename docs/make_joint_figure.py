"""Draws the picture of docs/joint-fits.md: what cells share, found together and each by itself.

    python docs/make_joint_figure.py RESULTS.json [OUTPUT]

RESULTS.json is written by `benchmarks/joint_fit.py --json`. Without OUTPUT:
docs/images/joint-fits.png.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from joint_fit import SHARED, errors_of

OUTPUT = Path(__file__).parent / "images" / "joint-fits.png"
JOINT, ALONE, MEAN = "#d55e00", "#0072b2", "#7f7f7f"
_NAMES = ("sodium", "potassium")


def draw(results: list[dict], path: Path) -> None:
    """Draw estimates of every seed, and their errors."""
    figure, (*panels, last) = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
    for axes, name, called in zip(panels, SHARED, _NAMES, strict=True):
        for place, found in enumerate(results):
            true = found["truth"][name]
            alone = [100 * (each[name] / true - 1) for each in found["alone"]]
            axes.plot([place] * len(alone), alone, "o", color=ALONE, mfc="none", ms=6)
            axes.plot(place, 100 * (found["joint"][name] / true - 1), "D", color=JOINT, ms=6)
        axes.axhline(0.0, color="0.6", lw=0.8)
        axes.set_title(f"density of {called} channels", fontsize=10)
        axes.set_ylabel("error, %")
    errors = [errors_of(found) for found in results]
    lines = (
        ("together", JOINT, "D", [100 * joint for joint, _alone, _mean in errors]),
        ("each by itself", ALONE, "o", [100 * np.mean(alone) for _joint, alone, _mean in errors]),
        ("mean of separate fits", MEAN, "s", [100 * mean for _joint, _alone, mean in errors]),
    )
    for label, colour, marker, values in lines:
        last.plot(range(len(values)), values, marker, color=colour, label=label, ms=6)
        last.axhline(float(np.median(values)), color=colour, lw=1, ls=":")
    last.set_title("error of both, and medians", fontsize=10)
    last.set_ylabel("mean absolute error, %")
    last.set_yscale("log")
    last.yaxis.set_major_formatter("{x:g}")
    last.legend(fontsize=8)
    for axes in (*panels, last):
        axes.set_xticks(range(len(results)), [str(found["seed"]) for found in results])
        axes.set_xlabel("seed")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Draw it."""
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    draw(results, Path(sys.argv[2]) if len(sys.argv) > 2 else OUTPUT)


if __name__ == "__main__":
    main()
