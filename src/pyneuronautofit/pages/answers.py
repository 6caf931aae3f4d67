"""What a page's server sends back, and what it is sent: no sockets here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from pyneuronautofit._types import Json


@dataclass(frozen=True)
class PageAnswer:
    """What is sent back."""

    body: bytes
    kind: str = "application/json"
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(value: Json) -> PageAnswer:
    """Return an answer that a script reads."""
    return PageAnswer(json.dumps(value).encode())


def refuse(status: HTTPStatus, why: str) -> PageAnswer:
    """Return an answer that says why there is none."""
    return PageAnswer(json.dumps({"error": why}).encode(), status=status)


def asked_object(body: bytes) -> dict[str, Json]:
    """Read what a script has sent.

    Raises
    ------
    ValueError, RecursionError
        If it is no JSON.
    TypeError
        If it is something else than an object.
    """
    asked = json.loads(body)
    if not isinstance(asked, dict):
        raise TypeError(f"expected an object, found {type(asked).__name__}")
    return asked
