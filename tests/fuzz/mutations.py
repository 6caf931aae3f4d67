"""What is done to sound content: bytes, texts and JSON, by a generator that is given."""

from __future__ import annotations

import copy
import json
import math
import random
import re
import struct
from collections.abc import Callable, Sequence
from typing import Any

WHOLE = (
    0, -1, 1, 2, 255, 256, 65_535, 2**31 - 1, 2**31, 2**32 - 1, 2**53 + 1, 2**62, 2**63 - 1, 2**63,
    -(2**31), -(2**63), 10**19, 10**30, 10**400,
)  # fmt: skip
REAL = (
    0.0, -0.0, 0.5, 1e-300, 5e-324, 1e300, 1.7e308, -1.7e308, math.inf, -math.inf, math.nan, 1e19,
)  # fmt: skip
TEXTS = (
    "", " ", "x", "O", "OV", "OO", "soma.L", "soma(0.5).hh.gl", "soma(9e99).x", "../../x",
    "/dev/zero", "/dev/stdin", "a/b", "..", "~", "x" * 300, "x" * 20_000, "\0",
    "\x1b[2J", "\n", "\ud800", "\udcff", "\u202e", "\U0001f41f", "nan", "inf", "-1", "1e999",
    "9" * 400, "{}", "[" * 3000, "<script>", "%s%n", "{0}", "$(touch x)", "__import__('os')",
    "0:99999999", "null", "2024-01-01", "0001-01-01T00:00:00+23:59", "lin", "log", "con", "int",
)  # fmt: skip
#: Bytes that numbers in headers are made of.
_FIELDS = (
    b"\0\0", b"\xff\xff", b"\xff\x7f", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f",
    b"\0\0\0\x80", b"\xff" * 8, b"\xff" * 7 + b"\x7f", b"\0" * 8, struct.pack("<f", math.nan),
    struct.pack("<d", math.inf), struct.pack("<f", 1e38), struct.pack("<i", 1 << 24), b"\x01\0\0\0",
)  # fmt: skip
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def mutated_bytes(rng: random.Random, content: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Return bytes with one change, or a few."""
    changed = bytearray(content)
    for _change in range(rng.choice((1, 1, 1, 2, 5))):
        rng.choice(_BYTE_CHANGES)(rng, changed)
    if others and rng.random() < 0.1:
        other, at = rng.choice(others), rng.randrange(len(changed) + 1)
        place = rng.randrange(len(other) + 1)
        changed[at:] = other[place:]
    return bytes(changed)


def _flip(rng: random.Random, changed: bytearray) -> None:
    for _bit in range(rng.choice((1, 1, 8, 50))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)


def _cut(rng: random.Random, changed: bytearray) -> None:
    del changed[rng.randrange(len(changed) + 1) :]


def _remove(rng: random.Random, changed: bytearray) -> None:
    at = rng.randrange(len(changed) + 1)
    del changed[at : at + rng.choice((1, 4, 100, 5000))]


def _double(rng: random.Random, changed: bytearray) -> None:
    at = rng.randrange(len(changed) + 1)
    changed[at:at] = changed[at : at + rng.choice((1, 16, 512, 5000))]


def _insert(rng: random.Random, changed: bytearray) -> None:
    at = rng.randrange(len(changed) + 1)
    changed[at:at] = rng.choice((rng.randbytes(rng.choice((1, 8, 200))), bytes(1000)))


def _field(rng: random.Random, changed: bytearray) -> None:
    field = rng.choice(_FIELDS)
    # Headers are at the beginning, and their fields at even places.
    reach = min(len(changed), rng.choice((64, 512, 8192, len(changed))))
    at = rng.randrange(reach + 1) // 2 * 2
    changed[at : at + len(field)] = field


_BYTE_CHANGES = (_flip, _cut, _remove, _double, _insert, _field, _field)


def mutated_text(rng: random.Random, content: str, others: Sequence[str] = ()) -> str:
    """Return a text with numbers, words or characters changed."""
    for _change in range(rng.choice((1, 1, 2, 4))):
        content = rng.choice((_numbers, _words, _lines, _characters))(rng, content, others)
    return content


def _numbers(rng: random.Random, content: str, _others: Sequence[str]) -> str:
    found = list(_NUMBER.finditer(content))
    if not found:
        return content
    match = rng.choice(found)
    value = rng.choice((*map(str, WHOLE), *map(repr, REAL), "9" * 5000, "0x1", "1_0", "--1", ""))
    return content[: match.start()] + value + content[match.end() :]


def _words(rng: random.Random, content: str, others: Sequence[str]) -> str:
    found = list(re.finditer(r"\w+", content))
    words = re.findall(r"\w+", rng.choice((content, *others)))
    if not found or not words:
        return content
    match = rng.choice(found)
    return content[: match.start()] + rng.choice((*words, *TEXTS)) + content[match.end() :]


def _lines(rng: random.Random, content: str, others: Sequence[str]) -> str:
    lines = content.split("\n")
    at = rng.randrange(len(lines))
    more = rng.choice((content, *others)).split("\n")
    n_line = rng.choice((0, 1, 1, 5))
    lines[at : at + rng.choice((0, 1, 3))] = [rng.choice(more) for _line in range(n_line)]
    return "\n".join(lines)


def _characters(rng: random.Random, content: str, _others: Sequence[str]) -> str:
    at = rng.randrange(len(content) + 1)
    n_character = rng.choice((1, 1, 50, 3000))
    what = rng.choice("()[]{}'\",:;=+-*/\\#%$@!~^&|<> \t\n\0\xb5\u2028")
    return content[:at] + what * n_character + content[at + rng.choice((0, 1, 20)) :]


def any_value(rng: random.Random, depth: int = 0) -> Any:
    """Return a value of any type that JSON has."""
    kind = rng.choice("wwrrttsldn" if depth < 3 else "wwrrtts")
    if kind in _PLAIN:
        return rng.choice(_PLAIN[kind])
    if kind == "n":
        return _nested(rng)
    values = [any_value(rng, depth + 1) for _item in range(rng.choice((0, 1, 2, 5)))]
    return values if kind == "l" else {rng.choice(TEXTS): value for value in values}


_PLAIN: dict[str, Sequence[Any]] = {"w": WHOLE, "r": REAL, "t": TEXTS, "s": (None, True, False)}


def _nested(rng: random.Random) -> Any:
    value: Any = rng.choice((0, "x", None))
    for _level in range(rng.choice((5, 70, 300))):
        value = [value] if rng.random() < 0.5 else {"a": value}
    return value


def mutated_json(rng: random.Random, content: Any) -> Any:
    """Return a value of JSON with some of its parts changed."""
    changed = copy.deepcopy(content)
    for _change in range(rng.choice((1, 1, 1, 2, 3))):
        places = list(_places(changed))
        if not places:
            return any_value(rng)
        holder, key = rng.choice(places)
        rng.choice(_JSON_CHANGES)(rng, holder, key)
    return changed


def _places(value: Any, least: int = 0) -> Any:
    """Yield every part of a value as (what holds it, its key), long lists in a few places only."""
    if isinstance(value, dict):
        keys: Sequence[Any] = list(value)
    elif isinstance(value, list):
        keys = [*range(min(len(value), 4)), *range(max(len(value) - 1, 4), len(value))]
    else:
        return
    if least < 8:
        for key in keys:
            yield value, key
            yield from _places(value[key], least + 1)


def _replace(rng: random.Random, holder: Any, key: Any) -> None:
    holder[key] = any_value(rng)


def _delete(_rng: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict) or key < len(holder):
        del holder[key]


def _rename(rng: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder[rng.choice((*TEXTS, *holder))] = holder.pop(key)


def _wrap(rng: random.Random, holder: Any, key: Any) -> None:
    holder[key] = rng.choice(([holder[key]], {"x": holder[key]}, [holder[key]] * 3))


def _scale(rng: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
        factor = rng.choice((-1, 1e-9, 1e3, 1e9, 1e200))
        with_overflow = abs(holder[key]) < 1e100
        holder[key] = holder[key] * factor if with_overflow else -holder[key]
    elif isinstance(holder[key], list):
        holder[key] = holder[key] * rng.choice((0, 2, 50))
    elif isinstance(holder[key], str):
        holder[key] = mutated_text(rng, holder[key])


def _exchange(rng: random.Random, holder: Any, key: Any) -> None:
    other = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


_JSON_CHANGES: tuple[Callable[[random.Random, Any, Any], None], ...] = (
    _replace, _replace, _replace, _delete, _rename, _wrap, _scale, _exchange,
)  # fmt: skip


def json_bytes(rng: random.Random, content: Any) -> bytes:
    """Return the text of JSON, in one of the ways in which it is written."""
    try:
        text = json.dumps(content, indent=rng.choice((None, None, 1)))
    except (RecursionError, ValueError):
        text = "[" * 2000
    return text.encode("utf-8", "replace")
