"""Evaluation masks: which sweeps a mode looks at.

A mask is a Python literal, written on the command line or in a file: a number k (sweeps 0..k), a
tuple (a, b) (sweeps a..b), a list (those sweeps), or a dict with one such rule per mode letter.
Every end is inclusive. A mode that a dict does not name is not masked; a key that names no mode
that is evaluated would say nothing, and is refused: it is a slip more often than a note.
"""

from __future__ import annotations

import ast
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pyneuronautofit._bounded import read_bytes
from pyneuronautofit._plugins import codes_of, is_code
from pyneuronautofit._text import listed_numbers, shortened
from pyneuronautofit._types import Json
from pyneuronautofit.errors import MaskError

_log = logging.getLogger(__name__)

#: What a rule may be: 0..k, (a, b), or a list of sweeps.
Rule: TypeAlias = int | tuple[int, int] | list[int]

# Python's parser takes some hundred times the memory of the text.
_MOST_BYTES = 1_000_000
_EXPECTED = (
    "expected a number k for sweeps 0..k, a tuple (a, b) for sweeps a..b, a list of sweeps, or a "
    "dict with one of these per mode letter"
)


@dataclass(frozen=True)
class Mask:
    """A mask as the user wrote it, checked for form but not yet against a recording.

    Attributes
    ----------
    rule
        The rule of every mode, or None where there is no mask or one rule per mode.
    by_mode
        The rule of each mode, by its code.
    """

    rule: Rule | None = None
    by_mode: Mapping[str, Rule] | None = None

    def sweeps(self, mode: str, numbers: Sequence[int]) -> tuple[int, ...]:
        """Return the places of the sweeps that a mode looks at, in their order.

        Parameters
        ----------
        numbers
            What the sweeps of the recording are called, ascending: masks have these.

        Raises
        ------
        MaskError
            If a single number names a sweep that the recording does not have.
        """
        rule = self.rule if self.by_mode is None else self.by_mode.get(mode)
        if rule is None:
            return tuple(range(len(numbers)))
        if isinstance(rule, tuple):
            return _range(rule, mode, numbers)
        for sweep in [rule] if isinstance(rule, int) else rule:
            # The end of 0..k need not be there where sweeps before it are left out.
            there = 0 <= sweep <= numbers[-1] if isinstance(rule, int) else sweep in numbers
            if not there:
                raise MaskError(
                    f"the evaluation mask names sweep {sweep} for mode {mode}, but the recording "
                    f"has {_known(numbers)}; correct the mask (-k)"
                )
        wanted = range(rule + 1) if isinstance(rule, int) else rule
        return _places(wanted, numbers, rule, mode)

    @property
    def literal(self) -> str | None:
        """The mask as -k takes it; None where there is none."""
        rule = self.rule if self.by_mode is None else dict(self.by_mode)
        return None if rule is None else repr(rule)

    def as_json(self) -> Json:
        """Return the mask as result files hold it: a range (a, b) is `{"range": [a, b]}`."""
        if self.by_mode is not None:
            return {letter: _rule_as_json(rule) for letter, rule in self.by_mode.items()}
        return _rule_as_json(self.rule)


def read_mask(text: str, modes: str) -> Mask:
    """Read a mask from a literal, or from the file that `text` names.

    Parameters
    ----------
    text
        The value of -k.
    modes
        The value of -m; a dict may have no other keys than its modes.

    Raises
    ------
    MaskError
        If it is neither a literal nor a file, or the literal is no mask of these modes.
    """
    path = Path(text)
    if _is_file(path):
        return parse_mask(_file_text(path), modes, where=f"the mask file {path}")
    try:
        return parse_mask(text, modes, where="the mask -k")
    except _NoLiteralError as error:
        raise MaskError(
            f"the evaluation mask {shortened(repr(text))} is neither a file nor a literal: "
            f'{_EXPECTED}; for example -k "(2, 5)", -k "[0, 3, 8]" or '
            "-k \"{'O': [4, 6], 'V': (0, 8)}\", letters in quotes"
        ) from error


def mask_text(text: str) -> str:
    """Return a mask's literal: `text` itself, or what is in the file that it names."""
    path = Path(text)
    return _file_text(path) if _is_file(path) else text


class _NoLiteralError(MaskError):
    """The text cannot be read as a literal at all."""


