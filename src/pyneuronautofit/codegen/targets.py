"""What kernels are made for: a scheme, its C++, and what is told of the states, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from pyneuronautofit._registry import table_by
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
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.nmodl.tree import Mechanism
from pyneuronautofit.codegen.schemes.adaptive_step import AdaptiveProgram, build_adaptive
from pyneuronautofit.codegen.schemes.equations import build_equations
from pyneuronautofit.codegen.schemes.fixed_step import build_program

TargetName = Literal["fixed", "adaptive", "probe"]

Program = TypeVar("Program")
Program_co = TypeVar("Program_co", covariant=True)
Program_contra = TypeVar("Program_contra", contravariant=True)


class Scheme(Protocol[Program_co]):
    """Makes the program of a kind of node; its arguments are those of `build_program`."""

    def __call__(
        self,
        kind: NodeKind,
        mechanisms: Mapping[str, Mechanism],
        *,
        single: bool,
        receiving: str,
    ) -> Program_co:
        """Make it."""
        ...


class KindWriter(Protocol[Program_contra]):
    """Writes the struct of a kind of node."""

    def __call__(self, name: str, program: Program_contra, *, single: bool) -> GeneratedKind:
        """Write it."""
        ...


@dataclass(frozen=True)
class KernelTarget(Generic[Program]):
    """What a kernel can be made for.

    Attributes
    ----------
    name
        In the table.
    scheme
        How a kind of node becomes a program.
    write_kind
        How that becomes a struct.
    join
        How the structs `Kind0`, `Kind1`, ... become a source, with the runtime for them.
    receives
        Whether a point process may take an event.
    keeps_states
        Whether somebody wants to know what a node keeps from step to step.
    """

    name: TargetName
    scheme: Scheme[Program]
    write_kind: KindWriter[Program]
    join: Callable[[Sequence[str]], str]
    receives: bool = False
    keeps_states: bool = False

    def generate_kind(
        self,
        name: str,
        kind: NodeKind,
        mechanisms: Mapping[str, Mechanism],
        *,
        single: bool,
        receiving: str,
    ) -> GeneratedKind:
        """Write the code of one kind of node, the struct `name`; see `build_program`."""
        program = self.scheme(kind, mechanisms, single=single, receiving=receiving)
        return self.write_kind(name, program, single=single)


def _adaptive_scheme(
    kind: NodeKind, mechanisms: Mapping[str, Mechanism], *, single: bool, receiving: str
) -> AdaptiveProgram:
    del receiving  # of a target that does not receive, it is ""
    return build_adaptive(build_equations(kind, mechanisms, single=single))


#: NEURON's fixed step; steps of its own for every cell; the fixed step from any state on.
TARGETS: Mapping[str, KernelTarget[Any]] = table_by(
    lambda target: target.name,
    (
        KernelTarget("fixed", build_program, generate_kind, generate_source),
        KernelTarget(
            "adaptive", _adaptive_scheme, generate_adaptive_kind, generate_adaptive_source
        ),
        KernelTarget(
            "probe",
            build_program,
            generate_kind,
            generate_probe_source,
            receives=True,
            keeps_states=True,
        ),
    ),
)
