"""What the adaptive part of the mutation (-S) costs and buys, without any simulation.

    python benchmarks/mutation_slope.py [--seeds N]

The objectives of a made-up smooth problem with n parameters in 0..1: the mean square distance to a
point, and a coarse count that grows with the distance, as a number of spikes does. Prints the
smallest mean square distance after so many evaluations, populations of 24: medians over the seeds.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from pyneuronautofit.optimisers import SearchSettings, build_strategy
from pyneuronautofit.space import ParameterSpace

POPULATION = 24
TARGET = 0.63
SEARCHES = (("N", 0.06), ("N", 0.02), ("N", -1.0), ("K", 0.06), ("K", -1.0))


def objectives(x: np.ndarray) -> np.ndarray:
    """Return the count and the mean square distance of every candidate."""
    distance = x - TARGET
    count = np.floor(6.0 * np.abs(distance).mean(axis=1))
    return np.stack([count, (distance**2).mean(axis=1)], axis=1)


def smallest_error(letter: str, slope: float, n_param: int, n_evaluation: int, seed: int) -> float:
    """Return the smallest mean square distance that one search finds."""
    space = ParameterSpace.from_rows([[f"cell.p{k}", "lin", 0, 1] for k in range(n_param)])
    if letter == "random":
        x = space.sample(np.random.default_rng(seed), n_evaluation)
        return float(objectives(x)[:, 1].min())
    settings = SearchSettings(population_size=POPULATION, mutation_slope=slope, update=0.0)
    strategy: Any = build_strategy(letter, space, settings)
    state, best, done = strategy.init(seed), np.inf, 0
    while done < n_evaluation:
        x, state = strategy.ask(state)
        scores = objectives(x)
        state = strategy.tell(state, x, scores)
        best, done = min(best, float(scores[:, 1].min())), done + len(x)
    return best


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=9)
    seeds = range(parser.parse_args().seeds)
    names = [f"{letter}, -S {slope:g}" for letter, slope in SEARCHES]
    print(f"| parameters | evaluations | random | {' | '.join(names)} |")
    print("|---" * (len(names) + 3) + "|")
    for n_param in (3, 29):
        for n_evaluation in (240, 960, 4800):
            cells = [
                np.median([smallest_error(letter, s, n_param, n_evaluation, k) for k in seeds])
                for letter, s in (("random", 0.0), *SEARCHES)
            ]
            row = " | ".join(f"{cell:.1e}" for cell in cells)
            print(f"| {n_param} | {n_evaluation} | {row} |", flush=True)


if __name__ == "__main__":
    main()
