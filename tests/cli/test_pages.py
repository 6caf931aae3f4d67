"""Opening a page in a browser, where there is one that has a window."""

from __future__ import annotations

import threading

import pytest

from pyneuronautofit.cli import pages


@pytest.mark.parametrize(
    ("variables", "opens"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "w"}, True)],
)
def test_a_browser_for_terminals_is_not_opened(monkeypatch, variables, opens):
    opened, done = [], threading.Event()

    def open_(url):
        opened.append(url)
        done.set()

    monkeypatch.setattr(pages.webbrowser, "open", open_)
    monkeypatch.setattr(pages.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    pages.open_in_browser("http://x/")
    assert done.wait(5 if opens else 0.1) == opens
    assert opened == (["http://x/"] if opens else [])
