"""The models that raters accepted, as a database."""

from __future__ import annotations

import pytest

from pyneuronautofit.database import read_database
from pyneuronautofit.errors import DatabaseError, UsageError
from pyneuronautofit.rating import Sheet, Verdict, accepted_models
from pyneuronautofit.rating.sheet import key_of

from ._made import content, database

A, R, U = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED


def sheet_of(read, rater, verdicts, **more):
    """Return a sheet with a verdict, or None, for every model."""
    sheet = Sheet(rater, **more)
    for model, verdict in zip(read.stored.models, verdicts, strict=True):
        if verdict is not None:
            sheet = sheet.rate(key_of(model), verdict)
    return sheet


def numbers(found):
    return [record["id"] for record in found.database.records]


@pytest.mark.parametrize(
    ("agreement", "expected"), [("all", [0]), ("any", [0, 1, 2, 3]), ("majority", [0, 1])]
)
def test_raters_agree(agreement, expected, tmp_path):
    read = database(tmp_path, content(6))
    sheets = [
        sheet_of(read, "ann", [A, A, A, None, R, U]),
        sheet_of(read, "bob", [A, A, R, A, R, U]),
        sheet_of(read, None, [A, None, U, R, R, U]),
    ]
    found = accepted_models(read, sheets, agreement)
    assert numbers(found) == expected
    assert found.unrated == {"ann": 1, None: 1}


def test_half_is_no_majority(tmp_path):
    read = database(tmp_path, content(2))
    sheets = [sheet_of(read, "ann", [A, A]), sheet_of(read, "bob", [A, R])]
    assert numbers(accepted_models(read, sheets, "majority")) == [0]


def test_ids_everything_else_and_ratings_are_kept(tmp_path):
    made = content(3, mine={"kept": 1})
    made["models"][2]["ratings"] = [
        {"rater": "old", "verdict": "rejected", "more": 1},
        {"rater": "ann", "verdict": "undecided"},
    ]
    made["models"].append(None)
    read = database(tmp_path, made)
    sheet = sheet_of(read, "ann", [R, None, A], blind=4)
    sheet = sheet.annotate(key_of(read.stored.models[2]), "good")
    found = accepted_models(read, [sheet], "all").database
    found.write(tmp_path / "out.json")
    again = read_database(tmp_path / "out.json")
    time = sheet.of(key_of(read.stored.models[2])).time
    said = {"rater": "ann", "verdict": "accepted", "note": "good", "time": time, "blind": True}
    expected = {**made["models"][2], "ratings": [made["models"][2]["ratings"][0], said]}
    assert again.content["models"] == [expected, None]
    assert again.content["mine"] == {"kept": 1}


def test_what_was_said_of_another_model_of_that_id_does_not_count(tmp_path):
    read = database(tmp_path, content(2))
    sheet = sheet_of(read, None, [A, A])
    changed = content(2)
    changed["models"][0]["parameters"]["soma.L"] += 1.0
    found = accepted_models(database(tmp_path, changed), [sheet], "all")
    assert numbers(found) == [1]


def test_mistakes(tmp_path):
    read = database(tmp_path, content(2))
    with pytest.raises(UsageError, match=r"db\.json: there are no ratings beside it.*--serve"):
        accepted_models(read, [], "all")
    with pytest.raises(UsageError, match="none of its 2 models is accepted by all of the 1 rater"):
        accepted_models(read, [sheet_of(read, None, [R, U])], "all")
    made = content(1)
    made["models"][0]["ratings"] = "five stars"
    read = database(tmp_path, made)
    with pytest.raises(DatabaseError, match="model 0: its key ratings is no list of ratings"):
        accepted_models(read, [sheet_of(read, None, [A])], "all")
