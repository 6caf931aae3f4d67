"""`final-check --serve` and `--accepted`: what is said, refused and exported."""

from __future__ import annotations

import json

import pytest

from pyneuronautofit.database import read_database
from pyneuronautofit.rating import SheetFile, Verdict, ratings_path
from pyneuronautofit.rating.sheet import Sheet, key_of


def rate(db, rater, **verdicts):
    """Rate without a page: m10="accepted", ..."""
    with SheetFile(ratings_path(db, rater), db.name) as file:
        sheet = file.open(Sheet(rater))
        for model in read_database(db).stored.models:
            verdict = verdicts.get(f"m{model.number}")
            if verdict:
                sheet = sheet.rate(key_of(model), Verdict(verdict))
        file.save(sheet)


def test_raters_and_their_agreement(command, db, tmp_path):
    rate(db, "ann", m10="accepted", m11="accepted", m12="rejected")
    rate(db, "bob", m10="accepted", m11="rejected", m12="undecided", m13="accepted")
    out = tmp_path / "out.json"
    for words, ids in (
        ((), [10]),
        (("--agree", "any"), [10, 11, 13]),
        (("--agree", "majority"), [10]),
        (("--rater", "ann"), [10, 11]),
    ):
        answer = command("final-check", db, "None", "--accepted", out, *words)
        assert answer.code == 0, answer.err
        assert [each["id"] for each in json.loads(out.read_text())["models"]] == ids
    answer = command("final-check", db, "--accepted", out)
    assert "1 of 6 models are accepted (all of 2 rater(s): ann, bob)" in answer.out
    assert "ann has not rated 3 of them" in answer.out
    answer = command("final-check", db, "--accepted", out, "--models", "11:14", "--agree", "any")
    assert [each["id"] for each in json.loads(out.read_text())["models"]] == [11, 13]


def test_ratings_that_cannot_be_exported(command, db, tmp_path):
    before = set(tmp_path.iterdir())
    out = tmp_path / "out.json"
    answer = command("final-check", db, "--accepted", out)
    assert answer.code == 2
    assert "there are no ratings beside it" in answer.err
    answer = command("final-check", db, "--accepted", out, "--rater", "ann")
    assert answer.code == 2
    assert "cannot read the ratings" in answer.err
    assert "db-ratings-ann.json: No such file" in answer.err
    (tmp_path / "db-ratings-ann.json").write_text("{")
    answer = command("final-check", db, "--accepted", out)
    assert answer.code == 2
    assert "db-ratings-ann.json are no JSON" in answer.err
    assert set(tmp_path.iterdir()) - before == {tmp_path / "db-ratings-ann.json"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--serve", "--accepted", "o.json"), "--serve and --accepted exclude each other"),
        (("m-{}.png", "--serve"), "--serve draws no figures: leave out --serve, or the patterns"),
        (("m-{}.png", "--accepted", "o"), "--accepted draws no figures"),
        (("--port", "8000"), "--port is for the page: it needs --serve"),
        (("--no-browser",), "--no-browser is for the page"),
        (("--blind", "0"), "--blind is for the page"),
        (("--agree", "any", "--serve"), "--agree is for the export: it needs --accepted"),
        (("--rater", "ann"), "--rater is for ratings: it needs --serve or --accepted"),
        (("--rater", "ann", "--accepted", "o", "--agree", "any"), "leave out one of them"),
        (("--serve", "--port", "70000"), "--port 70000: expected a number from 0 to 65535"),
        (("--serve", "--blind", "-1"), "--blind -1: expected a number of at least 0"),
        (("--serve", "--rater", "a/b"), "--rater a/b: expected up to 60 letters, without '/'"),
        (("--serve", "--rater", ""), "--rater : expected up to 60 letters"),
        (
            ("--accepted", "o", "--agree", "some"),
            "--agree some: expected one of all, any, majority",
        ),
        (("--serve", "--models", "77"), "there is no model 77"),
    ],
)
def test_a_mistake_gives_one_clear_message(words, expected, command, db, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    answer = command("final-check", db, "None", *words)
    assert answer.code == 2
    assert expected in " ".join(answer.err.split())
    assert answer.err.count("error: ") == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_keeps_the_page_from_being_served(command, db, tmp_path):
    words = ["--project", tmp_path / "model", "--simulator", "neuron", "--no-browser"]
    (tmp_path / "db-ratings.json").write_text("{")
    answer = command("final-check", db, "--serve", *words)
    assert answer.code == 2
    assert "db-ratings.json are no JSON" in answer.err
    assert (tmp_path / "db-ratings.json").read_text() == "{"
    with SheetFile(tmp_path / "db-ratings-ann.json", "db.json") as file:
        file.open(Sheet("ann"))
        answer = command("final-check", db, "--serve", "--rater", "ann", *words)
        assert answer.code == 2
        assert "are being written by another process" in answer.err
    text = db.read_text().replace("hh.gkbar", "hh.gkbr")
    db.write_text(text)
    answer = command("final-check", db, "--serve", "--rater", "bob", *words)
    assert answer.code == 2
    assert "the mechanism hh has no 'gkbr'" in answer.err
    (tmp_path / "cell.npz").unlink()
    answer = command("final-check", db, "--serve", "--rater", "bob", *words)
    assert answer.code == 2
    assert "cell.npz of the models is in none of the folders" in answer.err
    assert not list(tmp_path.glob("*.lock"))
    assert not list(tmp_path.glob("*bob*"))
