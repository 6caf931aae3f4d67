"""The plug-ins that decide what a run does: by what it knows that they are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pyneuronautofit._plugins import (
    OBJECTIVE,
    STRATEGY,
    PlugIn,
    find_plug_in,
    split_modes,
)
from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.objectives import OBJECTIVES, built_in_modes, identity_of_family
from pyneuronautofit.optimisers import algorithm_letter, stored_algorithm
from pyneuronautofit.recordings import find_reader, plug_in_of_reader

#: Under this key of an identity, and of an evaluation, stands which plug-ins there were.
PLUGINS = "plugins"
_MODE, _SEARCH, _READER = "-m ", "-A ", "reader "
_SHOWN = 12


def plug_ins_of(config: FitConfig, recordings: Sequence[Path]) -> dict[str, str]:
    """Return where the plug-ins are from that a fit uses, each with a digest of its source.

    Parameters
    ----------
    recordings
        The files that are read.

    Returns
    -------
    dict
        What it is used for, as the command line says it -> `PlugIn.identity`.
    """
    found = {f"{_MODE}{code}": text for code, text in modes_of_plug_ins(config.modes).items()}
    used: dict[str, PlugIn | None] = {}
    letter = stored_algorithm(config.algorithm)
    if letter[:1] == "{":
        used[f"{_SEARCH}{letter}"] = find_plug_in(STRATEGY, letter)
    for path in recordings:
        reader = find_reader(path)
        used[f"{_READER}{reader.name}"] = plug_in_of_reader(reader)
    return found | {what: each.identity for what, each in used.items() if each is not None}


def modes_of_plug_ins(modes: str) -> dict[str, str]:
    """Return where those modes of a string are from that are not built in, by code."""
    found: dict[str, str] = {}
    # Which packages there are is looked up only for what is not built in.
    for code in sorted({*split_modes(modes)} - {*built_in_modes()}):
        plug_in: PlugIn | None = find_plug_in(OBJECTIVE, code)
        identity = identity_of_family(code) if plug_in is None else plug_in.identity
        if identity:
            found[code] = identity
    return found


def missing_plug_ins(identity: Mapping[str, Json], *, searching: bool = True) -> str:
    """Say which plug-ins of a run are not there, and what to do; empty where all are.

    Parameters
    ----------
    searching
        Whether its search is needed, too.
    """
    missing = [
        f"{what} of {where.rpartition(', SHA-256')[0] or where}"
        for what, where in _stored(identity).items()
        if not _is_there(what) and (searching or not what.startswith(_SEARCH))
    ]
    if not missing:
        return ""
    return (
        f"it was made with {quoted(missing)}, which is not there: give --plugin FILE.py, or "
        "install the package that it is of"
    )


def changed_plug_ins(
    before: Mapping[str, Json], now: Mapping[str, Json], *, searching: bool = True
) -> list[str]:
    """Say which plug-ins are others than they were.

    Parameters
    ----------
    before, now
        Identities of a run.
    searching
        Whether its search has to be the same, too.
    """
    was, is_ = _stored(before), _stored(now)
    return [
        f"the plug-in {what} is another one than it was ({_short(was.get(what))} then, "
        f"{_short(is_.get(what))} now)"
        for what in {**was, **is_}
        if not _is_same(was.get(what), is_.get(what))
        and (searching or not what.startswith(_SEARCH))
    ]


def about_scored(evaluation: Mapping[str, Json]) -> Iterator[str]:
    """Yield what is to be said of the plug-ins that models were scored with, where they are others.

    Parameters
    ----------
    evaluation
        How they were scored, as their file has it.
    """
    for code, where in _stored(evaluation).items():
        now = modes_of_plug_ins(code).get(code)
        if now is not None and not _is_same(now, where):
            yield (
                f"{code} is another one than the models were scored with ({_short(where)} then, "
                f"{_short(now)} now)"
            )


def missing_modes(evaluation: Mapping[str, Json]) -> str:
    """Say which modes are not there that models were scored with; empty where all are."""
    stored = {f"{_MODE}{code}": where for code, where in _stored(evaluation).items()}
    return missing_plug_ins({PLUGINS: stored})


def _is_there(what: str) -> bool:
    try:
        if what.startswith(_MODE):
            return what.removeprefix(_MODE) in OBJECTIVES
        if what.startswith(_SEARCH):
            return bool(algorithm_letter(what.removeprefix(_SEARCH)))
    except PyNeuronAutofitError:
        return False
    # Which reader a file's is, its content says, and the digest of that is known.
    return True


def _stored(record: Mapping[str, Json]) -> dict[str, str]:
    """Return what a file has under the key; it may be from somebody else."""
    found = record.get(PLUGINS, {})
    if not isinstance(found, dict):
        return {}
    return {str(what): str(where) for what, where in found.items()}


def _is_same(one: str | None, other: str | None) -> bool:
    """Tell whether two plug-ins are one: of files what is in them counts, and not their names."""
    if one is None or other is None or one == other:
        return one == other
    (file, _, digest), (other_file, _, other_digest) = (
        each.rpartition(", SHA-256 ") for each in (one, other)
    )
    return file.endswith(".py") and other_file.endswith(".py") and digest == other_digest


def _short(identity: str | None) -> str:
    if identity is None:
        return "none"
    where, comma, digest = identity.rpartition(", SHA-256 ")
    return f"{where}{comma}{digest[:_SHOWN]}.." if comma else identity
