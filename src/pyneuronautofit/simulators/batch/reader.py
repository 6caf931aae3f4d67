"""What the batch simulator's worker processes do: read cells, and generate kernels.

Both need NEURON: a cell is built by its class and read from NEURON's memory, and .mod files are read
by NEURON's parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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


@dataclass(frozen=True)
class ReadCell:
    """Build a candidate's cell and read it.

    Attributes
    ----------
    settings
        The candidate's parameters.
    plan
        What to read. A cell with a kind of node that is not in it is answered with its signature.
    """

    settings: Settings
    plan: ReadingPlan


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


Answer = CellImage | Signature | GeneratedKernel | PyNeuronAutofitError


def make_reader(setup: NeuronSetup) -> Reader:
    """Load the model; what `Job.make` calls in a worker.

    Raises
    ------
    ModelError
        If it cannot be loaded, or lacks a parameter or the soma.
    """
    return Reader(make_bench(setup), setup)


class Reader:
    """Handles the tasks of a worker."""

    def __init__(self, bench: Bench, setup: NeuronSetup) -> None:
        self._bench = bench
        self._experiment = setup.experiment
        self._mods = setup.source.mods
        self._n_read = 0

    def __call__(self, task: ReadCell | GenerateKernel) -> Answer:
        """Handle a task; what the user can mend is returned, not raised."""
        try:
            if isinstance(task, GenerateKernel):
                return generate_kernel(task, self._mods)
            return self._read(task)
        except PyNeuronAutofitError as error:
            return error

    def _read(self, task: ReadCell) -> CellImage | Signature:
        self._n_read += 1
        try:
            cell = self._bench.build(task.settings)
            soma = cell.soma(0.5)
            refuse_unsupported(cell, soma)
            self._bench.initialise(self._experiment)
            signature, _cable, _segments = read_structure(cell, soma)
            if any(kind not in task.plan for kind in signature.node_kinds):
                return signature
            return read_image(cell, soma, task.plan)
        finally:
            self._bench.clear(collect=self._n_read % _CELLS_PER_COLLECTION == 0)


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
