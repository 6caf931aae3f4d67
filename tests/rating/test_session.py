"""A rater at work."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.rating import (
    RatingSession,
    SheetFile,
    Verdict,
    begin,
    ratings_path,
    read_sheet,
)

from ._made import content, database


@pytest.fixture
def work(tmp_path):
    """Opens a session; whatever it opened is closed at the end."""
    read = database(tmp_path, content(5))
    opened = []

    def open_session(rater=None, blind=None, models=None):
        for file in opened:
            file.close()
        chosen = read if models is None else read.select(models)
        file = SheetFile(ratings_path(read.path, rater), read.path.name)
        opened.append(file)
        names = [f"model {model.number}" for model in chosen.stored.models]
        return RatingSession(chosen, names, file, begin(file, rater, blind))

    yield open_session
    for file in opened:
        file.close()


def verdicts(session):
    return [each["verdict"] for each in session.state()["models"]]


def test_every_change_is_in_the_file_before_it_is_answered(work):
    session = work()
    assert session.rate(0, Verdict.ACCEPTED) == {
        "place": 1,
        "can_undo": True,
        "changed": 0,
        "said": {"verdict": "accepted", "note": ""},
    }
    assert read_sheet(session.path).at.number == 1
    session.annotate(1, "odd")
    (rating,) = (r for r in read_sheet(session.path).ratings.values() if r.note)
    assert (rating.verdict, rating.note) == (None, "odd")
    session.look_at(4)
    assert read_sheet(session.path).at.number == 4
    assert session.rate(4, Verdict.REJECTED)["place"] == 4  # there is no next one
    assert session.n_rated == 2


def test_another_start_goes_on_and_can_undo(work):
    session = work()
    session.rate(0, Verdict.ACCEPTED)
    session.rate(1, Verdict.UNDECIDED)
    session = work()
    assert session.place == 2
    assert verdicts(session) == ["accepted", "undecided", None, None, None]
    answer = session.undo()
    assert (answer["place"], answer["said"]["verdict"]) == (1, None)
    assert session.undo() == {
        "place": 0,
        "can_undo": False,
        "changed": 0,
        "said": {"verdict": None, "note": ""},
    }
    assert session.undo() == {"place": 0, "can_undo": False}
    assert verdicts(work()) == [None] * 5


def test_a_note_does_not_turn_to_its_model(work):
    session = work()
    session.look_at(3)
    assert session.annotate(1, "odd")["place"] == 3
    assert session.place == 3


def test_blind_hides_and_shuffles_and_goes_on_so(work):
    session = work("ann", blind=7)
    state = session.state()
    assert state["blind"]
    assert {each["heading"] for each in state["models"]} == {""}
    assert session.order != [0, 1, 2, 3, 4]
    session.rate(0, Verdict.ACCEPTED)
    again = work("ann")
    assert again.is_blind
    assert again.order == session.order
    assert again.place == 1
    (key,) = read_sheet(session.path).ratings
    assert key.number == session.order[0]
    work("ann", blind=7)
    with pytest.raises(UsageError, match=r"db-ratings-ann\.json were begun with --blind 7"):
        work("ann", blind=8)
    open_ = work("bob")
    open_.rate(0, Verdict.ACCEPTED)
    with pytest.raises(UsageError, match=r"bob\.json were begun without --blind"):
        work("bob", blind=7)


def test_before_the_first_rating_the_order_may_still_be_chosen(work):
    work().look_at(2)
    session = work(blind=3)
    assert session.is_blind
    assert session.place == 0


def test_a_part_of_the_models_keeps_what_was_said_of_the_others(work):
    session = work()
    session.rate(0, Verdict.ACCEPTED)
    session.rate(3, Verdict.ACCEPTED)
    part = work(models=[3, 4])
    assert part.n_foreign == 1
    assert part.place == 1  # where it was
    assert verdicts(part) == ["accepted", None]
    part.undo()
    part.rate(1, Verdict.REJECTED)
    assert part.state()["can_undo"]
    assert verdicts(work()) == ["accepted", None, None, None, "rejected"]


def test_where_nothing_can_be_written_nothing_has_changed(work, monkeypatch):
    session = work()
    session.rate(0, Verdict.ACCEPTED)
    before = session.state()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for act in (
        lambda: session.rate(1, Verdict.REJECTED),
        lambda: session.annotate(1, "odd"),
        lambda: session.look_at(3),
        session.undo,
    ):
        with pytest.raises(OutputError, match="No space left"):
            act()
        assert session.state() == before


def test_mistakes(work):
    session = work()
    for place in (-1, 5):
        with pytest.raises(UsageError, match=f"no place {place}: there are 5 models"):
            session.rate(place, Verdict.ACCEPTED)
    with pytest.raises(UsageError, match="the note has 10001 characters"):
        session.annotate(0, "x" * 10_001)
    session.annotate(0, "half \ud800 a pair")
    assert session.state()["models"][0]["note"] == "half ? a pair"
    assert not list(session.path.parent.glob(".*"))
