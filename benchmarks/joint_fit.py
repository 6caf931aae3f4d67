"""How much more cells say that are fitted together about what they share than each by itself.

    python benchmarks/joint_fit.py [--seeds 11,12,13,14,15] [--evaluations 2000] [--json FILE]

Three cells are made up for every seed, with the same densities of the sodium and of the potassium
channel, and a leak that is each one's own (`_joint_cells.py`). They are fitted together, and each
by itself, with as many simulated cells in all: a candidate of the joint fit is three of them, and
half of its evaluations are of each cell by itself, whose best models begin it (`-A Local -I`).
Printed are errors of the shared densities for the best sum of every fit: the mean of the absolute
errors of both, in logarithms. The last column is what one gets who averages the three separate
fits (in logarithms, too).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from _joint_cells import SHARED, fit_alone, fit_together, make_cells

Values = dict[str, float]


def error_of(parameters: Values, truth: Values) -> float:
    """Return how far the shared densities are from the true ones, in logarithms."""
    return float(np.mean([abs(np.log(parameters[name] / truth[name])) for name in SHARED]))


def averaged(fits: list[Values]) -> Values:
    """Return the mean of the shared densities of several fits, in logarithms."""
    return {name: float(np.exp(np.mean([np.log(each[name]) for each in fits]))) for name in SHARED}


def compared(seed: int, evaluations: int, folder: Path) -> dict[str, Any]:
    """Return the true shared densities, those of the joint fit, and those of each cell's own.

    Half of the joint fit's evaluations are of each cell by itself: it begins with what they find.
    """
    made = make_cells(folder, seed)
    half = evaluations // 2
    begun = [fit_alone(made, cell, half, seed, "begun") for cell in made.files]
    joint = fit_together(made, evaluations - half, seed, alone=begun)
    alone = [fit_alone(made, cell, evaluations, seed, "alone") for cell in made.files]
    best = [dict(fit.best("best sum").parameters) for fit in (joint, *alone)]
    shared = [{name: each[name] for name in SHARED} for each in best]
    return {"seed": seed, "truth": made.shared, "joint": shared[0], "alone": shared[1:]}


def errors_of(found: dict[str, Any]) -> tuple[float, list[float], float]:
    """Return the errors of the joint fit, of each cell's own, and of the mean of these."""
    truth, alone = found["truth"], found["alone"]
    return (
        error_of(found["joint"], truth),
        [error_of(each, truth) for each in alone],
        error_of(averaged(alone), truth),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="11,12,13,14,15")
    parser.add_argument("--evaluations", type=int, default=2000)
    parser.add_argument("--json", type=Path, help="write what was found, for the picture")
    given = parser.parse_args()
    rows, kept = [], []
    print("| seed | joint fit | each by itself | mean of the three |")
    print("|---|---|---|---|")
    for seed in map(int, given.seeds.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            kept.append(compared(seed, given.evaluations, Path(folder)))
        joint, alone, mean = errors_of(kept[-1])
        each = ", ".join(f"{error:.1%}" for error in alone)
        print(f"| {seed} | {joint:.1%} | {each} | {mean:.1%} |", flush=True)
        rows.append((joint, float(np.mean(alone)), mean))
        if given.json is not None:
            given.json.write_text(json.dumps(kept, indent=1) + "\n")
    joint, alone, mean = np.median(np.array(rows), axis=0).tolist()
    print(f"| median | {joint:.1%} | {alone:.1%} | {mean:.1%} |")


if __name__ == "__main__":
    main()
