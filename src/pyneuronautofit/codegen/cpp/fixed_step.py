"""Writing the source of a kernel: the programs of its kinds of nodes, and the fixed runtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyneuronautofit.codegen.cpp.emit import Emitter, Leaves, vector
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE, WEIGHT
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node, inputs_of, terms_of
from pyneuronautofit.codegen.ir.passes import avoid_cancellation, share_exponentials
from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.codegen.schemes.fixed_step import NodeProgram

_HEAD = """\
// Generated; one struct for each kind of node, with the code of all its mechanisms.
#include "{header}"

using lanes::M;
using lanes::V;
using lanes::real;
using lanes::select;

namespace {{
"""


@dataclass(frozen=True)
class GeneratedKind:
    """The code of one kind of node.

    Attributes
    ----------
    source
        A C++ struct.
    variables
        What it wants to be given for every node, in this order.
    states
        What it keeps from step to step: names, and whether it is a mechanism's own state.
    """

    source: str
    variables: tuple[NodeVariable, ...]
    states: tuple[tuple[Name, bool], ...] = ()


def generate_kind(name: str, program: NodeProgram, *, single: bool) -> GeneratedKind:
    """Write the code of one kind of node."""
    graph = program.graph
    step = rewritten(graph, program.step, single)
    states = {graph.input(s): f"st[{place}]" for place, s in enumerate(program.states)}
    here = {
        graph.input(VOLTAGE): "v",
        graph.input(STATE_TIME): "t",
        graph.input(CURRENT_TIME): "middle",
    }
    leaves = Leaves()
    stepping = Emitter(graph, {**states, **here}, leaves)
    changes = _changes(program, step) if single else {}
    after = stepping.write([changes.get(place, root) for place, root in enumerate(step)])
    event = rewritten(graph, program.event, single)
    receiving = Emitter(graph, {**states, **here, graph.input(WEIGHT): "weight"}, leaves, "e")
    received = receiving.write(event)

    # Only what is used is asked for: dead code has gone with the inputs that only it had.
    first = rewritten(graph, program.first, single)
    given = _given(program, [*leaves.nodes, *first])
    raw = {graph.input(read): f"raw[{place}]" for place, read in enumerate(given)}
    raw[graph.input(STEP)] = "dt"
    preparing = Emitter(graph, raw, None, prefix="p")
    prepared = preparing.write(leaves.nodes)
    beginning = Emitter(graph, {**raw, **here}, None, prefix="b")
    begun = beginning.write(first)

    lost = {place: len(program.states) + k for k, place in enumerate(changes)}
    source = _struct(
        name,
        {
            "n_raw": len(given),
            "n_par": len(leaves.own),
            "n_state": len(program.states) + len(lost),
        },
        prepare=[*preparing.lines, *(f"par[{k}] = {vector(t)};" for k, t in enumerate(prepared))],
        first=[
            *beginning.lines,
            *_stored(begun, {}),
            *(f"st[{k}] = V{{}};" for k in lost.values()),
        ],
        step=[*stepping.lines, *_stored(after, lost)],
        event=[*receiving.lines, *_stored(received, {})] if event else [],
    )
    return GeneratedKind(
        source,
        tuple(program.variables[read] for read in given),
        tuple(zip(program.states, program.own)),
    )


def _struct(
    name: str,
    sizes: Mapping[str, int],
    *,
    prepare: Sequence[str],
    first: Sequence[str],
    step: Sequence[str],
    event: Sequence[str],
) -> str:
    """Write the struct of a kind, as driver.hpp wants it, around the bodies of its functions."""
    return "\n".join(
        [
            f"struct {name} {{",
            *(f"    static constexpr int {size} = {n};" for size, n in sizes.items()),
            "    static void prepare([[maybe_unused]] const V *raw, [[maybe_unused]] V *par,",
            "                        [[maybe_unused]] V dt) {",
            *indented(prepare),
            "    }",
            "    static void first([[maybe_unused]] const V *raw, [[maybe_unused]] V *st,",
            "                      [[maybe_unused]] V v, [[maybe_unused]] V middle,",
            "                      [[maybe_unused]] V dt, V &current, V &slope) {",
            *indented(first),
            "    }",
            "    static void step([[maybe_unused]] const V *par, [[maybe_unused]] V *st,",
            "                     [[maybe_unused]] V v, [[maybe_unused]] V t,",
            "                     [[maybe_unused]] V middle, V &current, V &slope) {",
            *indented(step),
            "    }",
            *_event_function(event),
            "};",
        ]
    )


def _event_function(event: Sequence[str]) -> list[str]:
    """Write what an event does in a node of a kind that can receive one."""
    if not event:
        return []
    return [
        "    static void receive([[maybe_unused]] const V *par, V *st, [[maybe_unused]] V v,",
        "                        [[maybe_unused]] V t, [[maybe_unused]] V middle, V weight,",
        "                        V &current, V &slope) {",
        *indented(event),
        "    }",
    ]


def generate_source(kinds: Sequence[str]) -> str:
    """Write the source of a kernel from the structs `Kind0`, `Kind1`, ... of its kinds."""
    return _source("driver.hpp", "KERNEL_LIBRARY", kinds)


def generate_probe_source(kinds: Sequence[str]) -> str:
    """Write the source of a kernel for probes."""
    return _source("advance.hpp", "PROBE_LIBRARY", kinds)


def _source(header: str, library: str, kinds: Sequence[str]) -> str:
    names = ", ".join(f"Kind{number}" for number in range(len(kinds)))
    head = _HEAD.format(header=header)
    return "\n".join([head, *kinds, "", "}  // namespace", "", f"{library}({names})", ""])


def rewritten(graph: Graph, roots: Sequence[Node], single: bool) -> list[Node]:
    """Return expressions in the form in which they are written."""
    shared = share_exponentials(graph, roots)
    return avoid_cancellation(graph, shared) if single else shared


def _given(program: NodeProgram, roots: Sequence[Node]) -> list[tuple[str, ...]]:
    return sorted(inputs_of(roots) & set(program.variables))


def _changes(program: NodeProgram, step: Sequence[Node]) -> dict[int, Node]:
    """Return by how much states change in a step, for those that are kept as sums of changes.

