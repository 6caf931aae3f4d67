"""The models that raters accepted, as a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyneuronautofit._types import Json
from pyneuronautofit.database import Database
from pyneuronautofit.errors import DatabaseError, UsageError
from pyneuronautofit.rating.sheet import Key, Sheet, Verdict, key_of

#: How many raters have to accept a model: every one, one, or more than half of them.
AGREEMENTS = ("all", "any", "majority")

#: The key of a model that holds what raters said of it.
RATINGS = "ratings"


@dataclass(frozen=True)
class Accepted:
    """The accepted models, and what may have been forgotten.

    Attributes
    ----------
    database
        The accepted models, with their ids, and what was said of them under `ratings`.
    unrated
        Rater -> of how many of all models they gave no verdict; raters who rated all are left out.
    """

    database: Database
    unrated: dict[str | None, int]


def accepted_models(database: Database, sheets: Sequence[Sheet], agreement: str) -> Accepted:
    """Return the models that raters agree on.

    A rater who gave no verdict on a model has not accepted it.

    Raises
    ------
    UsageError
        If there are no ratings, or no model is accepted.
    DatabaseError
        If a model holds something else under `ratings`.
    """
    keys = [key_of(model) for model in database.stored.models]
    if not sheets:
        raise UsageError(
            f"{database.path}: there are no ratings beside it; rate its models with --serve first"
        )
    kept: list[Json] = []
    for key, record in zip(keys, database.records, strict=True):
        votes = [sheet.of(key).verdict is Verdict.ACCEPTED for sheet in sheets]
        if _agree(votes, agreement):
            kept.append({**record, RATINGS: _said_of(database, record, key, sheets)})
    if not kept:
        raise UsageError(
            f"{database.path}: none of its {len(keys)} models is accepted by {_spelt(agreement)} "
            f"of the {len(sheets)} rater(s); nothing is written"
        )
    lacking = {s.rater: sum(s.of(key).verdict is None for key in keys) for s in sheets}
    return Accepted(
        database.with_records(kept), {rater: number for rater, number in lacking.items() if number}
    )


def _agree(votes: Sequence[bool], agreement: str) -> bool:
    if agreement == "any":
        return any(votes)
    return all(votes) if agreement == "all" else 2 * sum(votes) > len(votes)


def _spelt(agreement: str) -> str:
    return {"all": "all", "any": "any", "majority": "more than half"}[agreement]


def _said_of(
    database: Database, record: dict[str, Json], key: Key, sheets: Sequence[Sheet]
) -> list[Json]:
    """Return what is kept of a model's ratings: the new ones, and older ones of other raters."""
    before = record.get(RATINGS) or []
    if not isinstance(before, list) or not all(isinstance(each, dict) for each in before):
        raise DatabaseError(
            f"{database.path}, model {key.number}: its key {RATINGS} is no list of ratings, which "
            "is what would be written there; rename that key first"
        )
    names = [sheet.rater for sheet in sheets]
    said: list[Json] = [each for each in before if each.get("rater") not in names]
    for sheet in sheets:
        rating = sheet.of(key)
        if not rating.is_empty:
            said.append(
                {
                    "rater": sheet.rater,
                    "verdict": None if rating.verdict is None else str(rating.verdict),
                    "note": rating.note,
                    "time": rating.time,
                    "blind": sheet.blind is not None,
                }
            )
    return said
