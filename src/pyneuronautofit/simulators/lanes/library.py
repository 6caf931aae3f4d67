"""Kernels by what they are for: generated and compiled at first use, kept for the next start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pyneuronautofit import codegen
from pyneuronautofit._native import artifacts
from pyneuronautofit.codegen.compile import Precision, compile_kernel, read_sidecar, write_sidecar
from pyneuronautofit.codegen.generate import GeneratedKernel, GenerateKernel
from pyneuronautofit.codegen.ir.node import Name
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.codegen.nmodl.sources import find_sources
from pyneuronautofit.models import neuron_version
from pyneuronautofit.probes.batch.kernel import ProbeKernel
from pyneuronautofit.simulators.lanes.adaptive_kernel import AdaptiveKernel
from pyneuronautofit.simulators.lanes.kernel import Kernel


@dataclass(frozen=True, eq=False)
class LoadedKernel:
    """A kernel and what it is for.

    Attributes
    ----------
    kernel
        Its functions.
    key
        A name for what it was made from.
    numbers
        Its number of every kind of node.
    variables
        What is to be read at the nodes of every kind.
    states
        What a node of every kind keeps, as of `GeneratedKernel`; known of kernels for probes.
    """

    kernel: Kernel | AdaptiveKernel | ProbeKernel
    key: str
    numbers: dict[NodeKind, int]
    variables: dict[NodeKind, tuple[NodeVariable, ...]]
    states: dict[NodeKind, tuple[tuple[Name, bool], ...]]

    @property
    def sizes(self) -> dict[NodeKind, int]:
        """How many variables are read at a node of every kind."""
        return {kind: len(variables) for kind, variables in self.variables.items()}


class KernelLibrary:
    """The kernels of a model.

    Parameters
    ----------
    mods
        The folder of the model's .mod files, or None.
    generate
        Has a kernel's source written, by a process that has NEURON.
    purpose
        A `GenerateKernel` without kinds: what kernels are for.
    """

    def __init__(
        self,
        mods: Path | None,
        generate: Callable[[GenerateKernel], GeneratedKernel],
        purpose: GenerateKernel,
    ) -> None:
        self._mods = mods
        self._purpose = purpose
        self._precision: Precision = purpose.precision
        self._generate = generate
        self._loaded: dict[frozenset[NodeKind], LoadedKernel] = {}

    def kernel_for(self, kinds: frozenset[NodeKind]) -> LoadedKernel:
        """Return the kernel for cells with these kinds of nodes.

        Raises
        ------
        UnsupportedModel
            If a mechanism cannot be simulated.
        KernelBuildError
            If the kernel cannot be compiled; NoCompilerError if there is no compiler.
        """
        if kinds not in self._loaded:
            self._loaded[kinds] = self._load(tuple(sorted(kinds, key=repr)))
        return self._loaded[kinds]

    def _load(self, kinds: tuple[NodeKind, ...]) -> LoadedKernel:
        key = self._key(kinds)
        sidecar = artifacts.cache_folder("kernels") / f"{key}.json"
        known = _from_json(read_sidecar(sidecar), len(kinds))
        generated = known or self._generate(replace(self._purpose, kinds=kinds))
        path = compile_kernel(generated.source, precision=self._precision)
        if known is None:
            write_sidecar(sidecar, asdict(generated))
        return LoadedKernel(
            self._open(path),
            key,
            {kind: number for number, kind in enumerate(kinds)},
            dict(zip(kinds, generated.variables, strict=True)),
            dict(zip(kinds, generated.states)),
        )

    def _open(self, library: Path) -> Kernel | AdaptiveKernel | ProbeKernel:
        if self._purpose.adaptive:
            return AdaptiveKernel(library)
        return ProbeKernel(library) if self._purpose.probe else Kernel(library)

    def _key(self, kinds: tuple[NodeKind, ...]) -> str:
        """Return a name for all that a kernel's source depends on."""
        sources = find_sources(self._mods, kinds)
        here = Path(codegen.__file__).parent
        parts = [
            neuron_version().encode(),
            repr(replace(self._purpose, kinds=kinds)).encode(),
            *(path.read_bytes() for path in sorted(here.rglob("*.py"))),
            *(sources[suffix].read_bytes() for suffix in sorted(sources)),
            *(path.read_bytes() for path in _included(self._mods)),
        ]
        return artifacts.digest(parts)


def _included(mods: Path | None) -> list[Path]:
    """Return the files beside the .mod files that these may include."""
    return [] if mods is None else sorted(path for path in mods.glob("*.inc") if path.is_file())


def _from_json(found: dict[str, Any] | None, n_kind: int) -> GeneratedKernel | None:
    """Return what a sidecar says; None where it says nothing that can be used."""
    try:
        variables = tuple(
            tuple(NodeVariable(**fields) for fields in kind) for kind in (found or {})["variables"]
        )
        source = str((found or {})["source"])
        states = tuple(
            tuple((tuple(name), bool(own)) for name, own in kind)
            for kind in (found or {})["states"]
        )
    except (KeyError, TypeError, ValueError):
        return None
    return GeneratedKernel(source, variables, states) if len(variables) == n_kind else None
