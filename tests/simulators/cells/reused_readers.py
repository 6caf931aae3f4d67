"""Readers of cells inside a worker, for the tests of reused cells."""

from __future__ import annotations

from typing import Any

from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.cells.numbers import variable_names
from pyneuronautofit.simulators.cells.worker import CellReader, ReadCell, packed_plan
from pyneuronautofit.simulators.neuron.session import open_session
from pyneuronautofit.simulators.processes.worker import describe

_GLOBAL = NodeVariable("global", "", "celsius", None)


def make_readers(setup, n_checked=0):
    """Return what reads messages of candidates with reused cells and without; `Job.make` calls it.

    It returns two answers for every candidate, or what was raised; how many candidates were read
    from reused cells; and whether that would go on.
    """
    session = open_session(setup)
    reusing, building = CellReader(session, setup, built_in=True), CellReader(session, setup)
    reusing._n_checked = n_checked
    plan: dict[NodeKind, tuple[NodeVariable, ...]] = {}

    def handle(messages):
        for message in messages:
            for values in message:
                learn(values)
        found, n_reused = [], 0
        for message in messages:
            tasks = [ReadCell(values, packed_plan(plan)) for values in message]
            ready = reusing.prepare(tasks)
            n_reused += len(ready)
            found += [ready.get(place) or answer(reusing, task) for place, task in enumerate(tasks)]
        reusing.close()
        tasks = [ReadCell(values, packed_plan(plan)) for message in messages for values in message]
        built = [answer(building, task) for task in tasks]
        return list(zip(found, built, strict=True)), n_reused, reusing._may_reuse

    def learn(values):
        signature = answer(building, ReadCell(values, packed_plan({})))
        if isinstance(signature, Signature):
            plan.update({kind: everything(kind) for kind in signature.node_kinds})

    return handle


def make_trusting_readers(setup):
    """Do as `make_readers`, of readers that have checked enough to trust the class."""
    return make_readers(setup, n_checked=10**6)


def answer(reader, task) -> Any:
    try:
        return reader(task)
    except Exception as error:  # noqa: BLE001
        return describe(error).partition(" (")[0]


def everything(kind: NodeKind) -> tuple[NodeVariable, ...]:
    """Return all that can be read at a node of a kind, also what was computed on the way."""
    own = [
        NodeVariable("mechanism", m, name, None)
        for m in kind.mechanisms
        for name in variable_names(m)
    ]
    ions = [
        NodeVariable("ion", ion.name, name, None)
        for ion in kind.ions
        for name in variable_names(f"{ion.name}_ion")
        if not name.endswith("_dv_")
    ]
    of_segment = [NodeVariable("segment", "", name, None) for name in ("diam", "area", "cm", "v")]
    return (*of_segment, *own, _GLOBAL, *ions)
