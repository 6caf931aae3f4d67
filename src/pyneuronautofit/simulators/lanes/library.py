"""Kernels by what they are for: generated and compiled at first use, kept for the next start."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, Generic, TypeVar

from pyneuronautofit._native import artifacts
from pyneuronautofit.codegen.compile import (
    KernelBuildError,
    Precision,
    compile_kernel,
    read_sidecar,
    write_sidecar,
)
from pyneuronautofit.codegen.generate import GeneratedKernel, GenerateKernel, make_writer
from pyneuronautofit.codegen.ir.node import Name
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.codegen.source_key import source_key
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.simulators.cells.worker import ReadingPlan
from pyneuronautofit.simulators.lanes.kernel import KernelBase
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool

# Channels of the largest published cells take some seconds.
_WRITING_LIMIT_S = 600.0

K_co = TypeVar("K_co", bound=KernelBase, covariant=True)


@dataclass(frozen=True, eq=False)
class LoadedKernel(Generic[K_co]):
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
        What a node of every kind keeps, as of `GeneratedKernel`; empty where the target does not
        keep that.
    diffusing
        As of `GeneratedKernel`.
    library
        The compiled library.
    """

    kernel: K_co
    key: str
    numbers: dict[NodeKind, int]
    variables: dict[NodeKind, tuple[NodeVariable, ...]]
    states: dict[NodeKind, tuple[tuple[Name, bool], ...]]
    diffusing: tuple[str, ...] = ()
    library: Path | None = None

    @property
    def sizes(self) -> dict[NodeKind, int]:
        """How many variables are read at a node of every kind."""
        return {kind: len(variables) for kind, variables in self.variables.items()}


class KernelLibrary(Generic[K_co]):
    """The kernels of a model.

    Parameters
    ----------
    mods
        The folder of the model's .mod files, or None.
    opens
        The class of the kernels, which opens a library; it says what they are made for.
    precision
        Of their lanes.
    receiving
        As of `GenerateKernel`.
    """

    def __init__(
        self,
        mods: Path | None,
        opens: type[K_co],
        precision: Precision = "double",
        *,
        receiving: str = "",
    ) -> None:
        self._mods = mods
        self._opens = opens
        self._purpose = GenerateKernel((), precision, opens.target, receiving)
        self._stop = Event()
        self._generate = kernel_writer(mods, self._stop)
        self._loaded: dict[frozenset[NodeKind], LoadedKernel[K_co]] = {}

    @property
    def plan(self) -> ReadingPlan:
        """What is to be read at the nodes of every kind that some kernel has been loaded for."""
        plan: dict[NodeKind, tuple[NodeVariable, ...]] = {}
        for loaded in list(self._loaded.values()):
            for kind, variables in loaded.variables.items():
                # To the last bit what workers have had before, where nothing is new.
                plan.setdefault(kind, variables)
        return plan

    @property
    def keys(self) -> tuple[str, ...]:
        """Names for the kernels that have been loaded."""
        return tuple(sorted(loaded.key for loaded in list(self._loaded.values())))

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each compiled library that has been loaded, by `keys`."""
        loaded = ((each.key, each.library) for each in list(self._loaded.values()))
        return {
            key: hashlib.sha256(library.read_bytes()).hexdigest()
            for key, library in loaded
            if library is not None
        }

    def abandon(self) -> None:
        """Give up, in whatever thread, what is being written and compiled; no more is made."""
        self._stop.set()

    def kernel_for(self, kinds: Iterable[NodeKind]) -> LoadedKernel[K_co]:
        """Return the kernel for cells with these kinds of nodes.

        Raises
        ------
        UnsupportedModel
            If a mechanism cannot be simulated.
        KernelBuildError
            If the kernel cannot be compiled; NoCompilerError if there is no compiler.
        concurrent.futures.CancelledError
            If it is given up.
        """
        wanted = frozenset(kinds)
        if wanted not in self._loaded:
            self._loaded[wanted] = self._load(tuple(sorted(wanted, key=repr)))
        return self._loaded[wanted]

    def _load(self, kinds: tuple[NodeKind, ...]) -> LoadedKernel[K_co]:
        task = replace(self._purpose, kinds=kinds)
        key = source_key(task, self._mods)
        sidecar = artifacts.cache_folder("kernels") / f"{key}.json"
        known = _from_json(read_sidecar(sidecar), len(kinds))
        generated = known or self._generate(task)
        path = compile_kernel(generated.source, precision=task.precision, stop=self._stop)
        if known is None:
            write_sidecar(sidecar, asdict(generated))
        return LoadedKernel(
            self._opens(path),
            key,
            {kind: number for number, kind in enumerate(kinds)},
            dict(zip(kinds, generated.variables, strict=True)),
            dict(zip(kinds, generated.states)),
            generated.diffusing,
            path,
        )


def kernel_writer(
    mods: Path | None, stop: Event | None = None
) -> Callable[[GenerateKernel], GeneratedKernel]:
    """Return what has the sources of kernels written, each by a process of its own."""

    def write(task: GenerateKernel) -> GeneratedKernel:
        pool = WorkerPool(Job(make_writer, mods), 1, _WRITING_LIMIT_S, 1, stop)
        try:
            (outcome,) = pool.map([task])
        finally:
            pool.close()
        if isinstance(outcome.value, PyNeuronAutofitError):
            raise outcome.value
        if not isinstance(outcome.value, GeneratedKernel):
            raise KernelBuildError(
                f"the kernel of the batch simulator could not be written ({outcome.message}). "
                "Use --simulator neuron for this model."
            )
        return outcome.value

    return write


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
        diffusing = tuple(map(str, (found or {})["diffusing"]))
    except (KeyError, TypeError, ValueError):
        return None
    generated = GeneratedKernel(source, variables, states, diffusing)
    return generated if len(variables) == n_kind else None
