"""What docs/channel-to-machine-code.md shows of a channel: every stage as the program has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
from _blocks import code, table

from pyneuronautofit._native import artifacts
from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.compile import RUNTIME, read_sidecar
from pyneuronautofit.codegen.cpp.fixed_step import GeneratedKind, generate_kind
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.infix import infix
from pyneuronautofit.codegen.ir.node import Name, Node
from pyneuronautofit.codegen.ir.passes import share_exponentials, share_powers
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.codegen.nmodl.tree import Mechanism
from pyneuronautofit.codegen.schemes.adaptive_step import build_adaptive
from pyneuronautofit.codegen.schemes.equations import build_equations
from pyneuronautofit.codegen.schemes.fixed_step import build_program
from pyneuronautofit.models import Model, load_model
from pyneuronautofit.simulators import BatchSimulator, Clock, Experiment, NeuronSimulator
from pyneuronautofit.simulators.cells.reading import read_structure
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.space import ParameterSpace

CHANNEL = "km"
TEMPERATURE_DEGC = 34.0
GBAR_S_CM2 = 1e-3
CLOCK = Clock(step_ms=0.1, substeps=4)
#: ms: the whole sweep, and from when to when 30 pA flow.
SWEEP_MS, ON_MS, OFF_MS, STEP_PA = 500.0, 50.0, 350.0, 30.0
#: ms: where voltages are printed.
SHOWN_MS = (0.0, 75.0, 100.0, 150.0, 200.0, 349.0, 375.0, 400.0, 499.0)
#: mV: by how much voltages may differ, as the page says.
FIXED_BOUND_MV, ADAPTIVE_BOUND_MV = 1e-7, 5e-2
CVODE_MV = 1e-7
#: Characters in a line of expressions.
LONGEST = 40


def blocks(repository: Path) -> dict[str, str]:
    """Return all that is computed on the page."""
    folder = repository / "docs" / "channel"
    path = folder / "mods" / f"{CHANNEL}.mod"
    model = load_model(folder, folder)
    kind = kind_of_soma(model)
    mechanism = read_mechanism(path)
    made = generated(kind, {CHANNEL: mechanism})
    return {
        "mod": code(path.read_text(encoding="utf-8")),
        "kind": code(record(kind)),
        **_of_statements(mechanism),
        **_of_equations(kind, mechanism),
        **_of_fixed_step(kind, mechanism),
        **_of_adaptive_step(kind, mechanism),
        "struct": code(made.source, "cpp"),
        "raw": _variables(made.variables),
        "step": code(_function(RUNTIME / "driver.hpp", "    void step(V stimulus) {"), "cpp"),
        **_of_voltages(model, made.source),
    }


def kind_of_soma(model: Model) -> NodeKind:
    """Return what NEURON says that the cell's only segment is."""
    cell = model.cell_source.load()(0)
    signature, _cable, _segments = read_structure(cell, cell.soma(0.5))
    (kind,) = signature.node_kinds
    return kind


def generated(kind: NodeKind, mechanisms: Mapping[str, Mechanism]) -> GeneratedKind:
    """Return the C++ of a kind of node for the fixed step in double precision."""
    program = build_program(kind, mechanisms, single=False)
    return generate_kind("Kind0", program, single=False)


# --- statements


def record(value: object, indent: int = 0, width: int = 92) -> str:
    """Return a record as Python would make it, without what is empty or as usual."""
    if is_dataclass(value):
        name = type(value).__name__
        shown = [(field.name, getattr(value, field.name)) for field in fields(value)]
        shown = [(n, x) for n, x in shown if x is not None and x != () and x is not False]
        # A record of a few things is plain without their names.
        names = [f"{name}=" if len(shown) > 3 else "" for name, _x in shown]
        parts = [f"{n}{record(x, indent + 4)}" for n, (_n, x) in zip(names, shown, strict=True)]
        return _enclosed(f"{name}(", parts, ")", indent, width)
    if isinstance(value, tuple):
        parts = [record(each, indent + 4) for each in value]
        return _enclosed("(", parts, ",)" if len(parts) == 1 else ")", indent, width)
    return json.dumps(value)


