"""What a live page asks for, and what it gets."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from pyneuronautofit.report.live.control import RunControl
from pyneuronautofit.report.live.site import LiveSite
from pyneuronautofit.report.live.watching import PageMaker
from pyneuronautofit.runs import RunFiles, RunLock
from report._content import GENERATIONS
from report._made import make_run


@pytest.fixture
def site(tmp_path):
    store = make_run(tmp_path / "mine.sqlite", GENERATIONS)
    with closing(PageMaker(store, None, traces=False)) as maker:
        yield LiveSite(store, maker, RunControl(store, None))


def posted(site, path, body=b"{}"):
    answer = site.post(path, body)
    return answer.status, json.loads(answer.body)


def test_the_page_and_its_parts(site):
    page = site.get("")
    assert page.kind == "text/html; charset=utf-8"
    assert b'<script src="page.js">' in page.body
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert b"function renew" in site.get("page.js").body
    assert b"echarts" in site.get("echarts.js").body
    assert site.get("page.css").kind.startswith("text/css")
    assert site.get("icon.svg").body.startswith(b"<svg")
    assert site.get("../secret").status == 404


def test_its_state(site, tmp_path):
    shown = json.loads(site.get("state").body)
    assert (shown["version"], shown["state"], shown["left"]) == (1, "finished", "")
    with RunLock(RunFiles(tmp_path, "mine").lock):
        assert json.loads(site.get("state").body)["state"] == "running"
        assert posted(site, "stop")[0] == 200
        assert json.loads(site.get("state").body)["asked"]
    site.store.rename(tmp_path / "away")
    assert site.get("state").status == 409


@pytest.mark.parametrize(
    ("path", "body", "status", "why"),
    [("stop", b"{}", 409, "nobody computes it"), ("go-on", b'{"goal": 1}', 409, "a larger number"),
     ("go-on", b'{"goal": true}', 400, "a whole number"), ("go-on", b'{"goal": "9"}', 400, "whole"),
     ("stop", b"[]", 400, "an object"), ("stop", b"{", 400, ""), ("other", b"{}", 404, "nothing")],
)  # fmt: skip
def test_what_cannot_be_done(site, path, body, status, why):
    found, answer = posted(site, path, body)
    assert found == status
    assert why in answer["error"]
