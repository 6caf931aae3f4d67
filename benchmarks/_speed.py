"""`speed`: cell-ms per second and core, of NEURON, CoreNEURON and the batch simulator.

Everybody simulates the same models under the same currents. NEURON and CoreNEURON simulate every
sweep as a cell of its own, with its transient; the first table compares the time of the steps
alone, for the same cells and steps. The second compares whole runs of the project's simulators,
which share a transient between the sweeps of a model, and also build the cells.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from _neuron_best import Answer, Task, read_answer
from _wheel_libraries import FLAGS, Libraries, compiled
from _workload import (
    SIMULATORS,
    Workload,
    alternate,
    available,
    axon_segments,
    count_spikes,
    make_simulator,
    own_transient_ms,
    print_table,
    shortened,
    spread,
    timed,
    transient_in_sweep,
)

from pyneuronautofit.simulators import Experiment, Simulator
from pyneuronautofit.units import PA_PER_NA

SCRIPT = Path(__file__).with_name("_neuron_best.py")
FAST = list(FLAGS)[-1]
# NEURON's variants are tried on this part of transient and sweeps.
TRIED_PART = 0.3
TRIED_REPEATS = 3
# The batch simulator is also timed on this part, to take away what is not stepping.
SHORT_PART = 0.1


class ContenderError(Exception):
    """A process of NEURON failed; says how."""


@dataclass(frozen=True)
class Contender:
    """NEURON or CoreNEURON with some settings."""

    task: Task
    environment: tuple[tuple[str, str], ...] = ()

    def __call__(self) -> Answer:
        """Simulate everything in a new process."""
        done = subprocess.run(
            [sys.executable, "-P", str(SCRIPT)],
            input=self.task.to_json(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Where there are no compiled channels that NEURON would load by itself.
            cwd=Path(self.task.library).parent,
            env={
                **os.environ,
                "NEURON_MODULE_OPTIONS": "-nogui -nobanner",
                "OMP_NUM_THREADS": "1",
                **dict(self.environment),
            },
            check=False,
        )
        if done.returncode != 0:
            raise ContenderError(" / ".join(done.stdout.splitlines()[-3:]))
        return read_answer(done.stdout, self.task)


def make_task(workload: Workload, experiment: Experiment, library: Path) -> Task:
    """Return the task of simulating all models under an experiment."""
    table, step_ms = workload.table, experiment.clock.step_ms
    current_nA = transient_in_sweep(experiment).current_pA / PA_PER_NA
    return Task(
        mods=str(workload.source.mods),
        library=str(library),
        models=[{p.text: v for p, v in table.settings(row)} for row in range(len(table))],
        currents_nA=current_nA.tolist(),
        step_ms=step_ms,
        dt_ms=experiment.clock.dt_ms,
        stop_ms=current_nA.shape[1] * step_ms,
        transient_ms=experiment.transient_ms,
        temperature_degC=experiment.temperature_degC,
        initial_mV=experiment.initial_mV,
    )


def best_settings(workload: Workload, libraries: dict[str, Libraries], clock: str) -> Task:
    """Try how NEURON is fastest, print what was tried, and return the fastest as a full task."""
    library = libraries[FAST].neuron or workload.source.library
    if library is None:
        raise ContenderError("the built-in cell has no compiled channels")
    tried = make_task(workload, shortened(workload.experiment, part=TRIED_PART), library)
    n_cell = len(tried.models) * len(tried.currents_nA)
    variants = {
        f"{together} cells together": replace(tried, together=together)
        for together in sorted({1, 9, 54, min(108, n_cell), n_cell})
    }
    base = replace(tried, together=54)
    variants["54, not cache efficient"] = replace(base, cache_efficient=False)
    variants["54, currents played from vectors"] = replace(base, played=True)
    variants["54, recorded every sample"] = replace(base, record_ms=tried.step_ms)
    found = alternate({n: Contender(task) for n, task in variants.items()}, TRIED_REPEATS)
    rates = {name: rates_of(answers, clock) for name, answers in found.items()}
    best = max(rates, key=lambda name: float(np.median(rates[name])))
    print_table(
        ("NEURON, tried on a part", "cell-ms/s: median (range)"),
        [(f"**{n}**" if n == best else n, spread(values, ".0f")) for n, values in rates.items()],
    )
    full = make_task(workload, workload.experiment, library)
    fastest = variants[best]
    return replace(
        full,
        together=fastest.together,
        cache_efficient=fastest.cache_efficient,
        played=fastest.played,
        record_ms=fastest.record_ms,
    )


def rates_of(answers: Iterable[Answer], clock: str) -> list[float]:
    """Return the cell-ms per second of every answer, by the chosen clock."""
    return [a.cell_ms / (a.cpu_s if clock == "cpu" else a.wall_s) for a in answers]


def neuron_contenders(
    workload: Workload, libraries: dict[str, Libraries], best: Task
) -> dict[str, Callable[[], Answer]]:
    """Return NEURON and CoreNEURON with every kind of channels that could be compiled."""
    contenders: dict[str, Callable[[], Answer]] = {}
    for flags, text in FLAGS.items():
        library = libraries[flags].neuron
        if library is not None:
            contenders[f"NEURON, {text}"] = Contender(replace(best, library=str(library)))
    for flags, text in FLAGS.items():
        found = libraries[flags]
        if found.neuron is None or found.coreneuron is None:
            print(f"(CoreNEURON, {text}, is left out: {found.problem})\n", flush=True)
            continue
        task = replace(best, library=str(found.neuron), coreneuron=True)
        contender = Contender(task, (("CORENEURONLIB", str(found.coreneuron)),))
        try:
            _tried(contender, workload)
        except ContenderError as error:
            print(f"(CoreNEURON, {text}, is left out: {error})\n", flush=True)
            continue
        contenders[f"CoreNEURON, {text}"] = contender
    return contenders


def _tried(contender: Contender, workload: Workload) -> None:
    """Run a contender once on very little, so that one that cannot run is found out."""
    task = make_task(
        workload, shortened(workload.experiment, part=0.02), Path(contender.task.library)
    )
    replace(contender, task=replace(task, coreneuron=contender.task.coreneuron))()


@dataclass(frozen=True)
class BatchContender:
    """The batch simulator on one thread, with a full and a short experiment.

    The difference between both is stepping alone: whatever is done once for a model (building it,
    reading it, filling lanes) takes the same time in both.
    """

    full: Simulator
    short: Simulator
    workload: Workload
    difference_ms: float

    def __call__(self) -> Answer:
        """Simulate all models under both."""
        table = self.workload.table
        short_wall, short_cpu, _ = timed(lambda: self.short.run(table))
        wall, cpu, traces = timed(lambda: self.full.run(table))
        n_after = self.workload.experiment.n_sample
        spikes = count_spikes(traces.voltage_mV[traces.ok, :, -n_after:])
        return Answer(wall - short_wall, cpu - short_cpu, self.difference_ms, spikes)


def batch_contender(name: str, workload: Workload, stack: ExitStack) -> BatchContender:
    """Make both simulators and use them once: that compiles kernels and starts processes."""
    # A transient for every sweep, as NEURON simulates it: the same number of steps.
    plans = [
        transient_in_sweep(shortened(workload.experiment, part=part)) for part in (1.0, SHORT_PART)
    ]
    full, brief = (
        stack.enter_context(make_simulator(name, workload.source, plan, 1)) for plan in plans
    )
    for simulator in (full, brief):
        simulator.run(workload.table)
    difference_ms = len(workload.table) * (plans[0].cell_ms - plans[1].cell_ms)
    return BatchContender(full, brief, workload, difference_ms)


def measure_speed(workload: Workload, repeats: int, clock: str) -> None:
    """Print both tables."""
    if workload.source.mods is None:
        raise ContenderError("the built-in cell has no .mod files")
    # Lanes hold cells with the same number of segments: few of a kind leave lanes empty.
    kinds, counts = np.unique(axon_segments(workload.table), return_counts=True)
    listed = ", ".join(f"{n} with {k}" for k, n in zip(kinds, counts, strict=True))
    print(f"models by segments of the axon: {listed}")
    libraries = {flags: compiled(workload.source.mods, flags) for flags in FLAGS}
    best = best_settings(workload, libraries, clock)
    names = available(SIMULATORS)
    with ExitStack() as stack:
        contenders = neuron_contenders(workload, libraries, best)
        for name in names:
            if name.startswith("batch"):
                contenders[f"{name}, one thread"] = batch_contender(name, workload, stack)
        print_stepping(alternate(contenders, repeats), clock)
    with ExitStack() as stack:
        runs = {n: _whole_run(n, workload, stack) for n in names}
        print_whole_runs(alternate(runs, repeats), workload)


def print_stepping(found: dict[str, list[Answer]], clock: str) -> None:
    """Print the cell-ms per second of the steps, with ratios to NEURON's two rows."""
    rates = {name: rates_of(answers, clock) for name, answers in found.items()}
    medians = {name: float(np.median(values)) for name, values in rates.items()}
    references = [name for name in medians if name.startswith("NEURON")]
    rows = []
    for name, answers in found.items():
        ratios = [f"{medians[name] / medians[reference]:.2f}" for reference in references]
        simulated = f"{answers[0].cell_ms:.0f}"
        spikes = str(answers[0].spikes)
        rows.append((name, simulated, spread(rates[name], ".0f"), *ratios, spikes))
    print(f"Steps alone, every sweep with its own transient, {clock} time on one core:")
    print_table(
        (
            "simulator",
            "cell-ms timed",
            "cell-ms/s: median (range)",
            *(f"against {reference}" for reference in references),
            "spikes in all",
        ),
        rows,
    )


