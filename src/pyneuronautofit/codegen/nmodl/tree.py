"""What a .mod file says, as plain records: expressions, statements, declarations.

NEURON's own parser reads the file (`syntax.py`); these records are what the rest works with, so
that nothing else depends on the parser's classes, and tests can write them by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Variable:
    """A variable, or an element of an array."""

    name: str
    index: Expression | None = None


@dataclass(frozen=True)
class Unary:
    """`-a` or `!a`."""

    operator: str
    operand: Expression


@dataclass(frozen=True)
class Binary:
    """`a operator b`, of arithmetic, comparison or logic."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Call:
    """A call of a function or a procedure."""

    name: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Number | Variable | Unary | Binary | Call


@dataclass(frozen=True)
class Assign:
    """`target = value`."""

    target: Variable
    value: Expression


@dataclass(frozen=True)
class Differential:
    """`target' = value`."""

    target: Variable
    value: Expression


@dataclass(frozen=True)
class Run:
    """A procedure that is called as a statement."""

    call: Call


@dataclass(frozen=True)
class Local:
    """LOCAL variables: name -> length of an array, or None."""

    names: tuple[tuple[str, Expression | None], ...]


@dataclass(frozen=True)
class If:
    """Conditions with what is done where the first of them holds, and what is done where none."""

    branches: tuple[tuple[Expression, Body], ...]
    otherwise: Body


@dataclass(frozen=True)
class While:
    """A loop that goes on while a condition holds."""

    condition: Expression
    body: Body


@dataclass(frozen=True)
class From:
    """A loop over whole numbers, both ends included."""

    counter: str
    first: Expression
    last: Expression
    step: Expression | None
    body: Body


@dataclass(frozen=True)
class Solve:
    """SOLVE block METHOD method."""

    block: str
    method: str
    steady: bool


@dataclass(frozen=True)
class Reaction:
    """`~ left <-> right (forward, backward)`; `->` has no backward rate, `<<` is a flux into left.

    Attributes
    ----------
    left, right
        How many of which reactant.
    """

    operator: str
    left: tuple[tuple[int, Variable], ...]
    right: tuple[tuple[int, Variable], ...]
    forward: Expression
    backward: Expression | None


@dataclass(frozen=True)
class Conserve:
    """`CONSERVE sum of reactants = total`."""

    reactants: tuple[tuple[int, Variable], ...]
    total: Expression


@dataclass(frozen=True)
class Compartment:
    """Volumes of states; with a counter, of every element of arrays."""

    counter: str | None
    volume: Expression
    species: tuple[str, ...]


@dataclass(frozen=True)
class Equation:
    """`~ left = right` of a LINEAR block."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Refused:
    """Something that cannot be simulated, if it is ever reached.

    Attributes
    ----------
    construct
        What it is, in NMODL's words.
    place
        The text by which it is found in the file, where that is another.
    """

    construct: str
    place: str = ""


Statement: TypeAlias = (
    Assign
    | Differential
    | Run
    | Local
    | If
    | While
    | From
    | Solve
    | Reaction
    | Conserve
    | Compartment
    | Equation
    | Refused
)
Body: TypeAlias = tuple[Statement, ...]


def word_of(statement: Statement) -> str:
    """Return by which word a statement is found in its file."""
    match statement:
        case Differential(target):
            return f"{target.name}'"
        case Solve(block):
            return f"SOLVE {block}"
        case Reaction(_, ((count, reactant), *_)):
            return f"~ {reactant.name}" if count == 1 else f"~ {count} {reactant.name}"
        case Reaction() | Equation():
            return "~"
    return type(statement).__name__.upper()


@dataclass(frozen=True)
class Table:
    """TABLE names FROM first TO last WITH intervals.

    Attributes
    ----------
    names
        The variables that it has; none: the value of the FUNCTION.
    first, last
        Arguments.
    intervals
        Between the first and the last argument, of equal width.
    """

    names: frozenset[str]
    first: Expression
    last: Expression
    intervals: int


@dataclass(frozen=True)
class Block:
    """A named block: PROCEDURE, FUNCTION, DERIVATIVE, KINETIC, LINEAR.

    Attributes
    ----------
    kind
        The keyword.
    name
        Its name.
    arguments
        Names of what it is called with.
    body
        What it does.
    table
        Between what NEURON interpolates; None: nothing.
    """

    kind: str
    name: str
    arguments: tuple[str, ...]
    body: Body
    table: Table | None = None


@dataclass(frozen=True)
class Receive:
    """What an event does: NET_RECEIVE.

    Attributes
    ----------
    arguments
        The event's weight, and what the connection keeps; all but the first begin with 0.
    initial
        Its own INITIAL, which gives them other values.
    body
        What it does.
    """

    arguments: tuple[str, ...]
    initial: Body
    body: Body


@dataclass(frozen=True)
class UsedIon:
    """A USEION line."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True)
class Mechanism:
    """A .mod file.

    Attributes
    ----------
    path
        The file.
    source
        Its text.
    suffix
        The name of the mechanism.
    is_process
        It is a point process, with currents in nA, and not one of a density.
    ions
        Its USEION lines.
    currents
        Its NONSPECIFIC_CURRENTs.
    ranges, globals_
        Names declared RANGE and GLOBAL.
    parameters
        PARAMETER variables: name -> default.
    assigned
        ASSIGNED variables.
    states
        STATE variables.
    lengths
        Lengths of array variables.
    constants
        What has a fixed value: CONSTANT, DEFINE, and factors of UNITS.
    file_locals
        LOCAL variables outside of all blocks.
    blocks
        Named blocks.
    initial, breakpoint
        Bodies of these blocks.
    receive
        What an event does; None: it takes none.
    tables
        Whether the TABLEs of its blocks are in use (NEURON's `usetable_`); else all is computed.
    """

    path: Path
    source: str
    suffix: str
    is_process: bool = False
    ions: tuple[UsedIon, ...] = ()
    currents: tuple[str, ...] = ()
    ranges: frozenset[str] = frozenset()
    globals_: frozenset[str] = frozenset()
    parameters: dict[str, float] = field(default_factory=dict)
    assigned: frozenset[str] = frozenset()
    states: tuple[str, ...] = ()
    lengths: dict[str, int] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    file_locals: frozenset[str] = frozenset()
    blocks: dict[str, Block] = field(default_factory=dict)
    initial: Body = ()
    breakpoint: Body = ()
    receive: Receive | None = None
    tables: bool = False

    def is_readable(self, name: str) -> bool:
        """Say whether NEURON shows a variable in every segment."""
        return name in self.ranges or name in self.states

    def is_global(self, name: str) -> bool:
        """Say whether NEURON has one value of a variable for all segments."""
        return name not in self.ranges and (name in self.globals_ or name in self.parameters)

    @property
    def writes_concentration(self) -> bool:
        """Whether it writes the concentration of an ion."""
        return any(is_concentration(ion.name, name) for ion in self.ions for name in ion.writes)


def is_concentration(ion: str, name: str) -> bool:
    """Say whether `cai` or `cao` is a concentration of the ion `ca`."""
    return name in {f"{ion}i", f"{ion}o"}
