"""`final-check --serve` and `--accepted`: what is said, refused and exported."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from pyneuronautofit.cli import pages
from pyneuronautofit.cli.databases import serving as module
from pyneuronautofit.cli.databases.serving import Exhibition, RatingOptions, serve
from pyneuronautofit.cli.screen import Screen
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


class Served:
    """A page that nobody opens: it is interrupted at once, or when somebody has rated."""

    def __init__(self, monkeypatch):
        self.made, self.started, self.closed, self.opened = [], [], [], []
        self.then = lambda _work: None
        monkeypatch.setattr(module, "RatingServer", self._server)
        monkeypatch.setattr(module, "Forerunner", self._forerunner)
        event = SimpleNamespace(wait=self._wait)
        monkeypatch.setattr(
            module, "threading", SimpleNamespace(Event=lambda: event, Thread=self._thread)
        )
        monkeypatch.setattr(pages, "threading", SimpleNamespace(Thread=self._thread))
        monkeypatch.setattr(pages.webbrowser, "open", self.opened.append)

    def _server(self, work, port):
        self.work, self.port = work, port
        return _Page(self)

    def _forerunner(self, *what):
        self.made.append(what)
        return SimpleNamespace(
            start=lambda: self.started.append("forerunner"),
            close=lambda: self.closed.append("forerunner"),
        )

    def _thread(self, *, target, args, daemon):
        assert daemon
        return SimpleNamespace(start=lambda: target(*args))

    def _wait(self):
        self.then(self.work)
        raise KeyboardInterrupt


class _Page:
    url, url_for_once = "http://127.0.0.1:1/secret/", "http://127.0.0.1:1/once"

    def __init__(self, served):
        self._served = served

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self._served.closed.append("server")

    def start(self):
        self._served.started.append("server")


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    return Served(monkeypatch)


@pytest.fixture
def shown(db):
    """Six models, of which the last two are of another recording."""
    headings = [f"model {k}" for k in range(6)]
    return Exhibition(read_database(db), headings, ["stage 0", "stage 1"], [0, 0, 0, 0, 1, 1])


def lines(options, shown):
    """What is said while the page is served."""
    screen = Screen()
    screen.file = io.StringIO()
    assert serve(options, shown, screen) == 0
    return screen.file.getvalue().splitlines()


def test_what_is_said_of_the_page(served, shown, db):
    path = db.parent / "db-ratings.json"
    assert lines(RatingOptions(serve=True), shown) == [
        "6 model(s) to rate; 0 rated so far",
        f"every key is kept in {path} at once; Ctrl-C here ends",
        "the page, for you alone: http://127.0.0.1:1/secret/",
        "nothing was rated",
    ]
    assert served.started == ["forerunner", "server"]
    assert served.closed == ["server", "forerunner"]
    assert served.opened == ["http://127.0.0.1:1/once"]
    assert served.port == 0
    ((models, stages, stage_of, at),) = served.made
    assert [model.number for model in models.models] == [10, 11, 12, 13, 14, 15]
    assert (stages, stage_of, at) == (["stage 0", "stage 1"], [0, 0, 0, 0, 1, 1], 0)
    assert not list(db.parent.glob("*.lock"))


def test_another_start_goes_on(served, shown, db):
    served.then = lambda work: work.session.rate(0, Verdict.ACCEPTED)
    path = db.parent / "db-ratings.json"
    assert lines(RatingOptions(serve=True), shown)[-1] == f"the ratings are in {path}"
    served.then = lambda _work: None
    assert lines(RatingOptions(serve=True), shown)[0] == "6 model(s) to rate; 1 rated so far"
    assert served.made[-1][3] == 1


def test_ratings_of_models_that_are_not_shown_are_kept(served, shown, db):
    rate(db, None, m10="accepted", m12="rejected")
    some = replace(shown, database=shown.database.select([12, 13]), stage_of=[0, 1])
    said = lines(RatingOptions(serve=True), some)
    assert said[:2] == [
        "2 model(s) to rate; 1 rated so far",
        "1 rating(s) of db-ratings.json are of models that are not among these; they are kept",
    ]


def test_a_blind_rater_is_shown_models_in_another_order_with_their_own_recordings(served, shown):
    said = lines(RatingOptions(serve=True, rater="ann", blind=3, port=8123), shown)
    assert said[0] == "6 model(s) to rate, shuffled and without their ids; 0 rated so far"
    assert served.port == 8123
    ((models, _stages, stage_of, _at),) = served.made
    numbers = [model.number for model in models.models]
    assert sorted(numbers) == [10, 11, 12, 13, 14, 15]
    assert numbers != sorted(numbers)
    assert stage_of == [int(number >= 14) for number in numbers]
    assert list(served.work.stage_of) == stage_of


@pytest.mark.parametrize(
    ("platform", "environment", "opens"),
    [
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {}, False),
        ("darwin", {}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_screen(
    served, shown, monkeypatch, platform, environment, opens
):
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(pages.sys, "platform", platform)
    lines(RatingOptions(serve=True), shown)
    assert bool(served.opened) is opens


def test_no_browser_is_opened_where_none_is_wanted(served, shown):
    lines(RatingOptions(serve=True, no_browser=True), shown)
    assert served.opened == []


def test_raters_without_a_name_are_named(command, db, tmp_path):
    rate(db, None, m10="accepted")
    rate(db, "ann", m10="accepted", m11="rejected")
    answer = command("final-check", db, "--accepted", "out.json")
    out = answer.out.splitlines()
    assert out[0] == (
        "1 of 6 models are accepted (all of 2 rater(s): ann, the rater without a name): out.json"
    )
    assert set(out[1:]) == {
        "the rater without a name has not rated 5 of them", "ann has not rated 4 of them",
    }  # fmt: skip
