"""Writing the source of a kernel, in a worker process: NEURON's parser reads the .mod files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pyneuronautofit.codegen.cpp.adaptive_step import (
    generate_adaptive_kind,
    generate_adaptive_source,
)
from pyneuronautofit.codegen.cpp.fixed_step import (
    GeneratedKind,
    generate_kind,
    generate_probe_source,
    generate_source,
)
from pyneuronautofit.codegen.ir.node import Name
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.codegen.nmodl.sources import find_sources
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.codegen.nmodl.tree import Mechanism
from pyneuronautofit.codegen.schemes.adaptive_step import build_adaptive
from pyneuronautofit.codegen.schemes.equations import build_equations
from pyneuronautofit.codegen.schemes.fixed_step import build_program
from pyneuronautofit.errors import PyNeuronAutofitError


@dataclass(frozen=True)
class GenerateKernel:
    """Write the source of a kernel.

    Attributes
    ----------
    kinds
        What it is for, in the order of their numbers.
    precision
        Of its lanes.
    adaptive
        For the adaptive integrator; else for the fixed step.
    probe
        For probes: with the fixed step, from any state on.
    receiving
        The mechanism of the point process that takes an event, for a probe; "": none does.
    """

    kinds: tuple[NodeKind, ...]
    precision: Literal["double", "single"]
    adaptive: bool = False
    probe: bool = False
    receiving: str = ""


@dataclass(frozen=True)
class GeneratedKernel:
    """The source of a kernel.

    Attributes
    ----------
    source
        C++.
    variables
        What is read at the nodes of every kind, in the order of the kinds.
    states
        What every kind keeps from step to step, as of `GeneratedKind`.
    """

    source: str
    variables: tuple[tuple[NodeVariable, ...], ...]
    states: tuple[tuple[tuple[Name, bool], ...], ...] = ()


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
    made = [
        _kind(f"Kind{number}", kind, mechanisms, task) for number, kind in enumerate(task.kinds)
    ]
    join = generate_adaptive_source if task.adaptive else generate_source
    if task.probe:
        join = generate_probe_source
    return GeneratedKernel(
        join([kind.source for kind in made]),
        tuple(kind.variables for kind in made),
        tuple(kind.states for kind in made) if task.probe else (),
    )


def _kind(
    name: str, kind: NodeKind, mechanisms: dict[str, Mechanism], task: GenerateKernel
) -> GeneratedKind:
    single = task.precision == "single"
    if task.adaptive:
        adaptive = build_adaptive(build_equations(kind, mechanisms, single=single))
        return generate_adaptive_kind(name, adaptive, single=single)
    program = build_program(kind, mechanisms, single=single, receiving=task.receiving)
    return generate_kind(name, program, single=single)