def parse_mask(text: str, modes: str, where: str) -> Mask:
    """Read a mask from the text of a literal, which may span lines and hold comments.

    Raises
    ------
    MaskError
        If it is no literal, or no mask of these modes.
    """
    try:
        # The brackets let a file's literal begin with blanks and be continued over lines.
        tree = ast.parse(f"(\n{text}\n)", mode="eval")
        literal = ast.literal_eval(tree)
    except SyntaxError as error:
        line = max((error.lineno or 2) - 1, 1)
        raise _NoLiteralError(
            f"{where} is not a Python literal (line {line}): {_EXPECTED}"
        ) from error
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise _NoLiteralError(
            f"{where} holds something other than numbers, lists, tuples and dicts: {_EXPECTED}"
        ) from error
    if not isinstance(literal, dict):
        return Mask(rule=_rule(literal, where))
    if isinstance(tree.body, ast.Dict) and len(tree.body.keys) > len(literal):
        raise MaskError(
            f"{where} has {len(tree.body.keys)} keys, but only {len(literal)} different ones: "
            "expected every mode once, since the last rule would replace the others"
        )
    for key in literal:
        _check_key(key, modes, where)
    return Mask(by_mode={k: _rule(rule, f"{where}, key {k!r}") for k, rule in literal.items()})


def _check_key(key: object, modes: str, where: str) -> None:
    """Refuse a key that is no mode of -m: nobody would look at its rule."""
    codes = codes_of(modes)
    if key in codes:
        return
    shown, cure = shortened(repr(key)), ""
    if isinstance(key, str) and len(key) > 1 and set(key) <= set(codes):
        cure = f"; give every mode a rule of its own, such as {{{key[0]!r}: ..., {key[1]!r}: ...}}"
    elif isinstance(key, str) and f"{{{key}}}" in codes:
        cure = f"; write '{{{key}}}', as in -m"
    elif isinstance(key, str) and is_code(key):
        similar = key.swapcase()
        meant = f"write {similar!r} if that is meant, " if similar in codes else ""
        cure = f"; {meant}add {shown} to -m if it is a mode, or leave its rule out"
    raise MaskError(
        f"{where} has the key {shown}, which is no mode of -m {shortened(modes)}: expected letters "
        f"that stand in -m{cure}"
    )


def _rule(literal: object, where: str) -> Rule:
    if isinstance(literal, int) and not isinstance(literal, bool):
        return literal
    if isinstance(literal, list | tuple) and all(
        isinstance(sweep, int) and not isinstance(sweep, bool) for sweep in literal
    ):
        if isinstance(literal, list) and literal:
            return literal
        if isinstance(literal, tuple) and len(literal) == 2:
            return literal[0], literal[1]
    raise MaskError(f"{where} is {shortened(repr(literal))}: {_EXPECTED}")


def _range(rule: tuple[int, int], mode: str, numbers: Sequence[int]) -> tuple[int, ...]:
    first, last = max(rule[0], numbers[0]), min(rule[1], numbers[-1])
    places = _places(range(first, last + 1), numbers, rule, mode)
    if (first, last) != rule:
        _log.warning(
            "the evaluation mask of mode %s asks for sweeps %d..%d; the recording has %d..%d, "
            "so it was cut to %d..%d", mode, *rule, numbers[0], numbers[-1], first, last,
        )  # fmt: skip
    return places


def _places(
    wanted: Sequence[int], numbers: Sequence[int], rule: Rule, mode: str
) -> tuple[int, ...]:
    """Return where the wanted sweeps are among all."""
    found = tuple(place for place, number in enumerate(numbers) if number in wanted)
    if not found:
        raise MaskError(
            f"the evaluation mask {rule} of mode {mode} selects no sweep: the recording has "
            f"{_known(numbers)}; correct the mask (-k)"
        )
    return found


def _known(numbers: Sequence[int]) -> str:
    """Say how many sweeps there are, and what they are called."""
    if len(numbers) == numbers[-1] - numbers[0] + 1:
        return f"{len(numbers)} sweeps, {numbers[0]} to {numbers[-1]}"
    return f"{len(numbers)} sweeps, {listed_numbers(numbers)}"


def _rule_as_json(rule: Rule | None) -> Json:
    return {"range": list(rule)} if isinstance(rule, tuple) else rule


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a literal too long for a file name
        return False


def _file_text(path: Path) -> str:
    try:
        # Windows editors put a byte-order mark in front; utf-8-sig drops it.
        content = read_bytes(path, MaskError)
        if len(content) > _MOST_BYTES:
            raise MaskError(
                f"the mask file {path} has {len(content)} bytes, and a mask has {_MOST_BYTES} at "
                f"the most; {_EXPECTED}"
            )
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MaskError(
            f"the mask file {path} cannot be read as text: {error}; {_EXPECTED}"
        ) from error
