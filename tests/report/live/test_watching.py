"""A page that is made anew when its run has gone on."""

from __future__ import annotations

import time
from contextlib import closing

from pyneuronautofit.objectives import OBJECTIVES
from pyneuronautofit.plugins import active_plugins, objective
from pyneuronautofit.report.live import watching
from pyneuronautofit.report.live.watching import PageMaker
from pyneuronautofit.runs import RunFiles, RunLock
from report._content import GENERATIONS
from report._made import make_run


def until(condition):
    for _ in range(400):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_it_is_made_anew_when_something_has_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)
    store = make_run(tmp_path / "mine.sqlite", GENERATIONS)
    with closing(PageMaker(store, None, traces=False)) as maker:
        assert maker.page.version == 1
        assert 'data-version="1"' in maker.page.text
        assert "finished: generation 1 of 9" in maker.page.text
        assert "Traces were left out" in maker.page.text
        maker.start()
        time.sleep(0.1)
        assert maker.page.version == 1
        with RunLock(RunFiles(tmp_path, "mine").lock):
            until(lambda: maker.page.version == 2)
            assert "running: generation 1 of 9" in maker.page.text
            # A store that cannot be read for a moment is no end.
            store.rename(tmp_path / "away")
            time.sleep(0.1)
            (tmp_path / "away").rename(store)
        until(lambda: maker.page.version == 3)


def test_nothing_is_done_while_nobody_looks(tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)
    monkeypatch.setattr(watching, "_ABANDONED_S", 0.0)
    store = make_run(tmp_path / "mine.sqlite", GENERATIONS)
    with closing(PageMaker(store, None, traces=False)) as maker:
        maker.start()
        with RunLock(RunFiles(tmp_path, "mine").lock):
            time.sleep(0.1)
            assert maker.page.version == 1
            monkeypatch.setattr(watching, "_ABANDONED_S", 9.0)
            maker.look()
            until(lambda: maker.page.version == 2)


def test_plug_ins_are_known_where_the_page_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)
    seen = []
    store = make_run(tmp_path / "mine.sqlite", GENERATIONS)
    mine = objective(name="mine")(lambda voltage_mV: voltage_mV.max())
    with active_plugins(objectives=[mine]), closing(PageMaker(store, None, traces=False)) as maker:
        monkeypatch.setattr(maker, "_renew", lambda: seen.append("{mine}" in OBJECTIVES) or 0.0)
        maker.start()
        until(lambda: seen)
    assert seen[0]
