"""How much more cells say that are fitted together about what they share than each by itself.

    python benchmarks/joint_fit.py [--seeds 1,2,3,4,5] [--evaluations 1500] [--folder DIR]

Three cells are made up for every seed, with the same densities of the sodium and of the potassium
channel, and a membrane and a leak that are each one's own (`_joint_cells.py`). They are fitted
together, and each by itself, with as many simulated cells in all: a candidate of the joint fit is
three of them. Printed are errors of the shared densities, as a part of the true value: the mean of
the absolute errors of both (in logarithms) for the best sum of every fit.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from _joint_cells import SHARED, MadeCells, fitted, make_cells


def error_of(parameters: dict[str, float], made: MadeCells) -> float:
    """Return how far the shared densities are from the true ones, in logarithms."""
    apart = [abs(np.log(parameters[name] / true)) for name, true in made.shared.items()]
    return float(np.mean(apart))


def errors(seed: int, evaluations: int, folder: Path) -> tuple[float, list[float], float]:
    """Return the errors of the joint fit, of each cell's own, and of the mean of these."""
    made = make_cells(folder, seed)
    cells = tuple(made.files)
    joint = fitted(made, cells, evaluations, seed, folder)
    alone = [fitted(made, [cell], evaluations, seed, folder) for cell in cells]
    mean = {name: float(np.exp(np.mean([np.log(each[name]) for each in alone]))) for name in SHARED}
    return error_of(joint, made), [error_of(each, made) for each in alone], error_of(mean, made)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--evaluations", type=int, default=1500)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    rows = []
    print("| seed | joint fit | each by itself | mean of the three |")
    print("|---|---|---|---|")
    for seed in map(int, given.seeds.split(",")):
        with tempfile.TemporaryDirectory() as own:
            folder = Path(own) if given.folder is None else given.folder / str(seed)
            folder.mkdir(parents=True, exist_ok=True)
            joint, alone, mean = errors(seed, given.evaluations, folder)
        each = ", ".join(f"{error:.1%}" for error in alone)
        print(f"| {seed} | {joint:.1%} | {each} | {mean:.1%} |", flush=True)
        rows.append((joint, float(np.mean(alone)), mean))
    joint, alone, mean = np.median(np.array(rows), axis=0).tolist()
    print(f"| median | {joint:.1%} | {alone:.1%} | {mean:.1%} |")


if __name__ == "__main__":
    main()