    Single precision loses most of a change that is a millionth of the state, and such changes are
    all that a slow gate or a resting voltage has. So what was lost is kept, too, and added to the
    next change (Kahan 1965).
    """
    found = {}
    for place, (name, root) in enumerate(zip(program.states, step)):
        state = program.graph.input(name)
        terms = terms_of(root)
        rest = [(c, part) for c, part in terms.parts if part is not state]
        if (1.0, state) in terms.parts:
            found[place] = program.graph.combine(terms.constant, rest)
    return found


def _stored(texts: Sequence[str], lost: Mapping[int, int]) -> list[str]:
    """Write the end of a function: all that is read was read before any of it is written.

    Parameters
    ----------
    lost
        For states of which the change is given: the place of what their sum has lost so far.
    """
    *states, current, slope = texts
    taken, stored = [], []
    for place, text in enumerate(states):
        if place in lost:
            kept = f"st[{lost[place]}]"
            taken += [
                f"const V c{place} = {vector(text)} + {kept};",
                f"const V s{place} = st[{place}] + c{place};",
            ]
            stored.append(f"{kept} = c{place} - (s{place} - st[{place}]);")
        else:
            taken.append(f"const V s{place} = {vector(text)};")
        stored.append(f"st[{place}] = s{place};")
    return [*taken, *stored, f"current = {vector(current)};", f"slope = {vector(slope)};"]


def indented(lines: Iterable[str]) -> list[str]:
    """Return the lines of a function's body."""
    return [f"        {line}" for line in lines]