def _enclosed(head: str, parts: Sequence[str], tail: str, indent: int, width: int) -> str:
    line = f"{head}{', '.join(parts)}{tail}"
    if indent + len(line) <= width and "\n" not in line:
        return line
    space = " " * (indent + 4)
    inner = "".join(f"{space}{part},\n" for part in parts)
    return f"{head}\n{inner}{' ' * indent}{tail.lstrip(',')}"


def _of_statements(mechanism: Mechanism) -> dict[str, str]:
    lines = [
        f"suffix      {mechanism.suffix}",
        f"ions        {', '.join(record(ion) for ion in mechanism.ions)}",
        f"ranges      {', '.join(sorted(mechanism.ranges))}",
        f"parameters  {', '.join(f'{n} = {x:g}' for n, x in mechanism.parameters.items())}",
        f"states      {', '.join(mechanism.states)}",
    ]
    bodies = ["# BREAKPOINT", *map(record, mechanism.breakpoint)]
    bodies += ["# DERIVATIVE states", *map(record, mechanism.blocks["states"].body)]
    return {"declarations": code(lines), "statements": code(bodies)}


# --- expressions


def _called(mechanism: Mechanism, step: str) -> Callable[[Name], str]:
    """Return how the page calls inputs: by their names in the .mod file."""

    def called(name: Name) -> str:
        match name:
            case ("read", "mechanism", _, variable, _) if variable in mechanism.states:
                return f"{variable}_of_NEURON"
            case ("read", _, _, variable, _):
                return variable
            case ("past", "mechanism", _, variable):
                return f"{variable}inf_before"
            case ("step", "middle"):
                return "v_middle"
            case ("dt",):
                return step
        return name[-1]

    return called


def _written(mechanism: Mechanism, roots: Mapping[str, Node], step: str = "dt") -> str:
    return code(infix(roots, named=_called(mechanism, step), longest=LONGEST))


def _of_equations(kind: NodeKind, mechanism: Mechanism) -> dict[str, str]:
    equations = build_equations(kind, {mechanism.suffix: mechanism}, single=False)
    roots = {"current": equations.current}
    roots |= {f"{name[-1]}_rate": rate for name, rate in equations.rates.items()}
    roots |= {f"{name[-1]}_first": value for name, value in equations.first.items()}
    return {"equations": _written(mechanism, roots)}


def _of_fixed_step(kind: NodeKind, mechanism: Mechanism) -> dict[str, str]:
    program = build_program(kind, {mechanism.suffix: mechanism}, single=False)
    names = [*(f"{name[-1]}_new" for name in program.states), "current", "slope"]
    before = dict(zip(names, program.step, strict=True))
    after = dict(zip(names, share_exponentials(program.graph, program.step), strict=True))
    return {
        "fixed": _written(mechanism, before),
        "fixed-shared": _written(mechanism, after),
    }


def _of_adaptive_step(kind: NodeKind, mechanism: Mechanism) -> dict[str, str]:
    mechanisms = {mechanism.suffix: mechanism}
    program = build_adaptive(build_equations(kind, mechanisms, single=False))
    names = [*(f"{name[-1]}_end" for name in program.states)]
    names += [*(f"{name[-1]}inf" for name in program.past), "current", "slope"]

    def shared(graph: Graph, roots: Sequence[Node]) -> list[Node]:
        return share_exponentials(graph, share_powers(graph, roots, np.inf))

    after = dict(zip(names, shared(program.graph, program.advance), strict=True))
    return {"adaptive": _written(mechanism, after, "h")}


