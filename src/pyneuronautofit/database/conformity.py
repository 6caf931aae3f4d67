"""Whether a database is what the shipped schema (`schema.json`) says that it is.

Reading does not ask this. It takes all files of which commands can make sense, earlier programs'
included, its messages say what to do, and the schema would make it six times as long (0.14 s per
MB against 0.027). `info` asks, for whoever writes databases by another program.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

import orjson
from jsonschema import Draft202012Validator, ValidationError

from pyneuronautofit._text import shortened
from pyneuronautofit._types import Json


@cache
def schema() -> Mapping[str, Json]:
    """Return the schema of model databases, JSON Schema of 2020-12."""
    text = resources.files("pyneuronautofit.database").joinpath("schema.json").read_bytes()
    return dict(orjson.loads(text))


def departures(content: Mapping[str, Json], most: int = 5) -> tuple[str, ...]:
    """Return where a database's content is not as the schema says, and what is wrong there.

    Parameters
    ----------
    content
        As it was read from the file.
    most
        How many places are returned at the most; looking ends with the last of them.
    """
    errors = Draft202012Validator(schema()).iter_errors(content)
    return tuple(_said(_innermost(error)) for error in islice(errors, most))


def _innermost(error: Any) -> ValidationError:
    """Return, of a value that is none of several kinds, what is wrong deepest inside it.

    That is what it lacks to be the kind that was meant: `null`, which is nearly always another one,
    is wrong from the outset.
    """
    while error.context:
        error = max(error.context, key=lambda each: len(each.absolute_path))
    return error


def _said(error: ValidationError) -> str:
    # $.models[3].fitness: the dollar, which stands for the whole file, helps nobody.
    place = error.json_path.removeprefix("$").removeprefix(".") or "the file"
    return f"{shortened(place)}: {shortened(error.message)}"
