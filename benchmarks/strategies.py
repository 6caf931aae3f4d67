"""How long a search thinks: ask, tell and the archive, in ms per generation on one core.

    python benchmarks/strategies.py [--generations N] [--population N]

Nothing is simulated: the score vectors are distances, and counts, from as many points of the
built-in cell's space as there are components, which conflict so much that hardly anybody dominates
anybody. That fills the archive (5,000) soon and is the most work there can be. Of 10, 18 and 46
components, the first half are whole numbers, as those of mode O are; some candidates fail. Prints
the median over the second half of the generations, and a digest of what the search found: it has to
be the same whatever is made faster. Times are those that one thread was at work.

Another version of the package is measured with its `src` in front: PYTHONPATH=OTHER/src.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from pyneuronautofit.models import load_model
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, build_strategy, empty_archive
from pyneuronautofit.runs import History
from pyneuronautofit.space import ParameterSpace

N_SCORES = (10, 18, 46)
ARCHIVE_SIZE = 5000


def make_scores(space: ParameterSpace, n_score: int):
    """Return a function of candidates (n_cand, n_param) to scores (n_cand, n_score)."""
    rng = np.random.default_rng(5)
    importance = np.abs(rng.normal(size=(n_score, len(space))))
    points = rng.random((n_score, len(space)))

    def score(x: np.ndarray) -> np.ndarray:
        low, high = space.bounds(x)
        unit = (x - low) / np.where(high > low, high - low, 1.0)
        scores = ((unit[:, None, :] - points) ** 2 * importance).sum(axis=2)
        scores[:, : n_score // 2] = np.floor(3 * scores[:, : n_score // 2])
        scores[::37] = np.nan
        return scores

    return score


def measure(space: ParameterSpace, letter: str, n_score: int, given: argparse.Namespace) -> str:
    """Search, and return the line about it."""
    strategy = build_strategy(letter, space, SearchSettings(population_size=given.population))
    score = make_scores(space, n_score)
    state, archive, history = strategy.init(1), empty_archive(ARCHIVE_SIZE), History()
    times: dict[str, list[float]] = defaultdict(list)
    for _ in range(given.generations):
        clock = [time.thread_time()]
        x, state = strategy.ask(state)
        clock.append(time.thread_time())
        scores = score(x)
        values = space.to_model(x).values
        clock.append(time.thread_time())
        state = strategy.tell(state, x, scores)
        clock.append(time.thread_time())
        archive = archive.insert(history.append(values, scores), scores)
        clock.append(time.thread_time())
        for name, began, ended in zip(("ask", "-", "tell", "archive"), clock, clock[1:]):
            times[name].append((ended - began) * 1e3)
    late = {name: float(np.median(values[len(values) // 2 :])) for name, values in times.items()}
    found = (strategy.population(state).x, archive.rows, archive.scores)
    digest = hashlib.sha256(b"".join(part.tobytes() for part in found)).hexdigest()[:12]
    return (
        f"{ALGORITHMS[letter]:12s} {n_score:5d} {late['ask']:8.2f} {late['tell']:8.2f} "
        f"{late['archive']:8.2f} {len(archive.rows):8d}  {digest}"
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generations", type=int, default=80)
    parser.add_argument("--population", type=int, default=240)
    given = parser.parse_args()
    space = ParameterSpace.from_rows(load_model(None, Path.cwd()).parameters)
    print(f"{'':12s} comp. {'ask':>8s} {'tell':>8s} {'archive':>8s} {'archived':>8s}  found")
    for letter in ALGORITHMS:
        for n_score in N_SCORES:
            print(measure(space, letter, n_score, given))


if __name__ == "__main__":
    main()
