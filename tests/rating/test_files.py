"""Files of ratings: valid at any time, never another's, never overwritten when they are damaged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import DatabaseError, OutputError
from pyneuronautofit.rating import SheetFile, Verdict, ratings_path, read_sheet, read_sheets
from pyneuronautofit.rating.files import _content_of, _sheet_of
from pyneuronautofit.rating.sheet import Change, Key, Rating, Sheet

KEYS = [Key(number, f"d{number}") for number in range(3)]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RATINGS = st.builds(Rating, st.none() | st.sampled_from(list(Verdict)), TEXTS, TEXTS)
SHEETS = st.builds(
    Sheet,
    st.none() | TEXTS,
    st.none() | st.integers(0, 2**40),
    st.none() | st.sampled_from(KEYS),
    st.dictionaries(st.sampled_from(KEYS), RATINGS),
    st.lists(st.builds(Change, st.sampled_from(KEYS), RATINGS), max_size=5).map(tuple),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "db-ratings.json"


def opened(path, rater=None):
    file = SheetFile(path, "db.json")
    return file, file.open(Sheet(rater))


@given(SHEETS)
def test_what_is_written_is_read(sheet):
    text = json.dumps(_content_of(sheet, "db.json"), ensure_ascii=False)
    assert _sheet_of(json.loads(text.encode())) == sheet


def test_names():
    assert ratings_path(Path("a/db.json"), None) == Path("a/db-ratings.json")
    assert ratings_path(Path("a/db.json.gz"), "ann") == Path("a/db-ratings-ann.json")


def test_saved_closed_and_opened_again(path):
    file, sheet = opened(path)
    with file:
        sheet = sheet.rate(KEYS[0], Verdict.ACCEPTED).annotate(KEYS[1], "é <b>").look_at(KEYS[1])
        file.save(sheet)
        file.save(sheet)
    file, again = opened(path)
    with file:
        assert again == sheet
    assert [each.name for each in path.parent.iterdir()] == ["db-ratings.json"]


def test_two_processes_for_one_rater_are_refused_and_two_raters_are_not(path):
    with opened(path)[0]:
        other = SheetFile(path, "db.json")
        with pytest.raises(OutputError, match=r"db-ratings\.json are being written by another"):
            other.open(Sheet())
        other.close()
        with opened(path.with_name("db-ratings-ann.json"), "ann")[0]:
            pass
    with opened(path)[0]:
        pass


def test_raters_do_not_lose_each_other_s_ratings(tmp_path):
    database = tmp_path / "db.json"
    files = {}
    for rater in (None, "ann", "bob"):
        files[rater] = SheetFile(ratings_path(database, rater), "db.json")
        files[rater].open(Sheet(rater))
    for k, key in enumerate(KEYS):
        for rater, file in files.items():
            sheet = read_sheet(file.path) if k else Sheet(rater)
            file.save(sheet.rate(key, Verdict.ACCEPTED))
    for file in files.values():
        file.close()
    (tmp_path / "db-other-ratings.json").write_text("not one of them")
    sheets = read_sheets(database)
    assert [sheet.rater for sheet in sheets] == ["ann", "bob", None]
    assert all(set(sheet.ratings) == set(KEYS) for sheet in sheets)


def test_a_full_disk_leaves_what_was_there(path, monkeypatch):
    file, sheet = opened(path)
    with file:
        file.save(sheet.rate(KEYS[0], Verdict.ACCEPTED))
        before = path.read_bytes()

        def full(_descriptor):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", full)
            with pytest.raises(OutputError, match="No space left on device"):
                file.save(sheet.rate(KEYS[1], Verdict.REJECTED))
        assert path.read_bytes() == before
        file.save(sheet.rate(KEYS[2], Verdict.REJECTED))
    assert set(read_sheet(path).ratings) == {KEYS[2]}


CRASH = """
import os, sys
from pathlib import Path
from pyneuronautofit.rating import SheetFile, Verdict
from pyneuronautofit.rating.sheet import Key, Sheet

file = SheetFile(Path(sys.argv[1]), "db.json")
sheet = file.open(Sheet()).rate(Key(0, "d0"), Verdict.ACCEPTED)
file.save(sheet)
os.replace = lambda *paths: os._exit(9)
file.save(sheet.rate(Key(1, "d1"), Verdict.REJECTED))
"""


def test_a_crash_between_write_and_rename_leaves_the_last_ratings(path):
    done = subprocess.run([sys.executable, "-c", CRASH, path], check=False)
    assert done.returncode == 9
    assert set(read_sheet(path).ratings) == {KEYS[0]}
    # Neither its lock nor its half of a file keeps anybody from going on.
    file, sheet = opened(path)
    with file:
        file.save(sheet.rate(KEYS[2], Verdict.ACCEPTED))
    assert set(read_sheet(path).ratings) == {KEYS[0], KEYS[2]}


def test_a_file_that_somebody_else_has_changed_is_not_overwritten(path):
    file, sheet = opened(path)
    with file:
        file.save(sheet.rate(KEYS[0], Verdict.ACCEPTED))
        text = path.read_text().replace('"accepted"', '"rejected"')
        path.write_text(text)
        with pytest.raises(OutputError, match="changed by another program"):
            file.save(sheet.rate(KEYS[1], Verdict.ACCEPTED))
        assert path.read_text() == text
        path.unlink()
        file.save(sheet.rate(KEYS[1], Verdict.ACCEPTED))
    assert set(read_sheet(path).ratings) == {KEYS[1]}


def test_the_ratings_of_another_are_refused(path):
    file, sheet = opened(path)
    with file:
        file.save(sheet.rate(KEYS[0], Verdict.ACCEPTED))
    ann = path.rename(path.with_name("db-ratings-ann.json"))
    file = SheetFile(ann, "db.json")
    with file, pytest.raises(DatabaseError, match="of somebody without a name, and not of ann"):
        file.open(Sheet("ann"))


GOOD = _content_of(Sheet().rate(KEYS[0], Verdict.ACCEPTED), "db.json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "are no JSON"),
        (json.dumps(GOOD)[:-20], "are no JSON"),
        (b"\xff\xfe\xfd\xfc", "are no JSON"),
        ("[1]", "expected the format 'pyneuronautofit ratings', found list"),
        ('{"models": []}', "expected the format .*, found models"),
        (json.dumps({**GOOD, "version": 2}), "its version is 2, and this program knows version 1"),
        (json.dumps({**GOOD, "ratings": None}), "holds no ratings"),
        (json.dumps({**GOOD, "rater": 7}), "rater is '7', expected str"),
        (json.dumps({**GOOD, "blind": True}), "blind is 'True', expected int"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "at"}), "the key 'at' is missing"),
        (
            json.dumps(GOOD).replace('"verdict": "accepted"', '"verdict": "perhaps"'),
            "'perhaps' is not a valid Verdict",
        ),
        (json.dumps(GOOD).replace('"digest": "d0"', '"digest": 5'), "digest is '5', expected str"),
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(path, text, expected):
    raw = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(raw)
    file = SheetFile(path, "db.json")
    with file, pytest.raises(DatabaseError, match=expected) as caught:
        file.open(Sheet())
    assert "It is left as it is: mend it, or move it away" in str(caught.value)
    assert path.read_bytes() == raw
    with pytest.raises(DatabaseError):
        read_sheets(path.with_name("db.json"))


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    file = SheetFile(tmp_path / "file" / "db-ratings.json", "db.json")
    with file, pytest.raises(OutputError, match="where ratings are kept"):
        file.open(Sheet())
