"""A rater's sheet: what one person thinks of each model, and how they got there.

A sheet is a value: what changes it returns another one. It knows models by their keys, so it can be
put beside any part of the database, and a judgement is never given to another model.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pyneuronautofit.database import StoredModel, StoredModels

#: So many changes can be undone.
MOST_CHANGES = 200


class Verdict(enum.StrEnum):
    """What somebody thinks of a model."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Key:
    """Which model: its id, and a digest of its parameters and its recording.

    The id alone would do until the database is changed; then the digest tells.
    """

    number: int
    digest: str


@dataclass(frozen=True)
class Rating:
    """What is said of a model: a verdict or none yet, a note, and when (UTC, ISO 8601)."""

    verdict: Verdict | None = None
    note: str = ""
    time: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return self.verdict is None and not self.note


@dataclass(frozen=True)
class Change:
    """A change that can be undone: the model, and what was said of it before."""

    key: Key
    before: Rating


@dataclass(frozen=True)
class Sheet:
    """The ratings of one rater.

    Attributes
    ----------
    rater
        Their name; None: the only one, who needs none.
    blind
        The seed of the order in which models are shown without their ids; None: in the order of
        the database, with their ids.
    at
        The model that is looked at; None: not begun.
    ratings
        What was said, of models that something was said of.
    history
        The last changes, the latest at the end.
    """

    rater: str | None = None
    blind: int | None = None
    at: Key | None = None
    ratings: Mapping[Key, Rating] = field(default_factory=dict)
    history: tuple[Change, ...] = ()

    def of(self, key: Key) -> Rating:
        """Return what was said of a model."""
        return self.ratings.get(key, Rating())

    def look_at(self, key: Key) -> Sheet:
        """Return the sheet with another model before the rater."""
        return replace(self, at=key)

    def rate(self, key: Key, verdict: Verdict) -> Sheet:
        """Return the sheet with a verdict; the note stays."""
        return self._changed(key, replace(self.of(key), verdict=verdict, time=_now()))

    def annotate(self, key: Key, note: str) -> Sheet:
        """Return the sheet with a note; the verdict stays."""
        if note == self.of(key).note:
            return self
        return self._changed(key, replace(self.of(key), note=note, time=_now()))

    def can_undo(self, shown: Collection[Key]) -> bool:
        """Tell whether a change of one of these models can be taken back."""
        return any(change.key in shown for change in self.history)

    def undo(self, shown: Collection[Key]) -> Sheet:
        """Return the sheet without the last change of one of these models, and looking at it."""
        history = list(self.history)
        places = [place for place, change in enumerate(history) if change.key in shown]
        if not places:
            return self
        change = history.pop(places[-1])
        ratings = _with(self.ratings, change.key, change.before)
        return replace(self, at=change.key, ratings=ratings, history=tuple(history))

    def _changed(self, key: Key, rating: Rating) -> Sheet:
        history = (*self.history, Change(key, self.of(key)))[-MOST_CHANGES:]
        return replace(self, ratings=_with(self.ratings, key, rating), history=history)


def key_of(model: StoredModel) -> Key:
    """Return the key of a model."""
    made_of = json.dumps([dict(model.parameters), model.target], sort_keys=True)
    return Key(model.number, hashlib.sha256(made_of.encode()).hexdigest()[:16])


def order_of(stored: StoredModels, blind: int | None) -> list[int]:
    """Return the places of the models in the order in which they are shown.

    Shuffled models are sorted by a digest, so whether others are shown as well does not change
    which of two comes first.
    """
    places = range(len(stored.models))
    if blind is None:
        return list(places)
    keys = [key_of(model) for model in stored.models]
    shuffled = [
        hashlib.sha256(f"{blind} {key.number} {key.digest}".encode()).digest() for key in keys
    ]
    return sorted(places, key=lambda place: shuffled[place])


def _with(ratings: Mapping[Key, Rating], key: Key, rating: Rating) -> dict[Key, Rating]:
    changed = {**ratings, key: rating}
    if rating.is_empty:
        del changed[key]
    return changed


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
