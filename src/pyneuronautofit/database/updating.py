"""Adding what was found to a database, which others may have changed since it was read."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit.database.database import Database, read_database
from pyneuronautofit.database.locking import locked
from pyneuronautofit.errors import OutputError

_log = logging.getLogger(__name__)

#: Returns a database with what was found about the models of these numbers.
Addition = Callable[[Database, Collection[int]], Database]


def write_added(database: Database, out: Path, add: Addition, *, begins: bool = False) -> None:
    """Write a database with what was found about its models.

    Where it takes the place of the one that was read, that is read again: what others have written
    in the meantime stays, and nobody writes between the reading and the writing. What was found
    about a model that is another one now, or is not there any more, is left out with a warning.

    Parameters
    ----------
    database
        As it was when its models were read.
    add
        Is given the database as it is now, and the models to which what was found still belongs.
    begins
        Whether what was found depends on the voltages that models begin with (`init`).

    Raises
    ------
    OutputError
        If it cannot be written, or somebody else holds it.
    DatabaseError
        If what others have written is no database.
    """
    try:
        with locked(out):
            now = read_database(database.path) if _is_same(database.path, out) else database
            add(now, _unchanged(database, now, begins=begins)).write(out)
    except OSError as error:
        raise OutputError(
            f"cannot write beside {out}: {error.strerror or error}. Check that you may write to "
            "that folder, or choose another place for the output"
        ) from error


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there
        return False


def _unchanged(before: Database, now: Database, *, begins: bool) -> set[int]:
    """Return the numbers of the models that are what they were, and warn of the others."""
    models = {model.number: model.parameters for model in now.stored.models}
    was = {model.number: model.parameters for model in before.stored.models}
    same = {number for number, parameters in was.items() if models.get(number) == parameters}
    if lost := [str(number) for number in was if number not in same]:
        _log.warning(
            "%s was changed in the meantime: what was found about the model(s) %s is not written, "
            "since they are others now or not there any more", now.path, quoted(lost),
        )  # fmt: skip
    moved = _moved(before, now) & same if begins else set()
    if moved:
        _log.warning(
            "%s was changed in the meantime: the model(s) %s have another init now than that which "
            "they were simulated from; give the command again for values that belong to it",
            now.path, quoted(map(str, sorted(moved))),
        )  # fmt: skip
    return same


def _moved(before: Database, now: Database) -> set[int]:
    """Return the numbers of the models that begin with other voltages than they did."""
    if now is before:
        return set()
    was, now_mV = (
        dict(zip((model.number for model in each.stored.models), each.initial_mV(), strict=True))
        for each in (before, now)
    )
    return {number for number, init in was.items() if now_mV.get(number, init) != init}
