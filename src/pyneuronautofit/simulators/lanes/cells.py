"""Reading cells in worker processes, and having the kernels made that they need.

What has to be read of a cell is known once there is a kernel for its kinds of nodes, and which
kinds these are is known once the cell has been built. So workers are given a *plan*, what to read
at the nodes of every kind; of a cell with a kind that is not in it they return the signature, and
it is read again when the kernel has been made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.errors import PyNeuronAutofitError, UnsupportedModel
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.cells.worker import packed_plan
from pyneuronautofit.simulators.lanes.kernel import KernelBase
from pyneuronautofit.simulators.lanes.library import KernelLibrary
from pyneuronautofit.simulators.processes.pool import Outcome, WorkerPool


def read_cells(
    cells: Sequence[int],
    make_task: Callable[[int, bytes], Any],
    workers: WorkerPool,
    kernels: KernelLibrary[KernelBase],
    threads: Executor,
    *,
    together: int = 1,
) -> list[Outcome]:
    """Return the outcome of reading every cell, in their order; kernels for them have been loaded.

    Parameters
    ----------
    cells
        Their numbers, which outcomes have as `task`.
    make_task
        Makes of a number, and a plan by `packed_plan`, what a worker is given.
    workers
        They answer with something that has a `signature`; with a `Signature` where the plan lacks a
        kind; or with an error, which is raised.
    kernels
        Loads what is needed, and knows the plan.
    threads
        Where kernels are compiled side by side.
    together
        So many tasks may travel in one message.

    Raises
    ------
    UnsupportedModel
        If a cell cannot be simulated.
    KernelBuildError
        If a kernel cannot be compiled.
    """
    found: list[Outcome] = []
    pending = list(cells)
    while pending:
        asked, pending = pending, []
        plan = packed_plan(kernels.plan)
        # Those of one message are one object, which is told by its address: most are asked for.
        signatures: dict[int, Signature] = {}
        tasks = [make_task(cell, plan) for cell in asked]
        for outcome in workers.map(tasks, together):
            cell, value = asked[outcome.task], outcome.value
            if isinstance(value, PyNeuronAutofitError):
                raise value
            if isinstance(value, Signature):
                signatures[id(value)] = value
                pending.append(cell)
                continue
            if value is not None:  # the cell has not failed
                signatures[id(value.signature)] = value.signature
            found.append(outcome if cell == outcome.task else replace(outcome, task=cell))
        _load(kernels, set(signatures.values()), threads)
    return sorted(found, key=lambda outcome: outcome.task)


def _load(
    kernels: KernelLibrary[KernelBase], signatures: set[Signature], threads: Executor
) -> None:
    """Load the kernels for cells; all at once."""
    kinds: set[frozenset[NodeKind]] = {frozenset(each.node_kinds) for each in signatures}
    in_order = sorted(kinds, key=lambda each: sorted(map(repr, each)))
    diffusing = {
        suffix
        for loaded in threads.map(kernels.kernel_for, in_order)
        for suffix in loaded.diffusing
    }
    for suffix in sorted(diffusing):
        for signature in signatures:
            _refuse_diffusion(signature, suffix)


def _refuse_diffusion(signature: Signature, suffix: str) -> None:
    """Raise UnsupportedModel if something would go from one segment to another."""
    if suffix in signature.neighbouring:
        raise UnsupportedModel(
            f"the mechanism {suffix} has LONGITUDINAL_DIFFUSION and stands in neighbouring "
            "segments, between which --simulator batch lets nothing but current go. Use "
            "--simulator neuron for this model, or let the mechanism stand in sections of one "
            "segment with none beside them that has it."
        )
