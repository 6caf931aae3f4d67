"""How exact and how fast the integrators are: NEURON's, and the project's own.

    python benchmarks/integrators.py truth|errors|speed|both [options]

truth   NEURON's CVODE at 1e-7, kept in the file that --truth names
errors  how far every method is from it
speed   cell-ms per second on one core: medians of alternated rounds, and their ratios
both    both tables, and a work-precision plot

The workload is `--workload sample`, the models of a database, or `random`, candidates drawn from
the built-in bounds; both under the current steps of a recording. Errors are medians and 95th
percentiles over sweeps: voltage further than 10 ms from any spike (root of the mean square), sweeps
with another number of spikes, median and largest shift of a sweep's spikes, and the relative error
of the mean-square distance to another model's trace. Times are the processor's, for the steps of
the sweeps alone: no cells are built and no transients simulated in them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
from _integrator_methods import (
    METHODS,
    TIME_LIMIT_S,
    TRUTH_MV,
    Timed,
    looked_at,
    simulate,
    stopwatch,
)
from _neuron_best import Task
from _speed import FAST, best_settings
from _trace_errors import Summary, all_errors, summarise
from _wheel_libraries import compiled
from _work_precision import Point, draw
from _workload import SHARED, Workload, alternate, open_workload, print_table, shortened, spread

from pyneuronautofit.simulators import NeuronSimulator, available_cores

# NEURON's best settings are looked for on this part of the workload's models and time.
TRIED_MODELS, TRIED_PART = 12, 0.2
REFERENCES = ("neuron-0.025", "cvode-0.001", "cvode-0.0001")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=("truth", "errors", "speed", "both"))
    parser.add_argument("--workload", choices=("sample", "random"), default="sample")
    parser.add_argument("--recording", type=Path, default=SHARED / "File_axon_5.abf")
    parser.add_argument("--stimulus", type=float, nargs=2, help="its start and end in ms")
    parser.add_argument("--models", type=Path, default=SHARED / "P07-models-sample.json")
    parser.add_argument("--candidates", type=int, default=240, help="of --workload random")
    parser.add_argument("--seed", type=int, default=0, help="of --workload random")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--truth", type=Path, help=".npz; read if it exists, else written")
    parser.add_argument("--repeats", type=int, default=3, help="rounds of the speed")
    parser.add_argument("--copies", type=int, default=None, help="of a model, in lanes")
    parser.add_argument("--cores", type=int, default=available_cores(), help="for voltages")
    parser.add_argument("--figure", type=Path, help="work-precision plot, of 'both'")
    words = parser.parse_args()
    for path, option in ((words.recording, "--recording"), (words.models, "--models")):
        if not path.is_file():
            sys.exit(f"{path} is not here: name a file of your own with {option}")
    if words.part == "truth" and words.truth is None:
        parser.error("truth: --truth names the file to write")
    if words.figure and words.part != "both":
        parser.error("--figure needs errors and speed: use 'both'")
    return words


def chosen(words: argparse.Namespace, folder: Path) -> Workload:
    """Open the workload: one database's models, or as many random candidates."""
    workload = open_workload(words, folder)
    if words.workload == "sample":
        return workload
    rng = np.random.default_rng(words.seed)
    print(f"Instead of these, {words.candidates} random candidates.\n", flush=True)
    return replace(workload, x=workload.space.sample(rng, words.candidates))


# --- errors


def true_voltages(words: argparse.Namespace, workload: Workload) -> np.ndarray:
    """Read the truth from its file, or simulate it and write that."""
    values, current_pA = workload.table.values, workload.experiment.current_pA
    if words.truth is not None and words.truth.is_file():
        with np.load(words.truth) as kept:
            if np.array_equal(kept["values"], values) and np.array_equal(
                kept["current_pA"], current_pA
            ):
                return np.array(kept["voltage"])
        sys.exit(f"{words.truth} is of other models or currents: delete it, or name another file")
    with NeuronSimulator(
        workload.source,
        looked_at(workload.experiment),
        words.cores,
        TIME_LIMIT_S,
        cvode_tolerance_mV=TRUTH_MV,
    ) as simulator:
        traces = simulator.run(workload.table)
    print(
        f"truth: {traces.ok.sum()} of {len(traces.ok)} models, {traces.seconds.sum():.0f} s, "
        f"the slowest {traces.seconds.max():.1f} s\n",
        flush=True,
    )
    if words.truth is not None:
        # The whole file or none: it takes hours to make.
        part = words.truth.with_name(f"{words.truth.name}.part")
        with part.open("wb") as stream:
            np.savez(stream, voltage=traces.voltage_mV, values=values, current_pA=current_pA)
        part.replace(words.truth)
    return traces.voltage_mV


