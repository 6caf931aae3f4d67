"""The server of a page that is made up; `rating/test_server.py` asks it as browsers do."""

from __future__ import annotations

import contextvars
import http.client
import json
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.pages import PageAnswer, PageServer, json_answer

JSON = {"Content-Type": "application/json"}


@dataclass
class Echo:
    """Answers what it was asked."""

    command: str = "echo"
    posted: list = field(default_factory=list)

    def get(self, path):
        headers = {"Content-Security-Policy": "default-src 'self'"} if path == "own" else {}
        return PageAnswer(path.encode(), "text/plain", headers=headers)

    def post(self, path, body):
        self.posted.append((path, body))
        return json_answer(len(body))


@pytest.fixture
def server():
    with PageServer(Echo()) as made:
        made.start()
        yield made


def ask(server, method, path, body=None, headers=None):
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as to:
        to.request(method, path, body, headers or {})
        answer = to.getresponse()
        return answer.status, answer.headers, answer.read()


def token(server):
    return server.url.split("/")[3]


def test_what_the_site_answers_is_under_the_token(server):
    status, headers, body = ask(server, "GET", f"/{token(server)}/a/b")
    assert (status, body) == (200, b"a/b")
    assert headers["Server"].strip() == "echo"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert headers["Cache-Control"] == "no-store"
    # A site may have other rules for a page of its own.
    assert ask(server, "GET", f"/{token(server)}/own")[1]["Content-Security-Policy"] == (
        "default-src 'self'"
    )


def test_without_the_token_there_is_nothing(server):
    for path in ("/", "/x/a", f"/{token(server)}x/a"):
        status, _headers, body = ask(server, "GET", path)
        assert status == 403
        assert json.loads(body)["error"] == "this is not the address that echo has printed"


def test_what_is_sent_reaches_the_site_unless_another_page_sends_it(server):
    path = f"/{token(server)}/do"
    assert ask(server, "POST", path, b"{}", JSON)[::2] == (200, b"2")
    for foreign in ({"Origin": "http://evil"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ask(server, "POST", path, b"{}", {**JSON, **foreign})[0] == 403
    assert ask(server, "POST", path, b"{}", {"Content-Type": "text/plain"})[0] == 415
    assert ask(server, "POST", path, b"x" * 70_000, JSON)[0] == 413
    assert server._http.site.posted == [("do", b"{}")]


def test_a_link_for_the_browser_works_once(server):
    path = server.url_for_once.removeprefix(f"http://127.0.0.1:{server.port}")
    status, headers, _body = ask(server, "GET", path)
    assert (status, headers["Location"]) == (303, f"/{token(server)}/")
    assert ask(server, "GET", path)[0] == 403


def test_a_port_that_is_taken(server):
    with pytest.raises(UsageError, match=rf"--port {server.port}: .*another echo --serve"):
        PageServer(Echo(), server.port)


def test_what_is_known_where_it_was_opened_is_known_to_its_threads():
    """Plug-ins that were given, for instance: a new thread begins without them."""
    known = contextvars.ContextVar("known", default="nothing")

    class Asking(Echo):
        def get(self, path):
            return PageAnswer(known.get().encode(), "text/plain")

    def opened():
        known.set("something")
        return PageServer(Asking())

    with contextvars.copy_context().run(opened) as made:
        made.start()
        assert ask(made, "GET", f"/{token(made)}/x")[2] == b"something"
