"""What the batch simulator's worker processes do: read cells, and write the sources of kernels.

Both need NEURON: a cell is built by its class and read from NEURON's memory, and .mod files are
read by NEURON's parser.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.simulators._neuron_cell import Bench, NeuronSetup, Settings, make_bench
from pyneuronautofit.simulators.batch.generate import generate_kind, generate_source
from pyneuronautofit.simulators.batch.nmodl.syntax import read_mechanism
from pyneuronautofit.simulators.batch.program import build_program
from pyneuronautofit.simulators.batch.reading import (
    read_image,
    read_structure,
    refuse_unsupported,
)
from pyneuronautofit.simulators.batch.sources import find_sources
from pyneuronautofit.simulators.batch.structure import (
    CellImage,
    NodeKind,
    Signature,
    Variable,
)

#: What is read at the nodes of every kind.
ReadingPlan = Mapping[NodeKind, tuple[Variable, ...]]

# Freeing unreachable cells takes longer than reading one.
_CELLS_PER_COLLECTION = 50


def packed_plan(plan: ReadingPlan) -> bytes:
    """Make of a plan what can be sent with every task: it is long, and only once new."""
    return pickle.dumps(dict(plan), protocol=pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=4)
def _unpacked_plan(plan: bytes) -> ReadingPlan:
    return cast(ReadingPlan, pickle.loads(plan))


@dataclass(frozen=True)
class ReadCell:
    """Build a candidate's cell and read it.

    Attributes
    ----------
    settings
        The candidate's parameters.
    plan
        What to read, by `packed_plan`. A cell with a kind of node that is not in it is answered
        with its signature.
    """

    settings: Settings
    plan: bytes


@dataclass(frozen=True)
class GenerateKernel:
    """Write the source of a kernel.

    Attributes
    ----------
    kinds
        What it is for, in the order of their numbers.
    precision
        Of its lanes.
    """

    kinds: tuple[NodeKind, ...]
    precision: Literal["double", "single"]


@dataclass(frozen=True)
class GeneratedKernel:
    """The source of a kernel.

    Attributes
    ----------
    source
        C++.
    variables
        What is read at the nodes of every kind, in the order of the kinds.
    """

    source: str
    variables: tuple[tuple[Variable, ...], ...]


Answer = CellImage | Signature | PyNeuronAutofitError


def make_reader(setup: NeuronSetup) -> Reader:
    """Load the model; what `Job.make` calls in a worker.

    Raises
    ------
    ModelError
        If it cannot be loaded, or lacks a parameter or the soma.
    """
    reader = Reader(make_bench(setup), setup)
    # What is here now is here to stay, and need not be gone through for every few cells.
    gc.freeze()
    return reader


class Reader:
    """Reads the cells of candidates, one after the other."""

    def __init__(self, bench: Bench, setup: NeuronSetup) -> None:
        self._bench = bench
        self._experiment = setup.experiment
        self._n_read = 0

    def __call__(self, task: ReadCell) -> Answer:
        """Read a cell; an error of the reading, not of the candidate, is returned, not raised."""
        self._n_read += 1
        try:
            # What the cell class raises is the failure of this candidate alone.
            cell = self._bench.build(task.settings)
            return self._read(cell, _unpacked_plan(task.plan))
        finally:
            self._bench.clear(collect=self._n_read % _CELLS_PER_COLLECTION == 0)

    def _read(self, cell: Any, plan: ReadingPlan) -> Answer:
        soma = cell.soma(0.5)
        try:
            refuse_unsupported(cell, soma)
            self._bench.initialise(self._experiment)
            return read_image(cell, soma, plan)
        except KeyError as error:
            if not any(isinstance(lacking, NodeKind) for lacking in error.args):
                raise
            return read_structure(cell, soma)[0]
        except PyNeuronAutofitError as error:
            return error


def make_writer(mods: Path | None) -> Callable[[GenerateKernel], Any]:
    """Return what writes the sources of kernels; what `Job.make` calls in a worker.

    It has a process of its own, without the model: that takes longer than a cell may.
    """

    def write(task: GenerateKernel) -> GeneratedKernel | PyNeuronAutofitError:
        try:
            return generate_kernel(task, mods)
        except PyNeuronAutofitError as error:
            return error

    return write


def generate_kernel(task: GenerateKernel, mods: Path | None) -> GeneratedKernel:
    """Write the source of a kernel.

    Raises
    ------
    UnsupportedModel
        If a mechanism cannot be simulated.
    """
    sources = find_sources(mods, task.kinds)
    mechanisms = {suffix: read_mechanism(path) for suffix, path in sources.items()}
    single = task.precision == "single"
    structs, variables = [], []
    for number, kind in enumerate(task.kinds):
        program = build_program(kind, mechanisms, single=single)
        generated = generate_kind(f"Kind{number}", program, single=single)
        structs.append(generated.source)
        variables.append(generated.variables)
    return GeneratedKernel(generate_source(structs), tuple(variables))
