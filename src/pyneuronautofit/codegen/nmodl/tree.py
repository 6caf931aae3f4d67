"""What a .mod file says, as plain records: expressions, statements, declarations.

NEURON's own parser reads the file (`syntax.py`); these records are what the rest works with, so
that nothing else depends on the parser's classes, and tests can write them by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pyneuronautofit.codegen.kinds import Curve
from pyneuronautofit.codegen.nmodl.expressions import (
    Binary,
    Call,
    Expression,
    Number,
    Unary,
    Variable,
)

# Expressions have a file of their own.
__all__ = ["Binary", "Call", "Expression", "Number", "Unary", "Variable"]


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
class Diffusion:
    """LONGITUDINAL_DIFFUSION: what goes to the neighbouring segments.

    Attributes
    ----------
    species
        The states that do.
    """

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
    reason
        Why, where the construct does not say that.
    """

    construct: str
    place: str = ""
    reason: str = ""


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
    | Diffusion
    | Equation
    | Refused
)
Body: TypeAlias = tuple[Statement, ...]


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
    before_breakpoint, after_solve, before_step
        Bodies of BEFORE and AFTER blocks, which NEURON executes of all mechanisms before their
        currents, after what they solve, and at the end of the step.
    receive
        What an event does; None: it takes none.
    tables
        Whether the TABLEs of its blocks are in use (NEURON's `usetable_`); else all is computed.
    function_tables
        FUNCTION_TABLEs: name -> names of the arguments.
    curves
        What these were found to be, by name; empty until they are looked up.
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
    before_breakpoint: Body = ()
    after_solve: Body = ()
    before_step: Body = ()
    receive: Receive | None = None
    tables: bool = False
    function_tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)

    def is_readable(self, name: str) -> bool:
        """Say whether NEURON shows a variable in every segment."""
        return name in self.ranges or name in self.states

    def declares(self, name: str) -> bool:
        """Say whether a variable is the file's own; what is declared in C alone is not."""
        return (
            name in self.parameters
            or name in self.assigned
            or name in self.states
            or name in self.ranges | self.globals_ | self.file_locals
            or name in self.currents
            or any(name in (*ion.reads, *ion.writes) for ion in self.ions)
        )

    def is_global(self, name: str) -> bool:
        """Say whether NEURON has one value of a variable for all segments."""
        return name not in self.ranges and (name in self.globals_ or name in self.parameters)

    @property
    def has_current(self) -> bool:
        """Whether a current of it flows through the membrane."""
        return bool(self.currents) or any(f"i{ion.name}" in ion.writes for ion in self.ions)

    @property
    def of_currents(self) -> Body:
        """What of BREAKPOINT is executed for the currents."""
        if not self.has_current:
            return ()
        return tuple(s for s in self.breakpoint if not isinstance(s, Solve))

    @property
    def of_states(self) -> Body:
        """What of BREAKPOINT is executed at the end of a step: all, where there is no current."""
        if not self.has_current:
            return self.breakpoint
        return tuple(s for s in self.breakpoint if isinstance(s, Solve))

    @property
    def writes_concentration(self) -> bool:
        """Whether it writes the concentration of an ion."""
        return any(is_concentration(ion.name, name) for ion in self.ions for name in ion.writes)


def is_kept(ion: str, name: str) -> bool:
    """Say whether a variable of an ion keeps what a mechanism writes: `cai`, `cao`, `eca`."""
    return is_concentration(ion, name) or name == f"e{ion}"


def is_concentration(ion: str, name: str) -> bool:
    """Say whether `cai` or `cao` is a concentration of the ion `ca`."""
    return name in {f"{ion}i", f"{ion}o"}