def measure_errors(words: argparse.Namespace, workload: Workload) -> dict[str, Summary]:
    """Simulate with every method, and print how far it is from the truth."""
    truth = true_voltages(words, workload)
    known = np.isfinite(truth).all(axis=(1, 2))
    found: dict[str, Summary] = {}
    rows = []
    for name in words.methods:
        simulated = simulate(METHODS[name], workload, words.cores)
        good = known & np.isfinite(simulated.voltage_mV).all(axis=(1, 2))
        errors = all_errors(
            truth,
            simulated.voltage_mV,
            np.flatnonzero(good).tolist(),
            workload.experiment.clock.step_ms,
        )
        found[name] = summarise(list(errors))
        failed = str(int(np.count_nonzero(known & ~good)))
        rows.append((name, failed, f"{simulated.steps_per_ms:.3g}", *_texts(found[name])))
        print(f"<!-- {' | '.join(rows[-1])} -->", flush=True)
    print(f"Errors against CVODE at {TRUTH_MV:g}, {known.sum()} models: median / 95th percentile")
    print_table(
        (
            "method",
            "failed",
            "steps/ms",
            "voltage, mV",
            "other spike count",
            "spike times, ms",
            "worst spike, ms",
            "distance",
        ),
        rows,
    )
    return found


def _texts(summary: Summary) -> Sequence[str]:
    return (
        _pair(summary.quiet_mV),
        f"{summary.n_other_count} of {summary.n_sweep}",
        _pair(summary.typical_ms),
        _pair(summary.largest_ms),
        _pair(summary.objective),
    )


def _pair(values: tuple[float, float]) -> str:
    return " / ".join(f"{value:.2g}" for value in values)


# --- speed


def neuron_at_its_best(workload: Workload) -> Task:
    """Find out how NEURON's fixed step is fastest."""
    if workload.source.mods is None:
        sys.exit("the built-in cell has no .mod files")
    few = replace(
        workload,
        x=workload.x[:TRIED_MODELS],
        experiment=shortened(workload.experiment, part=TRIED_PART),
    )
    return best_settings(few, {FAST: compiled(workload.source.mods, FAST)}, "cpu")


def measure_speed(words: argparse.Namespace, workload: Workload) -> dict[str, float]:
    """Time every method in alternated rounds, and print rates and their ratios."""
    best = neuron_at_its_best(workload)
    copies = words.copies or (8 if words.workload == "sample" else 1)
    with ExitStack() as stack:
        watches = {
            name: stopwatch(METHODS[name], workload, best, copies, stack) for name in words.methods
        }
        found: dict[str, list[Timed]] = alternate(watches, words.repeats)
    rates = {name: [timed.rate for timed in each] for name, each in found.items()}
    medians = {name: float(np.median(each)) for name, each in rates.items()}
    references = [name for name in REFERENCES if name in medians]
    rows = [
        (
            name,
            f"{found[name][0].cell_ms:.0f}",
            spread(each, ".0f"),
            *(f"{medians[name] / medians[reference]:.3g}" for reference in references),
        )
        for name, each in rates.items()
    ]
    print("Steps of the sweeps alone, processor time on one core:")
    print_table(
        (
            "method",
            "cell-ms timed",
            "cell-ms/s: median (range)",
            *(f"against {reference}" for reference in references),
        ),
        rows,
    )
    return medians


def main() -> None:
    """Measure what was asked for."""
    words = parse()
    with tempfile.TemporaryDirectory() as name:
        workload = chosen(words, Path(name))
        if words.part == "truth":
            true_voltages(words, workload)
            return
        errors = measure_errors(words, workload) if words.part != "speed" else {}
        rates = measure_speed(words, workload) if words.part != "errors" else {}
    if words.figure:
        points = {name: Point(rates[name], errors[name]) for name in words.methods}
        draw(words.figure, points, f"{words.workload} models, {words.recording.name}")
        print(f"{words.figure} is written")


if __name__ == "__main__":
    main()