def _whole_run(name: str, workload: Workload, stack: ExitStack) -> Callable[[], float]:
    simulator = stack.enter_context(make_simulator(name, workload.source, workload.experiment, 1))
    simulator.run(workload.table.rows(slice(1)))
    return partial(_seconds, simulator, workload)


def _seconds(simulator: Simulator, workload: Workload) -> float:
    return timed(lambda: simulator.run(workload.table))[0]


def print_whole_runs(found: dict[str, list[float]], workload: Workload) -> None:
    """Print the time of whole runs, building of cells included."""
    own = len(workload.table) * own_transient_ms(workload.experiment)
    shared = len(workload.table) * workload.experiment.cell_ms
    reference = float(np.median(next(iter(found.values()))))
    rows = [
        (
            name,
            spread(seconds),
            f"{shared / float(np.median(seconds)):.0f}",
            f"{own / float(np.median(seconds)):.0f}",
            f"{reference / float(np.median(seconds)):.2f}",
        )
        for name, seconds in found.items()
    ]
    print("Whole runs of the project's simulators with -n 1, building of the cells included:")
    print_table(
        (
            "simulator",
            "wall s: median (range)",
            "cell-ms/s, transients counted once",
            "effective cell-ms/s: as if every sweep had its own transient",
            "times neuron's speed",
        ),
        rows,
    )
