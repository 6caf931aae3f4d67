"""Writing the source of an adaptive kernel: the programs of its kinds of nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyneuronautofit.codegen.cpp.emit import Emitter, Leaves, vector
from pyneuronautofit.codegen.cpp.fixed_step import GeneratedKind, indented, rewritten
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.ir.node import Node, inputs_of
from pyneuronautofit.codegen.ir.passes import share_powers
from pyneuronautofit.codegen.schemes.adaptive_step import (
    EARLY,
    LATE,
    MIDDLE,
    RATE,
    SHARE,
    AdaptiveProgram,
)

_HEAD = """\
// Generated; one struct for each kind of node, with the equations of all its mechanisms.
#include "adaptive/adaptive.hpp"
#include "quick.hpp"

using lanes::M;
using lanes::V;
using lanes::real;
using lanes::select;

namespace {
"""
# What INITIAL sees as dt, ms: there is no step yet.
_DT_OF_INITIAL = "lanes::broadcast(real(0.025))"

# Per mV: in single precision exp ends at 28, which this keeps 140 mV from where it is 1.
_STEEPEST_SINGLE = 0.2

_PREPARE = """\
static void prepare([[maybe_unused]] const V *raw, [[maybe_unused]] V *par,
                        [[maybe_unused]] V *com) {"""
_FIRST = "static void first([[maybe_unused]] const V *raw, [[maybe_unused]] V *st) {"
_ADVANCE = """\
static void advance([[maybe_unused]] const V *par, [[maybe_unused]] const V *com,
                        [[maybe_unused]] const V *st, [[maybe_unused]] const V *past,
                        [[maybe_unused]] const adaptive::Point &at, [[maybe_unused]] V *end,
                        [[maybe_unused]] V *now, V &current, V &slope, V &following) {"""
_MEMBRANE = """\
static void membrane([[maybe_unused]] const V *par, [[maybe_unused]] const V *com,
                         [[maybe_unused]] const V *st, [[maybe_unused]] V v,
                         [[maybe_unused]] V t, V &current, V &slope) {"""


def generate_adaptive_kind(name: str, program: AdaptiveProgram, *, single: bool) -> GeneratedKind:
    """Write the code of one kind of node."""
    graph = program.graph
    states = {graph.input(s): f"st[{place}]" for place, s in enumerate(program.states)}
    past = {graph.input(("past", *s)): f"past[{place}]" for place, s in enumerate(program.past)}
    times = {graph.input(CURRENT_TIME): "t", graph.input(STATE_TIME): "t"}
    of_step = {VOLTAGE: "v", EARLY: "early", MIDDLE: "middle", LATE: "late", STEP: "h"}
    of_step |= {RATE: "rate", SHARE: "share", CURRENT_TIME: "t", STATE_TIME: "t"}
    points = {graph.input(at): f"at.{field}" for at, field in of_step.items()}

    n_state, n_past = len(program.states), len(program.past)
    both = ["current", "slope"]
    targets = [*_places("end", n_state), *_places("now", n_past), *both, "following"]
    leaves = Leaves(lambda node: _is_common(program, node))

    advancing = Emitter(graph, {**states, **past, **points}, leaves, "t", quick=True)
    advanced = advancing.write(_rewritten(program, (*program.advance, program.following), single))
    here = {**states, **times, graph.input(VOLTAGE): "v"}
    flowing = Emitter(graph, here, leaves, prefix="m", quick=True)
    flown = flowing.write(_rewritten(program, program.membrane, single))

    first = rewritten(graph, program.first, single)
    given = sorted(inputs_of([*leaves.nodes, *first]) & set(program.variables))
    raw: dict[Node, str] = {graph.input(read): f"raw[{place}]" for place, read in enumerate(given)}
    raw[graph.input(STEP)] = _DT_OF_INITIAL
    prepares = [*_places("par", len(leaves.own)), *_places("com", len(leaves.common))]
    preparing = Emitter(graph, raw, None, prefix="p")
    prepared = preparing.write(leaves.nodes)
    beginning = Emitter(graph, raw, None, prefix="b")
    begun = beginning.write(first)

    sizes = {
        "n_raw": len(given),
        "n_par": len(leaves.own),
        "n_com": len(leaves.common),
        "n_state": n_state,
        "n_past": n_past,
    }
    source = "\n".join(
        [
            f"struct {name} {{",
            *(f"    static constexpr int {size} = {n};" for size, n in sizes.items()),
            *_function(_PREPARE, preparing.lines, prepares, prepared),
            *_function(_FIRST, beginning.lines, _places("st", n_state), begun),
            *_function(_ADVANCE, advancing.lines, targets, advanced),
            *_function(_MEMBRANE, flowing.lines, both, flown),
            "};",
        ]
    )
    return GeneratedKind(source, tuple(program.variables[read] for read in given))


def _is_common(program: AdaptiveProgram, node: Node) -> bool:
    """Say whether a value follows from numbers that are the same in all segments of a cell."""
    read = inputs_of([node]) & set(program.variables)
    return all(program.variables[name].owner == "global" for name in read)


def _rewritten(program: AdaptiveProgram, roots: Sequence[Node], single: bool) -> list[Node]:
    # quick.hpp cuts exponentials off.
    steepest = _STEEPEST_SINGLE if single else math.inf
    return rewritten(program.graph, share_powers(program.graph, roots, steepest), single)


def _places(array: str, n: int) -> list[str]:
    return [f"{array}[{place}]" for place in range(n)]


def _function(
    head: str, lines: Sequence[str], targets: Sequence[str], texts: Sequence[str]
) -> list[str]:
    stored = [f"{target} = {vector(text)};" for target, text in zip(targets, texts, strict=True)]
    return [f"    {head}", *indented([*lines, *stored]), "    }"]


def generate_adaptive_source(kinds: Sequence[str]) -> str:
    """Write the source of a kernel from the structs `Kind0`, `Kind1`, ... of its kinds."""
    names = ", ".join(f"Kind{number}" for number in range(len(kinds)))
    return "\n".join([_HEAD, *kinds, "", "}  // namespace", "", f"ADAPTIVE_LIBRARY({names})", ""])
