"""Plug-ins that are given: by files, or as functions and classes of a program."""

from __future__ import annotations

import contextlib
import inspect
import tokenize
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pyneuronautofit._plugins import (
    KINDS,
    OBJECTIVE,
    READER,
    STRATEGY,
    Kind,
    PlugIn,
    added,
    braced,
    given_plug_ins,
    plug_ins_of_file,
    use,
    use_from_here,
)
from pyneuronautofit.objectives import OBJECTIVES
from pyneuronautofit.optimisers.custom import algorithm_of_plug_in
from pyneuronautofit.recordings.custom import reader_of


@contextlib.contextmanager
def active_plugins(
    *,
    files: Sequence[str | Path] = (),
    objectives: Sequence[Any] = (),
    strategies: Sequence[Any] = (),
    readers: Sequence[Any] = (),
) -> Iterator[None]:
    """Let there be plug-ins within a block, beside those that are active already.

    They are known in this thread, and in whatever runs in a copy of its context.

    Parameters
    ----------
    files
        Python files, as of `--plugin`; they are executed, unless they are active already.
    objectives
        Evaluation modes: functions, `ObjectiveFunction`s, or classes as of `Objective`.
    strategies
        Searches: functions, `SearchFunction`s, or classes as of `Algorithm`.
    readers
        Readers: `ReaderFunction`s, or objects or classes as of `Reader`.

    Raises
    ------
    UsageError
        If one of them is no plug-in, or two have the same name.

    Examples
    --------
    >>> from pyneuronautofit.objectives import ALL_MODES
    >>> def peak(voltage_mV):
    ...     "Highest voltage."
    ...     return voltage_mV.max(axis=1)
    >>> with active_plugins(objectives=[peak]):
    ...     ALL_MODES["{peak}"]
    'Highest voltage'
    >>> "{peak}" in ALL_MODES
    False
    """
    more = _of_new_files(files)
    for kind, things in ((OBJECTIVE, objectives), (STRATEGY, strategies), (READER, readers)):
        more += [_given(kind, thing) for thing in things]
    with use(added(more)):
        _check(more)
        yield


def use_files(files: Sequence[str]) -> None:
    """Let there be the plug-ins of files from here on, in all of the present context.

    A file that was used already is not used again.

    Raises
    ------
    UsageError
        As of `active_plugins`.
    """
    more = _of_new_files(files)
    if more:
        use_from_here(added(more))
        _check(more)


def _of_new_files(files: Sequence[str | Path]) -> list[PlugIn]:
    """Return the plug-ins of files, but for those that are active already."""
    known = {each.path for each in given_plug_ins()}
    more: list[PlugIn] = []
    for path in dict.fromkeys(Path(file).absolute() for file in files):
        if path not in known:
            more += plug_ins_of_file(path, KINDS)
    return more


def code_of(thing: Any) -> str:
    """Return what an evaluation mode of a program is called in -m: its name in braces."""
    return braced(OBJECTIVE.name_of(thing))


def _given(kind: Kind, thing: Any) -> PlugIn:
    code = getattr(thing, "function", thing)
    place, source = _or_none(inspect.getsourcefile, code), _or_none(inspect.getsource, code)
    origin = "this program" if place is None else Path(place).name
    text = None if source is None else source.encode()
    return PlugIn(kind, kind.name_of(thing), origin, lambda: thing, lambda: text)


def _or_none(ask: Callable[[Any], str | None], thing: Any) -> str | None:
    """Return what is known of the source of something; of what was typed in, nothing is."""
    try:
        return ask(thing if isinstance(thing, type) or inspect.isroutine(thing) else type(thing))
    except (OSError, TypeError, SyntaxError, tokenize.TokenError):
        return None


def _check(plug_ins: Sequence[PlugIn]) -> None:
    """Raise UsageError unless each is what its kind has to be."""
    for each in plug_ins:
        if each.kind == OBJECTIVE:
            OBJECTIVES[each.code]
        elif each.kind == STRATEGY:
            algorithm_of_plug_in(each)
        else:
            reader_of(each)
