"""Which plug-ins there are: those of installed packages, and those that were given here.

Which were given is a context variable, so that one command, or one call of the library, knows
nothing of another one's. A new thread begins without them; `contextvars.copy_context` takes them
along.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from pyneuronautofit._plugins.codes import EXPECTED_NAME, is_name, name_in
from pyneuronautofit._plugins.installed import installed
from pyneuronautofit._plugins.plug_in import Kind, PlugIn
from pyneuronautofit.errors import UsageError

_log = logging.getLogger(__name__)

OBJECTIVE = Kind("evaluation mode", "OBJECTIVES", ("code", "name", "__name__"))
STRATEGY = Kind("search", "STRATEGIES")
READER = Kind("reader", "READERS")
#: All kinds of plug-ins.
KINDS = (OBJECTIVE, STRATEGY, READER)

_given: ContextVar[tuple[PlugIn, ...]] = ContextVar("_given", default=())


def given_plug_ins() -> tuple[PlugIn, ...]:
    """Return all plug-ins that were given here, of all kinds."""
    return _given.get()


def explicit_plug_ins(kind: Kind) -> tuple[PlugIn, ...]:
    """Return the plug-ins of a kind that were given here."""
    return tuple(each for each in _given.get() if each.kind == kind)


def installed_plug_ins(kind: Kind) -> tuple[PlugIn, ...]:
    """Return the plug-ins of a kind that installed packages have; none is imported."""
    return installed(kind)


def plug_ins(kind: Kind) -> dict[str, PlugIn]:
    """Return all plug-ins of a kind by their codes; none is imported.

    Raises
    ------
    UsageError
        If two have the same name.
    """
    found: dict[str, PlugIn] = {}
    for each in (*explicit_plug_ins(kind), *installed(kind)):
        _refuse_second(each, found.get(each.code))
        found[each.code] = each
    return found


def find_plug_in(kind: Kind, code: str) -> PlugIn | None:
    """Return the plug-in of a code; None: there is none.

    Raises
    ------
    UsageError
        If two have the same name.
    """
    same = [e for e in (*explicit_plug_ins(kind), *installed(kind)) if e.code == code]
    for other in same[1:]:
        _refuse_second(other, same[0])
    return same[0] if same else None


def usable_plug_ins(kind: Kind, make: Callable[[PlugIn], Any]) -> dict[str, Any]:
    """Return what is made of all plug-ins of a kind, by code: without those that are broken.

    What is given is made without further ado; for what is installed and cannot be loaded there is
    a warning, once.
    """
    found = {}
    for code, each in plug_ins(kind).items():
        if each in explicit_plug_ins(kind) or (reason := _broken(each, make)) is None:
            found[code] = make(each)
        elif reason:
            _log.debug("left out: %s", reason)
    return found


@lru_cache(maxsize=256)
def _broken(plug_in: PlugIn, make: Callable[[PlugIn], Any]) -> str | None:
    """Return why an installed plug-in cannot be used, having warned of it; None: it can."""
    try:
        make(plug_in)
    except UsageError as error:
        _log.warning("a plug-in is left out: %s", error)
        return str(error)
    return None


def added(more: Sequence[PlugIn]) -> tuple[PlugIn, ...]:
    """Return the plug-ins that were given, with further ones.

    Raises
    ------
    UsageError
        If one is called like another, or as none can be called.
    """
    known = list(_given.get())
    for each in more:
        if len(each.name) > 1 and each.kind != READER and not is_name(name_in(each.name)):
            raise UsageError(
                f"{each.origin}: {each.kind.title} {each.name!r:.60} cannot be called so: expected "
                f"{EXPECTED_NAME}; give it another name, such as @objective(name='mine')"
            )
        same = (other for other in known if (other.kind, other.code) == (each.kind, each.code))
        _refuse_second(each, next(same, None))
        known.append(each)
    return tuple(known)


@contextlib.contextmanager
def use(plug_ins_: Sequence[PlugIn]) -> Iterator[None]:
    """Let there be these plug-ins, beside installed ones, and no others, within a block."""
    token = _given.set(tuple(plug_ins_))
    try:
        yield
    finally:
        _given.reset(token)


def use_from_here(plug_ins_: Sequence[PlugIn]) -> None:
    """Let there be these plug-ins in all of the present context."""
    _given.set(tuple(plug_ins_))


def _refuse_second(each: PlugIn, other: PlugIn | None) -> None:
    if other is not None:
        raise UsageError(
            f"{each.kind.title} {each.code} is there twice: in {other.origin} and in "
            f"{each.origin}; leave one of them out, or give it another name"
        )
