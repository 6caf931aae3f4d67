"""Parameter paths: `soma(0.5).TC_HH.gk_max` as data, never as code.

A path is what one would write after `cell.` in Python: names joined by dots, each optionally
followed by an index `[3]` and a position `(0.5)`. It is parsed once; setting it walks the live
object with `getattr`, an index and a call with one number, so nothing in a path can be executed,
and a name that does not exist is an error instead of a new attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit.errors import ModelError, ParameterError

_STEP = re.compile(
    r"""(?P<name>[A-Za-z_]\w*)
        (?:\[(?P<index>\d+)\])?
        (?:\((?P<position>[0-9.eE+-]+)\))?""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class PathStep:
    """One name of a path, with the index and the position that follow it."""

    name: str
    index: int | None = None
    position: float | None = None


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
    """

    text: str
    steps: tuple[PathStep, ...]
    attribute: str

    @classmethod
    def parse(cls, text: str) -> ParameterPath:
        """Read a path such as `soma.L`, `dend[2](0.5).pas.g` or `axon.ena`.

        Raises
        ------
        ParameterError
            If the text is no such path.
        """
        steps = tuple(_steps(text))
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
        return cls(text, steps[:-1], last.name)

    def set(self, cell: object, value: float) -> None:
        """Give the number at this path of `cell` a new value.

        Raises
        ------
        ModelError
            If the path does not exist on this cell; the message names the nearest that does.
        """
        owner = self._owner(cell)
        self._check(owner, self.attribute)
        setattr(owner, self.attribute, value)

    def get(self, cell: object) -> float:
        """Return the number at this path of `cell`; raises as `set`."""
        owner = self._owner(cell)
        self._check(owner, self.attribute)
        try:
            return float(getattr(owner, self.attribute))
        except (TypeError, ValueError) as error:
            raise ModelError(
                f"the parameter path {self.text!r} leads to something that is not a number "
                f"({type(getattr(owner, self.attribute)).__name__}); it has to end in the name of "
                "a number, as in soma(0.5).pas.g"
            ) from error

    def _owner(self, cell: object) -> object:
        owner = cell
        for step in self.steps:
            self._check(owner, step.name)
            owner = self._enter(getattr(owner, step.name), step)
        return owner

    def _enter(self, found: object, step: PathStep) -> object:
        try:
            if step.index is not None:
                found = found[step.index]  # type: ignore[index]
            if step.position is not None:
                found = found(step.position)  # type: ignore[operator]
        except (TypeError, IndexError, ValueError) as error:
            raise ModelError(
                f"the parameter path {self.text!r} cannot be followed at {step.name!r}: {error}"
            ) from error
        return found

    def _check(self, owner: object, name: str) -> None:
        if hasattr(owner, name):
            return
        known = _known_names(owner)
        like = nearest(name, known)
        hint = f"did you mean {like!r}?" if like else f"it has {quoted(known)}."
        raise ModelError(
            f"the parameter path {self.text!r} does not exist in the model: "
            f"{_describe(owner)} has no {name!r}; {hint} "
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
                f"{text[position]!r}; write it as soma.L or soma(0.5).TC_HH.gk_max"
            )
        position += 1


def _step(text: str, match: re.Match[str]) -> PathStep:
    index, position = match["index"], match["position"]
    try:
        return PathStep(
            match["name"],
            None if index is None else int(index),
            None if position is None else float(position),
        )
    except ValueError as error:
        raise ParameterError(
            f"the parameter path {text!r} has a position that is no number: {position!r}"
        ) from error


def _known_names(owner: object) -> list[str]:
    """Return what a path may name on `owner`: for a section also the variables of its segments."""
    names = dir(owner)
    if _is_section(owner):
        names = [*names, *dir(owner(0.5))]  # type: ignore[operator]
    return sorted({n for n in names if not n.startswith("_") and not _is_method(owner, n)})


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
    name = re.sub(r"^[^.(]*\.", "", str(owner))
    return f"the {kind.lower()} {name}".strip()
