"""Cells in lanes for a probe: a cell at some time, what is asked of it, and what came of that.

Requests of the same kind run in lanes together, whoever they come from. What happens in a lane
depends on nothing but its own request, so answers are the same in whatever company.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.codegen.ir.node import Name
from pyneuronautofit.codegen.kinds import NodeVariable, is_process
from pyneuronautofit.probes import settling
from pyneuronautofit.probes.batch.kernel import Passing, ProbeKernel
from pyneuronautofit.simulators.cells.image import CellImage, Signature
from pyneuronautofit.simulators.lanes.kernel import LaneGroup, Stop
from pyneuronautofit.simulators.lanes.lanes import HIGHEST_MV
from pyneuronautofit.simulators.lanes.library import LoadedKernel
from pyneuronautofit.simulators.lanes.packing import cable_column, make_layout


class ProbeRunner:
    """Runs groups of requests for cells of one signature.

    Parameters
    ----------
    signature
        Of the cells.
    loaded
        The kernel for it.
    dt_ms
        The time step.

    Attributes
    ----------
    own : BoolArray, shape (n_state,)
        The rows of a state that tell whether a cell is at rest: voltages, states of density
        mechanisms, concentrations.
    """

    def __init__(
        self, signature: Signature, loaded: LoadedKernel[ProbeKernel], dt_ms: float
    ) -> None:
        self.kernel = loaded.kernel
        self.dt_ms = dt_ms
        self.n_node = len(signature.parents)
        self._layout = make_layout(signature, loaded.numbers, loaded.sizes)
        nodes = _nodes_in_order(signature, loaded)
        kept = [(node, *state) for node, kind in nodes for state in loaded.states[kind]]
        # After the voltages come what they have lost, currents and slopes: none of a cell's own.
        first = 4 * self.n_node
        self._rows = {(node, name): first + k for k, (node, name, _own) in enumerate(kept)}
        own = [own and not is_process(name[1]) for _node, name, own in kept]
        rest = np.zeros(3 * self.n_node, dtype=bool)
        self.own: BoolArray = np.concatenate([np.ones(self.n_node, bool), rest, own]).astype(bool)
        given = [(node, variable) for node, kind in nodes for variable in loaded.variables[kind]]
        self._value_rows = {each: row for row, each in enumerate(given)}

    def cell_of(self, image: CellImage) -> CellState:
        """Return a cell that has not begun yet."""
        values = image.values[self._layout.order]
        columns = (values, cable_column(image), image.voltage_mV)
        return CellState(self, *columns, np.zeros(0), 0.0)

    def state_row(self, node: int, name: Name) -> int | None:
        """Return where a state is kept; None: it has no effect, and is not."""
        return self._rows.get((node, name))

    def with_values(
        self, cell: CellState, node: int, values: dict[NodeVariable, float]
    ) -> CellState:
        """Return a cell with other values of some variables, if the kernel asks for them."""
        changed = cell.values.copy()
        for variable, value in values.items():
            row = self._value_rows.get((node, variable))
            if row is not None:
                changed[row] = value
        return replace(cell, values=changed)

    def run(self, requests: Sequence[Request], stop: Stop) -> list[Reply]:
        """Let time pass for at most as many requests as there are lanes, all of one kind."""
        began = time.monotonic()
        kernel, first = self.kernel, requests[0]
        cells = self._filled([request.cell for request in requests])
        group = self._group(cells)
        time_ms = np.array([cell.time_ms for cell in cells])
        if first.begins:
            state = kernel.begin(group, self.dt_ms)
        else:
            state = kernel.aligned(np.stack([cell.state for cell in cells], axis=1))
        if first.event_node is not None:
            weight = np.array(self._filled([request.weight for request in requests]))
            node = first.event_node
            kernel.receive(group, state, time_ms, node=node, weight=weight, dt_ms=self.dt_ms)
        passing = self._passing(requests)
        time_ms, crossed = kernel.advance(
            group, state, time_ms, passing, dt_ms=self.dt_ms, stop=stop
        )
        seconds = (time.monotonic() - began) / len(requests)
        return self._replies(requests, np.asarray(state), time_ms, crossed.tolist(), seconds)

    def _group(self, cells: Sequence[CellState]) -> LaneGroup:
        columns = [
            self.kernel.aligned(np.stack(each, axis=1))
            for each in zip(*((c.values, c.cable, c.voltage_mV) for c in cells), strict=True)
        ]
        return LaneGroup(self._layout.tree, *columns)

    def _passing(self, requests: Sequence[Request]) -> Passing:
        first = requests[0]
        arrays = [request.voltage_mV for request in requests]
        # Lanes that are free write to one place, which nobody reads.
        length = first.n_step // first.every if first.every else 0
        unused = np.empty((len(first.watched), length))
        arrays += [unused] * (self.kernel.n_lane - len(requests))
        clamps = self._filled([request.clamp for request in requests])
        return Passing(
            first.n_step,
            np.array([clamp.amplitude_nA for clamp in clamps]),
            np.array([clamp.on for clamp in clamps], dtype=np.int64),
            np.array([clamp.off for clamp in clamps], dtype=np.int64),
            first.watched,
            first.every,
            [row for array in arrays for row in array] if first.every else [],
            first.threshold_mV,
        )

    def _replies(
        self,
        requests: Sequence[Request],
        state: FloatArray,
        time_ms: FloatArray,
        crossed: Sequence[int],
        seconds: float,
    ) -> list[Reply]:
        n = len(requests)
        voltage = state[: self.n_node, :n]
        # Comparisons with nan are false.
        sound = np.logical_and.reduce((voltage > -HIGHEST_MV) & (voltage < HIGHEST_MV), axis=0)
        distance = np.full(n, np.inf)
        references = [request.reference for request in requests]
        if all(reference is not None for reference in references):
            with np.errstate(all="ignore"):
                own = state[:, :n][self.own]
                distance = settling.distance(own, np.stack(references, axis=1)[self.own])  # type: ignore[arg-type]
        return [
            Reply(
                replace(request.cell, state=state[:, k].copy(), time_ms=float(time_ms[k])),
                crossed[k],
                bool(sound[k]),
                float(distance[k]),
                seconds,
            )
            for k, request in enumerate(requests)
        ]

    def _filled(self, given: list[Any]) -> list[Any]:
        return [*given, *([given[-1]] * (self.kernel.n_lane - len(given)))]


def _nodes_in_order(
    signature: Signature, loaded: LoadedKernel[ProbeKernel]
) -> list[tuple[int, Any]]:
    """Return all nodes with membrane and their kinds, kind after kind as the kernel has them."""
    return [
        (node, kind)
        for kind in sorted(loaded.numbers, key=lambda each: loaded.numbers[each])
        for node, number in enumerate(signature.kinds)
        if number >= 0 and signature.node_kinds[number] == kind
    ]


@dataclass(frozen=True)
class CellState:
    """A cell at some time.

    Attributes
    ----------
    runner
        Of its signature.
    values, cable, voltage_mV
        Columns of a `LaneGroup`.
    state : FloatArray, shape (n_state,)
        Empty: it has not begun.
    time_ms
        The present time.
    """

    runner: ProbeRunner
    values: FloatArray
    cable: FloatArray
    voltage_mV: FloatArray
    state: FloatArray
    time_ms: float

    @property
    def own(self) -> FloatArray:
        """What tells whether it is at rest, shape (n_own,)."""
        return self.state[self.runner.own]


@dataclass(frozen=True)
class Clamp:
    """A current from the step `on` of a request to the one before `off`."""

    amplitude_nA: float = 0.0
    on: int = 0
    off: int = 0


@dataclass(frozen=True)
class Request:
    """Let time pass.

    Attributes
    ----------
    cell
        A cell; one that has not begun begins first.
    n_step
        Time steps.
    clamp
        Its current.
    watched, every, voltage_mV
        The nodes whose voltages are written to `voltage_mV`, FloatArray, shape (n_watched,
        n_step // every), mV, after every so many steps; 0: none are.
    threshold_mV
        Of node 0; None: crossings are of no interest.
    event_node, weight
        Where an event comes before the first step, and its weight; None: none does.
    reference : FloatArray, shape (n_state,)
        A state; how far the cell is from it is told.
    """

    cell: CellState
    n_step: int
    clamp: Clamp = Clamp()
    watched: tuple[int, ...] = ()
    every: int = 0
    voltage_mV: Any = ()
    threshold_mV: float | None = None
    event_node: int | None = None
    weight: float = 0.0
    reference: FloatArray | None = None

    @property
    def begins(self) -> bool:
        """Whether the cell has not begun."""
        return not len(self.cell.state)

    @property
    def kind(self) -> tuple[Any, ...]:
        """What requests have to share for running together."""
        return (
            self.cell.runner,
            self.begins,
            self.n_step,
            self.watched,
            self.every,
            self.threshold_mV,
            self.event_node,
            self.reference is None,
        )


@dataclass(frozen=True)
class Reply:
    """What came of a request.

    Attributes
    ----------
    cell
        The cell afterwards.
    crossed
        The step in which it rose above the threshold; -1: it did not. The cell is good for
        nothing once it has.
    sound
        Whether its voltages are numbers that a cell can be thought to reach.
    distance
        From the reference; infinite without.
    seconds
        Its share of the time that this took.
    """

    cell: CellState
    crossed: int
    sound: bool
    distance: float
    seconds: float
