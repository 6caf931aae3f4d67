"""What an evaluation by workers costs, and how many of them are of use.

    python benchmarks/workers.py [--repeats 5] [--measured FILE.json] [--picture FILE.png]
    python benchmarks/workers.py --draw FILE.json [--picture FILE.png]

The first starts a scheduler and two workers of one core each on this computer, and measures what a
chunk costs, what travels, what a candidate costs by the size of its chunk, and how much faster two
workers are than one, all in one run and as ratios. From that it computes how busy N workers are.
The second draws that again.
"""

from __future__ import annotations

import argparse
import json
import pickle
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from _workers import Busy, Two, draw, own_cpu_s, started
from _workload import add_workload_options, open_workload, print_table, spread

from pyneuronautofit.fitting import FitOptions, open_fit
from pyneuronautofit.fitting.evaluators.answers import as_plain
from pyneuronautofit.fitting.evaluators.chunks import LEAST_IN_LANES

SIZES = (1, 4, 8, 16, 24, 48, 96, 240)
N_EMPTY = 200
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_workload_options(parser)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--neuron", type=int, default=16, help="candidates that NEURON simulates")
    parser.add_argument("--sizes", type=int, nargs="*", default=[240, 1000], help="of populations")
    parser.add_argument("--measured", type=Path, default=Path("workers.json"))
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "images" / "workers.png")
    parser.add_argument("--draw", type=Path, help="draw what was measured before")
    words = parser.parse_args()
    if words.draw is None:
        measured = _measure(words)
        words.measured.write_text(json.dumps(measured, indent=1) + "\n")
    else:
        measured = json.loads(words.draw.read_text())
    _print_model(measured)
    draw(measured, words.picture)
    print(f"drawn: {words.picture}")


def _measure(words: argparse.Namespace) -> dict:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        workload = open_workload(words, folder)
        file = started(folder, 2, stack)
        options = {
            "recording": str(words.recording.absolute()),
            "modes": "OV",
            "n_worker": 1,
            "scheduler_file": str(file),
            "temperature_degC": workload.experiment.temperature_degC,
        }
        adaptive = FitOptions(**options)
        neuron = FitOptions(**options, simulator="neuron")
        measured = {"overhead": _overhead(adaptive, folder)}
        measured["bytes"], measured["by_size"] = _by_size(adaptive, folder, workload, words.repeats)
        measured["efficiency"] = {}
        for size in words.sizes:
            found = _efficiency(adaptive, folder, workload.candidates(size), words.repeats)
            measured["efficiency"][f"adaptive, {size}"] = found
        found = _efficiency(neuron, folder, workload.candidates(words.neuron), words.repeats)
        measured["efficiency"][f"NEURON, {words.neuron}"] = found
    rows = [
        (name, *(spread(found[key]) for key in ("here", "one", "two")), f"{found['ratio']:.2f}",
         f"{100 * found['ratio'] / 2:.0f} %")
        for name, found in measured["efficiency"].items()
    ]  # fmt: skip
    head = ("population", "here s", "1 worker s", "2 workers s", "times", "efficiency")
    print_table(head, rows)
    return measured


def _overhead(config: FitOptions, folder: Path) -> dict[str, float]:
    """Return what a chunk costs that holds nothing, s: waiting, and of the head's time."""
    with Two(config, folder) as two:
        crew, address = two.crew, two.addresses[0]
        own, waited_s = own_cpu_s(), []
        for ticket in range(N_EMPTY):
            began = time.perf_counter()
            crew.evaluate(address, -1 - ticket, "nothing", b"", with_residuals=False)
            while not crew.events(5.0):
                pass
            waited_s.append(time.perf_counter() - began)
        cpu_s = own_cpu_s() - own
    # The tenth part that was quickest is what nobody else disturbed.
    found = {"wait_s": float(np.percentile(waited_s, 10)), "head_s": cpu_s / N_EMPTY}
    print(
        f"a chunk of nothing: {1e3 * found['wait_s']:.1f} ms until its answer is here, "
        f"{1e3 * found['head_s']:.1f} ms of the head's CPU\n"
    )
    return found


def _by_size(
    config: FitOptions, folder: Path, workload, repeats: int
) -> tuple[dict[str, int], dict[str, float]]:
    """Return what travels for a chunk, in bytes, and what CPU a candidate takes by its size, s."""
    opened = open_fit(config, folder)
    x = workload.candidates(max(SIZES))
    with opened.problem.opened():
        values = opened.problem.space.to_model(x).values
        evaluate = opened.problem.evaluate_here
        evaluate(values[:2])
        found: dict[int, list[float]] = {size: [] for size in SIZES}
        for _repeat in range(repeats):
            for size in SIZES:
                # Of lanes and scores; others may be at work on this computer.
                began = own_cpu_s()
                for first in range(0, len(x), size):
                    evaluate(values[first : first + size])
                found[size].append((own_cpu_s() - began) / len(x))
        rows = values[:LEAST_IN_LANES]
        plain = as_plain(evaluate(rows))
        with_residuals = as_plain(evaluate(rows, with_residuals=True))
    travels = {
        "there": len(pickle.dumps(rows.tobytes())),
        "back": len(pickle.dumps(plain)),
        "back, with residuals": len(pickle.dumps(with_residuals)),
        "voltages": 8 * LEAST_IN_LANES * workload.experiment.n_sweep * workload.experiment.n_sample,
    }
    median = {size: float(np.median(seconds)) for size, seconds in found.items()}
    print(f"bytes of {LEAST_IN_LANES} candidates: {travels}\n")
    whole = median[max(SIZES)]
    table_rows = [(str(n), f"{1e3 * s:.2f}", f"{s / whole:.2f}") for n, s in median.items()]
    print_table(("chunk of", "ms of CPU a candidate", "times the whole"), table_rows)
    return travels, {str(size): seconds for size, seconds in median.items()}


def _efficiency(config: FitOptions, folder: Path, x: np.ndarray, repeats: int) -> dict:
    """Return how long a population takes here, by one worker and by two, in turn."""
    with Two(config, folder) as two:
        values = two.problem.space.to_model(x).values
        actions = {"here": two.problem.evaluate_here, "one": two.one, "two": two.both}
        two.problem.evaluate_here(values[:LEAST_IN_LANES])
        two.begin(values[: 2 * LEAST_IN_LANES])
        found: dict[str, list[float]] = {name: [] for name in actions}
        seconds: list[float] = []
        for _repeat in range(repeats):
            for name, action in actions.items():
                began = time.perf_counter()
                evaluation = action(values)
                found[name].append(time.perf_counter() - began)
                seconds = evaluation.seconds.tolist()
        ratio = float(np.median(np.divide(found["one"], found["two"])))
    return {**found, "ratio": ratio, "seconds": seconds}


def _print_model(measured: dict) -> None:
    """Print how many workers are of use for which population."""
    busy = Busy(measured)
    counts = (4, 10, 30, 100, 300, 1000, 3000, 10_000)
    rows = [
        (label, *(f"{100 * busy.share(kind, size, n):.0f} %" for n in counts))
        for label, kind, size in busy.cases()
    ]
    print("how busy workers are, computed:")
    print_table(("population", *(f"{n} workers" for n in counts)), rows)


if __name__ == "__main__":
    main()
