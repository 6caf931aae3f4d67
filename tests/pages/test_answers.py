"""What is sent back, and what is read."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest

from pyneuronautofit.pages import asked_object, json_answer, refuse


def test_an_answer_for_a_script():
    answer = json_answer({"a": [1, None]})
    assert (answer.status, answer.kind) == (HTTPStatus.OK, "application/json")
    assert json.loads(answer.body) == {"a": [1, None]}


def test_a_refusal_says_why():
    answer = refuse(HTTPStatus.CONFLICT, "<no>")
    assert answer.status == HTTPStatus.CONFLICT
    assert json.loads(answer.body) == {"error": "<no>"}


def test_an_object_is_read():
    assert asked_object(b'{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("body", [b"[1]", b"1", b"null"])
def test_what_is_no_object(body):
    with pytest.raises(TypeError, match="expected an object"):
        asked_object(body)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_what_is_no_json(body):
    with pytest.raises(ValueError):
        asked_object(body)
