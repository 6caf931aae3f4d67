"""Several databases as one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.database.database import Database
from pyneuronautofit.errors import DatabaseError

# What has to be the same in all of them, or their models could not stand side by side.
_SAME = ("module", "cell", "temperature", "setcable", "parameters")


def merge(databases: Sequence[Database]) -> tuple[Database, int]:
    """Join databases: header of the first, models of all, renumbered from 0.

    Targets, sources and evaluations are joined, and the models' references to them follow. Of
    models with the same parameters the first is kept.

    Parameters
    ----------
    databases
        At least one.

    Returns
    -------
    Database
        All models.
    int
        How many models were left out because another one has the same parameters.

    Raises
    ------
    DatabaseError
        If they are of different cells or temperatures, have other searched parameters, or
        synaptic conductances for other mixes.
    """
    first = databases[0]
    for other in databases[1:]:
        _check_alike(first, other)
    joined = _Joined()
    for database in databases:
        joined.add(database)
    header: dict[str, Json] = {
        key: value
        for key, value in (
            ("targets", joined.targets),
            ("evaluations", joined.evaluations),
            ("sources", joined.sources),
            ("discarded", joined.discarded),
        )
        if value or key in first.content
    }
    if joined.mixes is not None:
        header["gsynmin"] = joined.mixes
    return first.with_records(joined.records, **header), joined.n_double


def _check_alike(first: Database, other: Database) -> None:
    for key in _SAME:
        one, two = first.content.get(key), other.content.get(key)
        if one is not None and two is not None and one != two:
            shown = "" if key == "parameters" else f" ({one!r} and {two!r})"
            raise DatabaseError(
                f"{first.path} and {other.path} cannot be merged: their {key} differ{shown}"
            )


class _Joined:
    """What has been joined so far."""

    def __init__(self) -> None:
        self.records: list[Json] = []
        self.targets: list[Json] = []
        self.sources: list[Json] = []
        self.evaluations: dict[str, Json] = {}
        self.discarded: list[Json] = []
        self.mixes: Json = None
        self.n_double = 0
        self._seen: set[tuple[tuple[str, float], ...]] = set()

    def add(self, database: Database) -> None:
        """Add a database's models that are not there yet."""
        content = database.content
        targets = _places(content.get("targets"), self.targets)
        sources = _places(content.get("sources"), self.sources)
        keys = self._evaluation_keys(content.get("evaluations"))
        self._take_mixes(database)
        self.discarded += [each for each in content.get("discarded") or [] if each is not None]
        for model, record in zip(database.stored.models, database.records, strict=True):
            parameters = tuple(sorted(model.parameters.items()))
            if parameters in self._seen:
                self.n_double += 1
                continue
            self._seen.add(parameters)
            changed = {**record, "id": len(self.records)}
            if isinstance(record["parameters"], list):
                # The header's names stay, but a dict needs no header to be read.
                changed["parameters"] = dict(model.parameters)
            for key, places in (("target", targets), ("src", sources), ("evaluation", keys)):
                old = record.get(key)
                # An evaluation may stand in the model itself, and needs no key then.
                if isinstance(old, int | str) and old in places:
                    changed[key] = places[old]
            self.records.append(changed)

    def _evaluation_keys(self, evaluations: Json) -> Mapping[Json, Json]:
        """Join evaluations and return the key that each has from now on."""
        keys: dict[Json, Json] = {}
        for key, value in (evaluations or {}).items():
            new = key
            while self.evaluations.get(new, value) != value:
                new += "'"
            self.evaluations[new] = value
            keys[key] = new
        return keys

    def _take_mixes(self, database: Database) -> None:
        mixes = database.content.get("gsynmin")
        if self.mixes and mixes and mixes != self.mixes:
            raise DatabaseError(
                f"{database.path} cannot be merged: its gsynmin is for {len(mixes)} mixes of AMPA "
                f"and NMDA ({quoted(map(str, mixes), 3)}), that of the others for {len(self.mixes)}"
                f" ({quoted(map(str, self.mixes), 3)}). Run search-synmin with the same -A and -N"
            )
        self.mixes = self.mixes or mixes


def _places(values: Json, joined: list[Json]) -> Mapping[Json, Json]:
    """Append what is not in the joined list, and return the new place of every old one."""
    known = {json.dumps(value): place for place, value in enumerate(joined)}
    places: dict[Json, Json] = {}
    for place, value in enumerate(values or []):
        if value is None:
            continue
        text = json.dumps(value)
        if text not in known:
            known[text] = len(joined)
            joined.append(value)
        places[place] = known[text]
    return places
