"""What the commands that probe models share: temperatures, simulators, progress, folders."""

from __future__ import annotations

import io

import pytest

from pyneuronautofit.cli.databases import probing as module
from pyneuronautofit.cli.databases.probing import (
    ProbeOptions,
    build_probe,
    channel_folders,
    temperature_of,
    watched,
)
from pyneuronautofit.cli.screen import Screen


@pytest.mark.parametrize(
    ("asked", "stored", "expected"),
    [
        (20.0, 30.0, 20.0),
        (0.0, 30.0, 0.0),
        (None, 30.0, 30.0),
        (None, 0.0, 0.0),
        (None, None, 35.0),
    ],
)
def test_the_temperature_is_the_flags_or_the_databases_or_35_degC(asked, stored, expected):
    assert temperature_of(ProbeOptions(temperature_degC=asked), stored) == expected


@pytest.mark.parametrize(
    ("simulator", "made"),
    [
        ("neuron", ("NEURON", "source", "test", 3, 7.5)),
        ("batch", ("preferred", "source", "test", 3, 7.5, {"insist": True})),
        (None, ("preferred", "source", "test", 3, 7.5, {"insist": False})),
    ],
)
def test_what_simulates(monkeypatch, simulator, made):
    monkeypatch.setattr(module, "NeuronProbe", lambda *what: ("NEURON", *what))
    monkeypatch.setattr(module, "PreferredProbe", lambda *what, **how: ("preferred", *what, how))
    options = ProbeOptions(simulator=simulator, n_worker=3, time_limit_s=7.5)
    assert build_probe("source", "test", options) == made


@pytest.fixture
def screen():
    """Makes screens that are in memory; on a terminal or not."""

    def make(*, is_terminal):
        made = Screen()
        made.file = io.StringIO()
        made._force_terminal = is_terminal
        return made

    return make


def said(screen):
    return screen.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("total", "lines"),
    [
        (1, [1]), (4, [1, 2, 3, 4]), (10, list(range(1, 11))), (100, list(range(10, 101, 10))),
        (25, [3, 5, 8, 10, 13, 15, 18, 20, 23, 25]),
    ],
)  # fmt: skip
def test_a_tenth_of_the_work_is_a_line(screen, total, lines):
    shown = screen(is_terminal=False)
    assert list(watched(shown, iter(range(total)), total, "checked")) == list(range(total))
    assert said(shown) == [f"checked: {done} of {total}" for done in lines]


def test_nothing_is_fetched_before_it_is_asked_for(screen):
    begun = []

    def work():
        for k in range(3):
            begun.append(k)
            yield k

    each = watched(screen(is_terminal=False), work(), 3, "checked")
    assert begun == []
    assert next(each) == 0
    assert begun == [0]


def test_a_bar_on_a_terminal(screen, monkeypatch):
    tracked = []

    def track(work, *what, **how):
        tracked.append((what, how))
        yield from work

    monkeypatch.setattr(module, "track", track)
    shown = screen(is_terminal=True)
    assert list(watched(shown, iter("abc"), 3, "drawn")) == ["a", "b", "c"]
    assert tracked == [(("drawn",), {"total": 3, "console": shown, "transient": True})]
    assert said(shown) == []


@pytest.mark.parametrize("is_terminal", [False, True])
def test_after_an_interruption_it_says_how_to_go_on(screen, is_terminal):
    def work():
        yield 1
        raise KeyboardInterrupt

    shown = screen(is_terminal=is_terminal)
    each = watched(shown, work(), 2, "checked")
    assert next(each) == 1
    with pytest.raises(KeyboardInterrupt):
        next(each)
    assert "the same command goes on where this one ended" in shown.file.getvalue()


def test_folders_of_channels(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "there"
    there.mkdir()
    (there / "project.py").touch()
    here = tmp_path / "mods"
    assert channel_folders(None) == [here, tmp_path, here]
    expected = [there / "mods", there, here]
    assert channel_folders(str(there)) == expected
    assert channel_folders(str(there / "project.py")) == expected
