"""What the page gets for what it asks; `test_server.py` asks through sockets."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from importlib import resources

import numpy as np
import pytest

from pyneuronautofit.errors import OutputError
from pyneuronautofit.rating import SheetFile, ratings_path
from pyneuronautofit.rating.requests import answer_get, answer_post, refuse
from pyneuronautofit.rating.traces import Simulated

from ._made import FakeSimulator, content, database, open_work, stage


class Forerunner:
    """Knows the traces of model 0, knows why there are none of model 1, and is not at model 2."""

    n_done, n_wanted = 2, 3

    def __init__(self):
        self.looked_at, self.waited = [], []
        self.made = {
            0: Simulated(np.array([[1, -2], [300, 4]], dtype=np.int16)),
            1: Simulated(None, "it broke"),
        }

    def look_at(self, place):
        self.looked_at.append(place)

    def find(self, place):
        return self.made.get(place)

    def wait_for(self, place, timeout_s):
        self.waited.append((place, timeout_s))
        return self.made.get(place)


@pytest.fixture
def work(tmp_path):
    """Three models of two recordings: the second one belongs to model 1."""
    read = database(tmp_path, content(3), name="späte.json")
    with SheetFile(ratings_path(read.path, None), read.path.name) as file:
        begun = open_work(read, file)
        other = stage(FakeSimulator(), "two.abf", n_sample=40)
        voltage = np.full((2, 40), -60.0)
        voltage[1, 39] = 20.0
        target = replace(other.target, voltage_mV=voltage, step_ms=0.5)
        stages = [*begun.stages, replace(other, target=target, titles=("a", "b"))]
        yield replace(begun, forerunner=Forerunner(), stages=stages, stage_of=[0, 1, 0])


def got(work, path):
    answer = answer_get(work, path)
    assert answer.status == HTTPStatus.OK
    assert answer.kind == "application/json"
    return json.loads(answer.body)


def posted(work, path, **asked):
    answer = answer_post(work, path, json.dumps(asked).encode())
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("", "index.html", "text/html; charset=utf-8"),
        ("app.js", "app.js", "text/javascript; charset=utf-8"),
        ("app.css", "app.css", "text/css; charset=utf-8"),
        ("icon.svg", "icon.svg", "image/svg+xml"),
    ],
)
def test_files_of_the_page(work, path, name, kind):
    answer = answer_get(work, path)
    assert (answer.status, answer.kind, dict(answer.headers)) == (HTTPStatus.OK, kind, {})
    web = resources.files("pyneuronautofit.rating") / "web"
    assert answer.body == (web / name).read_bytes()


def test_the_state_says_what_recording_each_model_has_and_what_its_samples_are(work):
    state = got(work, "state")
    assert [model["recording"] for model in state["models"]] == [0, 1, 0]
    assert (state["n_ready"], state["n_wanted"], state["steps_per_mV"]) == (2, 3, 128)
    # The stimulus is samples 10 to 29, the last of them to its end.
    assert state["recordings"] == [
        {
            "titles": ["sweep 0: 0 pA", "sweep 1: 75 pA"], "n_sweep": 2, "n_sample": 50,
            "step_ms": 0.1, "stimulus_ms": [1.0, 3.0],
        },
        {
            "titles": ["a", "b"], "n_sweep": 2, "n_sample": 40, "step_ms": 0.5,
            "stimulus_ms": [5.0, 15.0],
        },
    ]  # fmt: skip
    assert (state["database"], state["place"]) == ("späte.json", 0)
    assert got(work, "progress") == {"n_ready": 2}


def test_recordings_are_sent_as_steps_of_a_mV(work):
    answer = answer_get(work, "recordings/1")
    assert answer.kind == "application/octet-stream"
    steps = np.frombuffer(answer.body, "<i2").reshape(2, 40)
    assert steps[0].tolist() == [-60 * 128] * 40
    assert steps[1, 39] == 20 * 128


def test_traces_are_waited_for_and_looked_up(work):
    for path in ("traces/0", "ready/0"):
        answer = answer_get(work, path)
        assert (answer.status, answer.kind) == (HTTPStatus.OK, "application/octet-stream")
        assert np.frombuffer(answer.body, "<i2").tolist() == [1, -2, 300, 4]
    assert got(work, "traces/1") == got(work, "ready/1") == {"problem": "it broke"}
    for path in ("traces/2", "ready/2"):
        assert answer_get(work, path).status == HTTPStatus.ACCEPTED
    assert [place for place, _timeout in work.forerunner.waited] == [0, 1, 2]
    assert all(timeout > 0 for _place, timeout in work.forerunner.waited)


@pytest.mark.parametrize(
    "path",
    ["traces/3", "ready/3", "recordings/2", "traces/-1", "traces/0/", "traces", "ready/", "rate",
     "traces/\u0660", "traces/ 0", "traces/0000000000"],
)  # fmt: skip
def test_what_is_not_there(work, path):
    answer = answer_get(work, path)
    assert answer.status == HTTPStatus.NOT_FOUND
    assert json.loads(answer.body) == {"error": f"there is nothing at {path}"}


def test_a_long_address_is_not_said_in_full(work):
    for answer in (answer_get(work, "x" * 500), answer_post(work, "x" * 500, b"{}")):
        assert answer.status == HTTPStatus.NOT_FOUND
        assert json.loads(answer.body)["error"] == f"there is nothing at {'x' * 80}"


def test_who_rates_goes_on_and_the_simulations_with_them(work):
    status, answer = posted(work, "rate", place=0, verdict="rejected")
    assert (status, answer["place"], answer["changed"]) == (HTTPStatus.OK, 1, 0)
    assert answer["said"]["verdict"] == "rejected"
    assert posted(work, "annotate", place=2, note="später")[1]["said"]["note"] == "später"
    assert posted(work, "look", place=2)[1]["place"] == 2
    assert posted(work, "undo")[1]["changed"] == 2
    assert work.forerunner.looked_at == [1, 1, 2, 2]
    said = [(m["verdict"], m["note"]) for m in got(work, "state")["models"]]
    assert said == [("rejected", ""), (None, ""), (None, "")]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("rate", b'{"place": 0}', "rate needs 'verdict'"),
        ("look", b"{}", "look needs 'place'"),
        ("annotate", b'{"place": 0}', "annotate needs 'note'"),
        ("rate", b'{"place": 7, "verdict": "accepted"}', "there is no place 7"),
        ("rate", b'{"place": 0, "verdict": "fine"}', "'fine' is not a valid Verdict"),
        ("look", b'{"place": false}', "place: expected a whole number, found 'False'"),
        ("look", b'{"place": "0"}', "place: expected a whole number, found '0'"),
        ("annotate", b'{"place": 0, "note": null}', "note: expected a text, found NoneType"),
        ("look", b"[1]", "expected an object, found list"),
        ("look", b"{", "Expecting property name"),
    ],
)
def test_what_makes_no_sense_changes_nothing(work, path, body, said):
    answer = answer_post(work, path, body)
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert said in json.loads(answer.body)["error"]
    assert work.forerunner.looked_at == []
    assert got(work, "state")["can_undo"] is False


def test_a_disk_that_is_full_is_not_the_askers_fault(work, monkeypatch):
    def full(_sheet):
        raise OutputError("the disk is full")

    monkeypatch.setattr(work.session._file, "save", full)
    status, answer = posted(work, "rate", place=0, verdict="accepted")
    assert (status, answer) == (HTTPStatus.INSUFFICIENT_STORAGE, {"error": "the disk is full"})
    assert work.forerunner.looked_at == []


def test_accepted_models_are_a_file_with_the_name_of_the_database(work):
    answer = answer_get(work, "export")
    assert answer.status == HTTPStatus.CONFLICT
    posted(work, "rate", place=2, verdict="accepted")
    posted(work, "rate", place=0, verdict="rejected")
    answer = answer_get(work, "export")
    assert answer.status == HTTPStatus.OK
    # RFC 5987: as UTF-8, and what is not ASCII in percents.
    assert answer.headers == {
        "Content-Disposition": "attachment; filename*=UTF-8''sp%C3%A4te-accepted.json"
    }
    assert [record["id"] for record in json.loads(answer.body)["models"]] == [2]


def test_a_refusal_says_why():
    answer = refuse(HTTPStatus.FORBIDDEN, 'not "you"')
    assert (answer.status, answer.kind) == (403, "application/json")
    assert json.loads(answer.body) == {"error": 'not "you"'}
