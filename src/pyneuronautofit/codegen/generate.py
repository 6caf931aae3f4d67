"""Writing the source of a kernel, in a worker process: NEURON's parser reads the .mod files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pyneuronautofit.codegen.ir.node import Name
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.codegen.nmodl.sources import find_sources
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.codegen.nmodl.walking import diffuses
from pyneuronautofit.codegen.targets import TARGETS, TargetName
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
    target
        Of the table `TARGETS`: what the kernel is for.
    receiving
        The mechanism of the point process that takes an event; "": none does.

    Raises
    ------
    ValueError
        If none can, in such a kernel: a programmer's mistake.
    """

    kinds: tuple[NodeKind, ...]
    precision: Literal["double", "single"]
    target: TargetName = "fixed"
    receiving: str = ""

    def __post_init__(self) -> None:
        if self.receiving and not TARGETS[self.target].receives:
            raise ValueError(
                f"no event can come to a kernel of the target {self.target!r}, but "
                f"{self.receiving!r} is to receive one"
            )


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
    diffusing
        Mechanisms of which something would go to neighbouring segments that have them, too.
    """

    source: str
    variables: tuple[tuple[NodeVariable, ...], ...]
    states: tuple[tuple[tuple[Name, bool], ...], ...] = ()
    diffusing: tuple[str, ...] = ()


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
    target = TARGETS[task.target]
    single = task.precision == "single"
    made = [
        target.generate_kind(
            f"Kind{number}", kind, mechanisms, single=single, receiving=task.receiving
        )
        for number, kind in enumerate(task.kinds)
    ]
    return GeneratedKernel(
        target.join([kind.source for kind in made]),
        tuple(kind.variables for kind in made),
        tuple(kind.states for kind in made) if target.keeps_states else (),
        tuple(sorted(suffix for suffix, each in mechanisms.items() if diffuses(each))),
    )
