"""Variables that NEURON keeps once for all segments, although the mechanism computes them.

A GLOBAL, a PARAMETER that is not RANGE, a LOCAL outside of all blocks and a CONSTANT are one number
in NEURON. It goes through a mechanism's segments one after the other, three times: INITIAL, the
currents, and what BREAKPOINT solves (`pass` below). Whoever assigns such a variable and reads it
afterwards in the same pass reads what belongs to the segment. Whoever reads it before finds what
another segment has left there, which generated code, where every segment is on its own, cannot
know. So what a pass leaves is forgotten at its end, and a value that was forgotten is an input of
its own. If a result depends on such an input, the model is refused, unless all that is ever
assigned is the same for all segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyneuronautofit.codegen.ir.node import Name
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.refusal import refusal
from pyneuronautofit.codegen.nmodl.walking import bodies_in
from pyneuronautofit.errors import UnsupportedModel

#: How the name of an input begins that stands for what another segment may have left.
LEFT = "left"
#: The same of what a block with a TABLE leaves where it makes the table.
STALE = "stale"
#: Names that NEURON gives a meaning to in all mechanisms.
COMMON = frozenset({"v", "t", "dt", "celsius", "diam", "area"})
#: Those whose numbers are not the mechanism's own. The voltage is a copy.
ASSIGNED_NOWHERE = COMMON - {"v"}


def left_name(suffix: str, key: str) -> Name:
    """Return the name of what another segment may have left in a shared variable."""
    return (LEFT, suffix, key)


def stale_name(suffix: str, key: str) -> Name:
    """Return the name of what a variable is that a block with a TABLE leaves, but has not in it."""
    return (STALE, suffix, key)


def base_of(key: str) -> str:
    """Return the name of a variable, of which `key` may be an element."""
    return key.partition("[")[0]


def is_shared(mechanism: tree.Mechanism, name: str) -> bool:
    """Say whether NEURON keeps a variable once for all segments."""
    if name in COMMON or name in mechanism.states or name in mechanism.currents:
        return False
    if any(name in (*ion.reads, *ion.writes) for ion in mechanism.ions):
        return False  # every segment has a copy of its own
    return mechanism.is_global(name) or name in mechanism.file_locals or name in mechanism.constants


def shared_in_steps(mechanism: tree.Mechanism) -> frozenset[str]:
    """Return the shared variables that a step or an event assigns."""
    return _shared(mechanism, _bodies_of_steps(mechanism))


def shared_anywhere(mechanism: tree.Mechanism) -> frozenset[str]:
    """Return those that a step, an event or INITIAL assigns."""
    return shared_in_steps(mechanism) | _shared(mechanism, [mechanism.initial])


def assigned_anywhere(mechanism: tree.Mechanism) -> frozenset[str]:
    """Return the names of all variables that a step, an event or INITIAL assigns."""
    assigned = _Assigned(mechanism)
    for body in (*_bodies_of_steps(mechanism), mechanism.initial):
        assigned.go_through(body)
    return frozenset(assigned.names)


def is_uniform(mechanism: tree.Mechanism, shared: frozenset[str], names: Iterable[Name]) -> bool:
    """Say whether an expression of these inputs has the same value in all segments, always.

    Parameters
    ----------
    shared
        The shared variables that are assigned.
    """
    return all(
        name == ("celsius",)
        or (
            name[:2] == ("mechanism", mechanism.suffix)
            and is_shared(mechanism, base_of(name[2]))
            and base_of(name[2]) not in shared
        )
        for name in names
    )


def refused(mechanism: tree.Mechanism, key: str, why: str = "") -> UnsupportedModel:
    """Make the error for a shared variable that is read before it is assigned."""
    name = base_of(key)
    reason = why or (
        "NEURON keeps one value for all segments, it is assigned here, and it is read before that "
        "or in another block: what is read there is what another segment has left; make it RANGE, "
        "or assign it where it is read"
    )
    place = f"{name} =" if key == name else f"{name}["
    return refusal(mechanism.path, mechanism.source, name, reason, place=place)


# --- what is assigned


def _bodies_of_steps(mechanism: tree.Mechanism) -> list[tree.Body]:
    bodies = [
        mechanism.before_breakpoint,
        mechanism.breakpoint,
        mechanism.after_solve,
        mechanism.before_step,
    ]
    if mechanism.receive is not None:
        bodies += [mechanism.receive.initial, mechanism.receive.body]
    return bodies


def _shared(mechanism: tree.Mechanism, bodies: Iterable[tree.Body]) -> frozenset[str]:
    assigned = _Assigned(mechanism)
    for body in bodies:
        assigned.go_through(body)
    return frozenset(name for name in assigned.names if is_shared(mechanism, name))


class _Assigned:
    """Names that statements, and the blocks they call or solve, assign."""

    def __init__(self, mechanism: tree.Mechanism) -> None:
        self.names: set[str] = set()
        self._blocks = mechanism.blocks
        self._entered: set[str] = set()

    def go_through(self, body: tree.Body, hidden: frozenset[str] = frozenset()) -> None:
        """Collect what statements assign; `hidden` are names that mean something else there."""
        for statement in body:
            if isinstance(statement, tree.Local):
                hidden |= {name for name, _length in statement.names}
            if isinstance(statement, tree.Assign) and statement.target.name not in hidden:
                self.names.add(statement.target.name)
            if isinstance(statement, tree.Solve):
                self._enter(statement.block)
            for expression in _expressions(statement):
                self._call(expression)
            for inner in bodies_in(statement):
                self.go_through(inner, hidden)

    def _enter(self, name: str) -> None:
        block = self._blocks.get(name)
        if block is not None and name not in self._entered:
            self._entered.add(name)
            self.go_through(block.body, frozenset((*block.arguments, block.name)))

    def _call(self, expression: tree.Expression) -> None:
        match expression:
            case tree.Call(name, arguments):
                self._enter(name)
                for argument in arguments:
                    self._call(argument)
            case tree.Unary(_, operand):
                self._call(operand)
            case tree.Binary(_, left, right):
                self._call(left)
                self._call(right)
            case tree.Variable(_, index) if index is not None:
                self._call(index)
            case _:
                pass


def _expressions(statement: tree.Statement) -> Iterator[tree.Expression]:
    """Yield the expressions of a statement itself, those of the bodies in it left out."""
    match statement:
        case tree.Assign(target, value) | tree.Differential(target, value):
            yield from (target, value)
        case tree.Run(call):
            yield call
        case tree.If(branches, _):
            yield from (condition for condition, _body in branches)
        case tree.While(condition, _):
            yield condition
        case tree.From(_, first, last, step, _):
            yield from (part for part in (first, last, step) if part is not None)
        case tree.Reaction(_, left, right, forward, backward):
            yield from (variable for _count, variable in (*left, *right))
            yield from (part for part in (forward, backward) if part is not None)
        case tree.Conserve(_, total):
            yield total
        case tree.Compartment(_, volume, _):
            yield volume
        case tree.Equation(left_side, right_side):
            yield from (left_side, right_side)