def _variables(variables: Iterable[NodeVariable]) -> str:
    rows = [
        (f"`raw[{place}]`", f"`{each.name}`", each.owner, each.mechanism)
        for place, each in enumerate(variables)
    ]
    return table(["place", "variable", "whose", "of"], rows)


# --- the same numbers


def _function(path: Path, head: str) -> list[str]:
    """Return the lines of a function, its comment included, as they stand in a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = last = lines.index(head)
    while lines[first - 1].lstrip().startswith("//"):
        first -= 1
    indent = head[: len(head) - len(head.lstrip())]
    while lines[last] != f"{indent}}}":
        last += 1
    return [line.removeprefix(indent) for line in lines[first : last + 1]]


def _of_voltages(model: Model, source: str) -> dict[str, str]:
    """Simulate the cell in all four ways, and compare."""
    time_ms = np.arange(round(SWEEP_MS / CLOCK.step_ms)) * CLOCK.step_ms
    current_pA = np.where((time_ms >= ON_MS) & (time_ms < OFF_MS), STEP_PA, 0.0)[None]
    experiment = Experiment(current_pA, np.zeros(1), CLOCK, TEMPERATURE_DEGC)
    space = ParameterSpace.from_rows(model.parameters)
    models = space.to_model(np.log10([[GBAR_S_CM2]]))
    place = (model.cell_source, experiment, 1)
    with BatchSimulator(*place) as simulator:
        fixed = _only(simulator.run(models).voltage_mV)
        keys = simulator.kernel_keys()
    _check_that_this_ran(keys, source)
    with BatchSimulator(*place, adaptive=Adaptive()) as simulator:
        adaptive = _only(simulator.run(models).voltage_mV)
        n_adaptive = simulator.lane_use.accepted
    with NeuronSimulator(*place) as neuron:
        neuron_fixed = _only(neuron.run(models).voltage_mV)
    with NeuronSimulator(*place, cvode_tolerance_mV=CVODE_MV) as neuron:
        cvode = _only(neuron.run(models).voltage_mV)
    _check(fixed, neuron_fixed, FIXED_BOUND_MV)
    _check(adaptive, cvode, ADAPTIVE_BOUND_MV)
    columns = (neuron_fixed, fixed, cvode, adaptive)
    rows = [
        (f"{ms:g}", *(f"{each[round(ms / CLOCK.step_ms)]:.4f}" for each in columns))
        for ms in SHOWN_MS
    ]
    head = ["t, ms", "NEURON, fixed step", "generated, fixed step", "NEURON, CVODE"]
    n_fixed = round((experiment.transient_ms + SWEEP_MS) / CLOCK.dt_ms)
    # Another CPU may round so that a step more is taken.
    ways = [
        ("generated, fixed step", n_fixed, "NEURON, fixed step", f"{FIXED_BOUND_MV:g}"),
        (
            "generated, adaptive", f"about {float(f'{n_adaptive:.2g}'):g}", "NEURON, CVODE",
            f"{ADAPTIVE_BOUND_MV:g}",
        ),
    ]  # fmt: skip
    return {
        "voltages": table([*head, "generated, adaptive"], rows),
        "differences": table(["", "steps", "differs from", "by less than, mV"], ways),
    }


def _only(voltage_mV: FloatArray) -> FloatArray:
    return np.asarray(voltage_mV[0, 0])


def _check(one: FloatArray, other: FloatArray, bound_mV: float) -> None:
    apart = float(np.max(np.abs(one - other)))
    if not apart < bound_mV:
        raise ValueError(f"the page says that voltages differ by less than {bound_mV:g}: {apart:g}")


def _check_that_this_ran(keys: Sequence[str], source: str) -> None:
    """Make sure that the kernel which was run was compiled from what the page shows."""
    (key,) = keys
    kept = read_sidecar(artifacts.cache_folder("kernels") / f"{key}.json")
    if kept is None or source not in kept["source"]:
        raise ValueError("the kernel that was run is not of the struct that the page shows")
