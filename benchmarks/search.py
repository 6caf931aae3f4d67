"""How good a model searches find with so many evaluations: ours, and other people's.

    python benchmarks/search.py a [--algorithms "Auto,DE,N,cmaes"] [--evaluations 10000]
        [--seeds 201-210] [--at 5000] [--jobs 2] [--figure FILE] [--lines FILE]

Problems: a, seven, b, ramn, hh, noisy, other (see `_search_problems.py`; b needs a recording that
is not shipped). Every search has one thread; so many run side by side. F is the weighted sum of all
components: spikes and V / 100 for OV. Prints, for every algorithm, the median and the worst over
the seeds of the best F after the evaluations (and after those of --at), how many seeds have reached
levels of F and after how many evaluations (the median of those), how many distinct models there
are below F 1 (at least .05 apart, rms of the unit cube), the V of the sweeps that were held out,
and the seconds a search took.

Seeds 1 to 99 are for trying; whoever publishes numbers fixes the schedule first and takes seeds
that nobody has looked at. cmaes and pymoo have to be installed for the algorithms of that name.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from _search_algorithms import OTHERS, OURS, Counted, run_other, run_ours
from _search_problems import PROBLEMS, opened
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pyneuronautofit.fitting import FitConfig, open_problem
from pyneuronautofit.optimisers.polish.distinct import distinct

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#999999")
LEVEL = 1.0


@dataclass(frozen=True)
class Outcome:
    """One search.

    Attributes
    ----------
    best
        The best F after every 100 evaluations.
    distinct
        Distinct models below F 1.
    held_out
        The mean V of the held-out sweeps, mV^2, of the best model; nan without any.
    seconds
        What the search took, the problem's opening left out.
    """

    problem: str
    algorithm: str
    seed: int
    best: tuple[float, ...]
    distinct: int
    held_out: float
    seconds: float


def run(problem_name: str, algorithm: str, seed: int, n: int) -> Outcome:
    """Run one search in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        chosen, config, problem = opened(problem_name, Path(name))
        counted = Counted(problem, n)
        with problem.simulator:
            problem.evaluate(problem.space.sample(np.random.default_rng(0), 2))
            began = time.perf_counter()
            if algorithm in OURS:
                run_ours(algorithm, config, counted, seed, n)
            else:
                run_other(algorithm, counted, seed)
            seconds = time.perf_counter() - began
        x, sums = np.concatenate(counted.x), np.concatenate(counted.sums)
        good = np.flatnonzero(sums < LEVEL)
        n_distinct = len(distinct(problem.space.to_unit(x[good]), sums[good])) if len(good) else 0
        so_far = np.minimum.accumulate(sums)
        best = tuple(float(so_far[min(k, len(so_far)) - 1]) for k in range(100, n + 1, 100))
        held_out = _held_out(config, chosen.held_out, x[int(np.argmin(sums))], Path(name))
        return Outcome(problem_name, algorithm, seed, best, n_distinct, held_out, seconds)


def _held_out(config: FitConfig, sweeps: tuple[int, ...], x: np.ndarray, folder: Path) -> float:
    if not sweeps:
        return float("nan")
    problem = open_problem(replace(config, mask=str(list(sweeps)), modes="V"), folder)
    with problem.simulator:
        return float(problem.evaluate(x[None]).scores[0].mean())


def _run(words: tuple[str, str, int, int]) -> Outcome:
    return run(*words)


def print_tables(outcomes: list[Outcome], levels: tuple[float, ...], at: list[int]) -> None:
    """Print medians and worst values over the seeds."""
    names = list(dict.fromkeys(each.algorithm for each in outcomes))
    heads = [*(f"F at {n:,}" for n in at), *(f"below {level:g}" for level in levels)]
    print(f"| algorithm | {' | '.join(heads)} | distinct | held-out V | s |")
    print("|---" * (len(heads) + 4) + "|")
    for name in names:
        runs = [each for each in outcomes if each.algorithm == name]
        curves = np.array([each.best for each in runs])
        cells = []
        for n in at:
            column = curves[:, n // 100 - 1]
            cells.append(f"{np.median(column):.3g} / {column.max():.3g}")
        for level in levels:
            reached = [100 * (int(np.argmax(c < level)) + 1) for c in curves if (c < level).any()]
            middle = f" ({int(np.median(reached)):,})" if reached else ""
            cells.append(f"{len(reached)}{middle}")
        cells.append(f"{np.median([each.distinct for each in runs]):g}")
        cells.append(f"{np.median([each.held_out for each in runs]):.3g}")
        cells.append(f"{np.median([each.seconds for each in runs]):.0f}")
        print(f"| {name} | {' | '.join(cells)} |")


def draw(path: Path, outcomes: list[Outcome], title: str) -> None:
    """Draw the medians of the best F against evaluations, with the range over the seeds."""
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    names = list(dict.fromkeys(each.algorithm for each in outcomes))
    for place, name in enumerate(names):
        curves = np.array([each.best for each in outcomes if each.algorithm == name])
        x, colour = 100 * np.arange(1, curves.shape[1] + 1), COLOURS[place % len(COLOURS)]
        axes.plot(x, np.median(curves, axis=0), color=colour, label=name)
        axes.fill_between(x, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.12, lw=0)
    axes.set(xlabel="evaluations", ylabel="best F", yscale="log", title=title)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=120)


def _seeds(text: str) -> list[int]:
    first, _dash, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("problem", choices=tuple(PROBLEMS))
    parser.add_argument("--algorithms", default="Auto,DE,N")
    parser.add_argument("--evaluations", type=int, default=10_000)
    parser.add_argument("--at", type=int, nargs="*", default=[])
    parser.add_argument("--seeds", type=_seeds, default=[1, 2, 3])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--lines", type=Path, help="append a JSON line for every search")
    words = parser.parse_args()
    names = [name.strip() for name in words.algorithms.split(",")]
    unknown = [name for name in names if name not in (*OURS, *OTHERS)]
    if unknown:
        parser.error(f"no such algorithms: {unknown}; there are {[*OURS, *OTHERS]}")
    tasks = [(words.problem, name, s, words.evaluations) for name in names for s in words.seeds]
    outcomes = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(words.jobs, mp_context=context) as pool:
        for outcome in pool.map(_run, tasks):
            outcomes.append(outcome)
            print(
                f"{outcome.algorithm} seed {outcome.seed}: F {outcome.best[-1]:.4g}, "
                f"{outcome.distinct} distinct, held-out V {outcome.held_out:.3g}, "
                f"{outcome.seconds:.0f} s",
                flush=True,
            )
            if words.lines is not None:
                with words.lines.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(asdict(outcome)) + "\n")
    levels = PROBLEMS[words.problem].levels
    print_tables(outcomes, levels, sorted({*words.at, words.evaluations}))
    if words.figure is not None:
        title = f"{words.problem}: median and range over {len(words.seeds)} seeds"
        draw(words.figure, outcomes, title)


if __name__ == "__main__":
    main()
