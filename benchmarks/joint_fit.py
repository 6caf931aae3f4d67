"""How much more cells say that are fitted together about what they share than each by itself.

    python benchmarks/joint_fit.py [--seeds 1,2,3,4,5] [--evaluations 2000] [--json FILE]

Three cells are made up for every seed, with the same densities of the sodium and of the potassium
channel, and a membrane and a leak that are each one's own (`_joint_cells.py`). They are fitted
together, and each by itself, with as many simulated cells in all: a candidate of the joint fit is
three of them. Printed are errors of the shared densities for the best sum of every fit: the mean of
the absolute errors of both, in logarithms. The last column is what one gets who averages the three
separate fits (in logarithms, too).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from _joint_cells import SHARED, fitted, make_cells

Values = dict[str, float]


def error_of(parameters: Values, truth: Values) -> float:
    """Return how far the shared densities are from the true ones, in logarithms."""
    return float(np.mean([abs(np.log(parameters[name] / truth[name])) for name in SHARED]))


def averaged(fits: list[Values]) -> Values:
    """Return the mean of the shared densities of several fits, in logarithms."""
    return {name: float(np.exp(np.mean([np.log(each[name]) for each in fits]))) for name in SHARED}


def compared(seed: int, evaluations: int, folder: Path) -> dict[str, object]:
    """Return the true shared densities, those of the joint fit, and those of each cell's own."""
    made = make_cells(folder, seed)
    cells = tuple(made.files)
    joint = fitted(made, cells, evaluations, seed, folder)
    alone = [fitted(made, [cell], evaluations, seed, folder) for cell in cells]
    shared = [{name: each[name] for name in SHARED} for each in (joint, *alone)]
    return {"seed": seed, "truth": made.shared, "joint": shared[0], "alone": shared[1:]}


def errors_of(found: dict[str, object]) -> tuple[float, list[float], float]:
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
    parser.add_argument("--seeds", default="1,2,3,4,5")
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
