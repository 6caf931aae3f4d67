"""Of what kind everything in a file of models has to be that a command uses; the rest is kept.

Models' parameters and the header's are read elsewhere, with more to say about them; see
`models.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pyneuronautofit._bounded.kinds import (
    fields,
    flag,
    integer,
    listed,
    mapped,
    maybe,
    number,
    one_of,
    record,
    text,
)
from pyneuronautofit._types import Json
from pyneuronautofit.errors import DatabaseError

_scalar = maybe(one_of(integer, number, text, flag))
_named = maybe(one_of(integer, text))

_HEADER = fields(
    {},
    {
        "version": _scalar,
        "module": _scalar,
        "cell": _scalar,
        "targets": maybe(listed(maybe(text))),
        "evaluations": maybe(mapped(record)),
        "sources": maybe(listed(maybe(text))),
        "gsynmin": maybe(listed(maybe(number))),
        "discarded": maybe(listed(lambda _value: None)),
        "target": _named,
        "evaluation": maybe(one_of(text, record)),
    },
)
_MODEL = fields(
    {},
    {
        "id": _named,
        "target": _named,
        "src": _named,
        "evaluation": maybe(one_of(text, record)),
        "selection": _scalar,
        "fitness": maybe(one_of(number, listed(maybe(number)))),
        "weighted-fitness": maybe(number),
        "gsynmin": maybe(listed(maybe(number))),
    },
)


def check_kinds(content: Mapping[str, Json], key: str, path: Path) -> None:
    """Make sure that a file of models holds what commands take for granted.

    Parameters
    ----------
    key
        The key of its list of models.
    path
        The file, for messages.

    Raises
    ------
    DatabaseError
        If something is of another kind.
    """
    expected = _HEADER(dict(content))
    if expected:
        raise DatabaseError(
            f"{path}: its head is not that of a file of models: expected {expected}"
        )
    for position, model in enumerate(content[key]):
        expected = _MODEL(model) if isinstance(model, dict) else None
        if expected:
            raise DatabaseError(
                f"{path}, model {position}: expected {expected}, found {model!r:.80}"
            )
