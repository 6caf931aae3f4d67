"""NEURON and CoreNEURON at their best: many cells in one process, advanced together by `psolve`.

Run as `python _neuron_best.py`, with a task (see `Task`) as JSON on the standard input. Every cell
is one sweep of one model with its own transient. Building cells and `finitialize` are not timed.
Writes one line of JSON as the last of its standard output; what NEURON prints comes before it.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit.models import CellSource
from pyneuronautofit.space import ParameterPath

#: Start in ms, end in ms, current in nA.
Piece = tuple[float, float, float]
# A current of more constant pieces than this is noise, and is played from a vector.
MOST_PIECES = 16
# CoreNEURON says how long its steps took, without the copying of the model there and back.
_SOLVER_TIME = re.compile(r"Solver Time : ([0-9.eE+-]+)")


@dataclass(frozen=True)
class Task:
    """What the process is to do.

    Attributes
    ----------
    mods, library
        The built-in cell's .mod files and the compiled library of them.
    models
        Path -> value, one mapping per model.
    currents_nA
        The current of every sweep, the transient first: at every sample, where it is played.
    step_ms, dt_ms, stop_ms
        Between those samples; of the integration; the end of transient and sweep.
    transient_ms, temperature_degC, initial_mV
        As in the experiment.
    together
        Cells that are advanced by one `psolve`.
    coreneuron
        Whether CoreNEURON solves.
    played
        Whether currents are played from vectors instead of switched by IClamp.
    record_ms
        Interval of the recording; 0: every step.
    cache_efficient
        Whether NEURON is asked to put its arrays together (without effect in new versions).
    """

    mods: str
    library: str
    models: list[dict[str, float]]
    currents_nA: list[list[float]]
    step_ms: float
    dt_ms: float
    stop_ms: float
    transient_ms: float
    temperature_degC: float
    initial_mV: float
    together: int = 54
    coreneuron: bool = False
    played: bool = False
    record_ms: float = 0.0
    cache_efficient: bool = True

    def to_json(self) -> str:
        """Return the text that `from_json` reads."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Task:
        """Read a task."""
        return cls(**json.loads(text))


def pieces(current_nA: Sequence[float], step_ms: float, end_ms: float) -> list[Piece]:
    """Return the pieces of a current in which it is constant and not zero."""
    values = np.asarray(current_nA)
    edges = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    bounds = itertools.pairwise(edges)
    found = [(first * step_ms, last * step_ms, float(values[first])) for first, last in bounds]
    if found:
        found[-1] = (found[-1][0], max(found[-1][1], end_ms), found[-1][2])
    return [piece for piece in found if piece[2] != 0.0]


class Cells:
    """Cells that are advanced together, with their electrodes and recordings."""

    def __init__(self, h: Any, make: Any, task: Task, chosen: list[tuple[int, int]]) -> None:
        self._h, self._task = h, task
        self._kept: list[Any] = []
        self._voltages = [self._build(make, model, sweep) for model, sweep in chosen]

    def _build(self, make: Any, model: int, sweep: int) -> Any:
        h, task = self._h, self._task
        cell = make(len(self._kept))
        for path, value in task.models[model].items():
            ParameterPath.parse(path).set(cell, value)
        cell.setcable()
        self._kept.append((cell, self._inject(cell.soma, task.currents_nA[sweep])))
        interval = (task.record_ms,) if task.record_ms else ()
        return h.Vector().record(cell.soma(0.5)._ref_v, *interval)

    def _inject(self, soma: Any, current_nA: list[float]) -> list[Any]:
        h, task = self._h, self._task
        found = pieces(current_nA, task.step_ms, task.stop_ms)
        if not task.played and len(found) <= MOST_PIECES:
            clamps = []
            for start_ms, end_ms, amplitude_nA in found:
                clamp = h.IClamp(soma(0.5))
                clamp.delay, clamp.dur, clamp.amp = start_ms, end_ms - start_ms, amplitude_nA
                clamps.append(clamp)
            return clamps
        clamp = h.IClamp(soma(0.5))
        clamp.delay, clamp.dur = 0.0, 1e9
        values, times = h.Vector(current_nA), h.Vector(len(current_nA))
        times.indgen(task.step_ms)
        values.play(clamp._ref_amp, times, 1)
        return [clamp, values, times]

    def spikes(self) -> int:
        """Return the number of upward crossings of 0 mV after the transient, of all cells."""
        step_ms = self._task.record_ms or self._task.dt_ms
        first = round(self._task.transient_ms / step_ms)
        above = [np.array(voltage.as_numpy())[first:] > 0.0 for voltage in self._voltages]
        return int(sum(np.count_nonzero(cell[1:] & ~cell[:-1]) for cell in above))


def advance(h: Any, task: Task) -> tuple[float, float]:
    """Initialise all cells and advance them to the end; return seconds of the wall and the CPU."""
    h.CVode().active(0)
    h.CVode().cache_efficient(task.cache_efficient)
    h.secondorder, h.celsius, h.dt = 0, task.temperature_degC, task.dt_ms
    context = h.ParallelContext()
    context.set_maxstep(10)
    for section in h.allsec():
        for segment in section:
            segment.v = task.initial_mV
    h.finitialize()
    wall, cpu = time.perf_counter(), time.process_time()
    context.psolve(task.stop_ms)
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Do the task."""
    task = Task.from_json(sys.stdin.read())
    make = CellSource(None, Path(task.mods), Path(task.library)).load()
    from neuron import coreneuron, h  # noqa: PLC0415 (after the mechanisms)

    coreneuron.enable = task.coreneuron
    coreneuron.verbose = 2
    every = [(m, s) for m in range(len(task.models)) for s in range(len(task.currents_nA))]
    times, spikes = [], 0
    for first in range(0, len(every), task.together):
        cells = Cells(h, make, task, every[first : first + task.together])
        times.append(advance(h, task))
        spikes += cells.spikes()
        del cells
        for section in list(h.allsec()):
            h.delete_section(sec=section)
    print()
    print(json.dumps({"times": times, "n_cell": len(every), "spikes": spikes}))


@dataclass(frozen=True)
class Answer:
    """What the process found.

    Attributes
    ----------
    wall_s, cpu_s
        How long the steps of all cells took.
    cell_ms
        What was simulated.
    spikes
        Of all cells, after the transient.
    """

    wall_s: float
    cpu_s: float
    cell_ms: float
    spikes: int


def read_answer(printed: str, task: Task) -> Answer:
    """Find the answer of `main` in all that its process has printed."""
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    wall_s, cpu_s = (sum(column) for column in zip(*found["times"], strict=True))
    solver_s = [float(text) for text in _SOLVER_TIME.findall(printed)]
    # psolve's time has the copying of the model there and back in it.
    if len(solver_s) == len(found["times"]):
        wall_s = sum(solver_s)
    return Answer(wall_s, cpu_s, found["n_cell"] * task.stop_ms, found["spikes"])


if __name__ == "__main__":
    main()
