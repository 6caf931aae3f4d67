"""Parameter paths: `soma(0.5).TC_HH.gk_max` as data, never as code.

A path is what one would write after `cell.` in Python: names joined by dots, each optionally
followed by an index `[3]` and a position `(0.5)`. It is parsed once; setting it walks the live
object with `getattr`, an index and a call with one number, so nothing in a path can be executed,
and a name that does not exist is an error instead of a new attribute.

A path may lead to many places: `apic[*](*).Ih.gbar` is that variable in all segments of all
sections of the list `apic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit.errors import ModelError, ParameterError
from pyneuronautofit.space.soma import soma_of

_STEP = re.compile(
    r"""(?P<name>[A-Za-z_]\w*)
        (?:\[(?P<index>\d+|\*|\d*:\d*|\d+(?:,\d+)+)\])?
        (?:\((?P<position>\*|[0-9.eE+-]*:[0-9.eE+-]*|[0-9.eE+-]+)\))?""",
    re.VERBOSE,
)
#: Behind it stands the name of a cell.
OF_CELL = "@"
CELL_NAME = "letters, digits, - and _, 40 of them at most"
_CELL = re.compile(r"[A-Za-z0-9_-]{1,40}")
#: Every section of the soma's tree, of a cell that has nothing of that name.
ALL = "all"


def is_cell_name(text: str) -> bool:
    """Tell whether a cell can be called so."""
    return _CELL.fullmatch(text) is not None


class IndexRange(NamedTuple):
    """Sections of a list, `[2:5]` as in Python; None: from the first, to the last."""

    first: int | None
    end: int | None


class PositionRange(NamedTuple):
    """Segments of a section, by their middles, both ends included; None: to the end of it."""

    first: float | None
    last: float | None


Index: TypeAlias = int | IndexRange | tuple[int, ...]
Position: TypeAlias = float | PositionRange


@dataclass(frozen=True)
class PathStep:
    """One name of a path, with the index and the position that follow it.

    Attributes
    ----------
    name
        An attribute.
    index
        One element of a list, a range of them, or several.
    position
        One place of a section, or a range of its segments.
    """

    name: str
    index: Index | None = None
    position: Position | None = None

    @property
    def is_many(self) -> bool:
        """Whether it may lead to several objects."""
        return isinstance(self.index, tuple) or isinstance(self.position, PositionRange)


@dataclass(frozen=True)
class ParameterPath:
    """The place of one number in a cell.

    Attributes
    ----------
    text
        The path as the user wrote it: the key of model databases.
    steps
        The objects to pass through, from the cell.
    attribute
        The name of the number on the last of them.
    cell
        Which of several cells that are fitted together it is of, behind an @; "": of each.
    """

    text: str
    steps: tuple[PathStep, ...]
    attribute: str
    cell: str = ""

    @classmethod
    def parse(cls, text: str) -> ParameterPath:
        """Read a path such as `soma.L`, `dend[2](0.5).pas.g` or `axon.ena`.

        In a fit of several cells a path may have the name of one of them behind it: `soma.L@young`.

        Raises
        ------
        ParameterError
            If the text is no such path.
        """
        plain, at, cell = text.partition(OF_CELL)
        if at and not is_cell_name(cell):
            raise ParameterError(
                f"the parameter path {text!r} has {cell!r} behind its {OF_CELL}: expected the name "
                f"of a cell, which is {CELL_NAME}"
            )
        steps = tuple(_steps(plain))
        last = steps[-1]
        if last.index is not None or last.position is not None:
            raise ParameterError(
                f"the parameter path {text!r} ends in an index or a position, but it has to end "
                "in the name of a number, as in soma(0.5).pas.g"
            )
        if len(steps) < 2:
            raise ParameterError(
                f"the parameter path {text!r} names no section: expected a path as written after "
                "'cell.', such as soma.L or soma(0.5).pas.g"
            )
        return cls(text, steps[:-1], last.name, cell)

    @property
    def plain(self) -> str:
        """The path in the cell itself, without its name."""
        return self.text.partition(OF_CELL)[0]

    @property
    def is_many(self) -> bool:
        """Whether the path may lead to several places."""
        return any(step.is_many for step in self.steps)

    def set(self, cell: object, value: float, factors: Sequence[float] | None = None) -> None:
        """Give the numbers at this path of `cell` a new value.

        Parameters
        ----------
        factors
            What it is multiplied by, one for each of `owners`; None: by nothing.

        Raises
        ------
        ModelError
            If the path does not exist on this cell; the message names the nearest that does.
        """
        owners = self.owners(cell)
        for place, owner in enumerate(owners):
            setattr(owner, self.attribute, value if factors is None else value * factors[place])

    def get(self, cell: object) -> float:
        """Return the number at this path of `cell`, of many the first; raises as `set`."""
        owner = self.owners(cell)[0]
        try:
            return float(getattr(owner, self.attribute))
        except (TypeError, ValueError) as error:
            raise ModelError(
                f"the parameter path {self.text!r} leads to something that is not a number "
                f"({type(getattr(owner, self.attribute)).__name__}); it has to end in the name of "
                "a number, as in soma(0.5).pas.g"
            ) from error

    def owners(self, cell: object) -> list[object]:
        """Return the objects that have this path's numbers: one, or more if it leads to many.

        Raises
        ------
        ModelError
            If there is none, or one of them lacks the number.
        """
        found: list[object] = [cell]
        for place, step in enumerate(self.steps):
            n_found = len(found)
            found = [
                entered
                for owner in found
                for entered in self._enter(self._named(owner, step, place, n_found), step)
            ]
        if not found:
            raise ModelError(
                f"the parameter path {self.text!r} leads to nothing: there is no section, or no "
                "segment, of those that it names"
            )
        for owner in found:
            self._check(owner, self.attribute, len(found))
        return found

    def _named(self, owner: object, step: PathStep, place: int, n_found: int) -> object:
        if place == 0 and step.name == ALL and not hasattr(owner, ALL):
            return list(soma_of(owner).wholetree())
        self._check(owner, step.name, n_found)
        return getattr(owner, step.name)

    def _enter(self, found: object, step: PathStep) -> list[object]:
        try:
            entered = _elements(found, step.index)
            return [segment for each in entered for segment in _places(each, step.position)]
        except (TypeError, IndexError, ValueError) as error:
            there = f"; it has {len(found)}" if isinstance(found, list | tuple) else ""
            raise ModelError(
                f"the parameter path {self.text!r} cannot be followed at {step.name!r}: "
                f"{error}{there}"
            ) from error

    def _check(self, owner: object, name: str, n_owner: int) -> None:
        if hasattr(owner, name):
            return
        of_many = f" (one of {n_owner} that it leads to)" if n_owner > 1 else ""
        if isinstance(owner, list | tuple):
            raise ModelError(
                f"the parameter path {self.text!r} names {name!r} of a list of {len(owner)}; write "
                "[*] behind the list for all of them, or [0] for one"
            )
        if _is_section(owner) and hasattr(owner(0.5), name):  # type: ignore[operator]
            raise ModelError(
                f"the parameter path {self.text!r} names {name!r} of a section, which is of its "
                "segments; write (0.5) behind the section for the one in its middle, or (*) for all"
            )
        known = _known_names(owner)
        like = nearest(name, known)
        hint = f"did you mean {like!r}?" if like else f"it has {quoted(known)}."
        raise ModelError(
            f"the parameter path {self.text!r} does not exist in the model: "
            f"{_describe(owner)}{of_many} has no {name!r}; {hint} "
            "Correct the name, or insert the mechanism in the cell class."
        )


def _steps(text: str) -> Iterator[PathStep]:
    position = 0
    while True:
        match = _STEP.match(text, position)
        if match is None:
            raise ParameterError(
                f"{text!r} is not a parameter path (column {position + 1}): expected names joined "
                "by dots, as in soma.L or soma(0.5).TC_HH.gk_max"
            )
        yield _step(text, match)
        position = match.end()
        if position == len(text):
            return
        if text[position] != ".":
            raise ParameterError(
                f"{text!r} is not a parameter path: expected a dot at column {position + 1}, found "
                f"{text[position]!r}; write it as soma.L, soma(0.5).TC_HH.gk_max or "
                "dend[*](*).pas.g; an index is [2], [1:4], [0,3] or [*], a position (0.5), "
                "(0.2:0.8) or (*)"
            )
        position += 1


def _step(text: str, match: re.Match[str]) -> PathStep:
    index, position = match["index"], match["position"]
    try:
        return PathStep(
            match["name"],
            None if index is None else _index(index),
            None if position is None else _position(position),
        )
    except ValueError as error:
        raise ParameterError(
            f"the parameter path {text!r} has a position that is no number: {position!r}"
        ) from error


def _index(text: str) -> Index:
    if text == "*":
        return IndexRange(None, None)
    if "," in text:
        return tuple(int(each) for each in text.split(","))
    first, colon, end = text.partition(":")
    if not colon:
        return int(first)
    return IndexRange(int(first) if first else None, int(end) if end else None)


def _position(text: str) -> Position:
    if text == "*":
        return PositionRange(None, None)
    first, colon, last = text.partition(":")
    if not colon:
        return float(first)
    return PositionRange(float(first) if first else None, float(last) if last else None)


def _elements(found: object, index: Index | None) -> list[object]:
    if index is None:
        return [found]
    if isinstance(index, int):
        one: object = found[index]  # type: ignore[index]
        return [one]
    if _is_section(found):
        raise TypeError("it is one section, and no list of them; write (*) for its segments")
    # A SectionList of hoc can be gone through, and nothing else.
    listed: list[object] = list(found)  # type: ignore[call-overload]
    if isinstance(index, IndexRange):
        return listed[index.first : index.end]
    return [listed[each] for each in index]


def _places(found: object, position: Position | None) -> list[object]:
    if position is None:
        return [found]
    if not isinstance(position, PositionRange):
        return [found(position)]  # type: ignore[operator]
    if not _is_section(found):
        raise TypeError("a range of positions needs a section; name some by [*], or one by [0]")
    first = 0.0 if position.first is None else position.first
    last = 1.0 if position.last is None else position.last
    return [segment for segment in found if first <= segment.x <= last]  # type: ignore[attr-defined]


def _known_names(owner: object) -> list[str]:
    """Return what a path may name on `owner`: for a section also the variables of its segments."""
    names = dir(owner)
    if _is_section(owner):
        owner = owner(0.5)  # type: ignore[operator]
        names = [*names, *dir(owner)]
    for mechanism in _mechanisms(owner):
        # What its variables are called in a segment, which `dir` does not list.
        inside = (f"{each}_{mechanism}" for each in dir(mechanism))
        names += [each for each in inside if hasattr(owner, each)]
    return sorted({n for n in names if not n.startswith("_") and not _is_method(owner, n)})


def _mechanisms(owner: object) -> list[object]:
    is_segment = type(owner).__name__ == "Segment" and hasattr(owner, "__iter__")
    return list(owner) if is_segment else []  # type: ignore[call-overload]


def _is_section(owner: object) -> bool:
    return hasattr(owner, "psection") and callable(owner)


def _is_method(owner: object, name: str) -> bool:
    found = getattr(owner, name, None)
    return callable(found) and not _is_section(found)


def _describe(owner: object) -> str:
    kind = type(owner).__name__
    if kind not in {"Section", "Segment", "Mechanism"}:
        return f"the cell class {kind}"
    if kind == "Mechanism":
        return f"the mechanism {str(owner).rpartition('.')[2]}"
    # NEURON prints `Cell[0].soma(0.5)`: the cell's name says nothing to the user.
    name = re.sub(r"^(?:<.*>|[^.(]*)\.", "", str(owner))
    return f"the {kind.lower()} {name}".strip()
