"""Traces of models that change: simulated when it is time, and shown under their new places."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.report.findings.choice import list_models
from pyneuronautofit.report.live import tracing
from pyneuronautofit.report.live.tracing import Tracer
from pyneuronautofit.runs import open_run
from report._content import GENERATIONS, answered
from report._made import make_run


@pytest.fixture
def run(tmp_path):
    with open_run(make_run(tmp_path / "mine.sqlite", GENERATIONS)) as opened:
        yield opened


@pytest.fixture
def simulated(monkeypatch):
    """What was asked for: the places of models."""
    asked, closed = [], []
    problem = SimpleNamespace(opened=lambda: _noted(closed))

    def respond(_opened, parameters, places):
        asked.append(places)
        n = len(places)
        return answered(
            models=places, failed=(), counts=np.arange(2 * n + 2).reshape(n + 1, 2),
            rates_Hz=np.zeros((n + 1, 2)), latency_ms=np.zeros((n + 1, 2)),
            traces=replace(answered()[0].traces, voltage_mV=np.zeros((n + 1, 2, 4))),
        )  # fmt: skip

    monkeypatch.setattr(
        tracing, "open_again", lambda _run, _project: SimpleNamespace(problem=problem)
    )
    monkeypatch.setattr(tracing, "answers", respond)
    return SimpleNamespace(asked=asked, closed=closed)


@contextlib.contextmanager
def _noted(closed):
    yield
    closed.append(True)


def test_models_are_simulated_once(run, simulated):
    listed, tracer = list_models(run), Tracer(None)
    assert "will be here in a moment" in tracer.known(listed)
    assert tracer.is_due(listed)
    found = tracer.ask(run, listed)
    assert simulated.asked == [listed.traced]
    assert found[0].models == listed.traced
    assert not tracer.is_due(listed)
    assert tracer.known(listed)[0].models == listed.traced
    tracer.close()
    assert simulated.closed == [True]


def test_others_wait_as_the_run_needs_the_computer_more(run, simulated, monkeypatch):
    clock = iter([0.0, 10.0, 100.0, 111.0])
    monkeypatch.setattr(tracing.time, "monotonic", lambda: next(clock))
    listed, tracer = list_models(run), Tracer(None)
    tracer.ask(run, listed)  # takes 10 s
    others = replace(listed, rows=listed.rows + 7)
    assert not tracer.is_due(others)  # at 100 s
    assert tracer.is_due(others)  # 100 s after the end


def test_models_that_are_still_listed_keep_their_traces(run, simulated):
    listed, tracer = list_models(run), Tracer(None)
    tracer.ask(run, listed)
    first, second = listed.rows[0], listed.rows[1]
    others = replace(listed, rows=np.array([99, second, first]))
    (found,) = tracer.known(others)
    assert found.models == (2, 1)
    assert found.counts.tolist() == [[0, 1], [2, 3], [4, 5]]
    (found,) = tracer.known(replace(listed, rows=np.array([99, second])))
    assert found.models == (1,)
    assert found.counts.tolist() == [[0, 1], [4, 5]]
    assert found.traces.voltage_mV.shape == (2, 2, 4)


def test_why_there_are_none_is_said(run, monkeypatch):
    def gone(_run, _project):
        raise RecordingError("it is gone")

    monkeypatch.setattr(tracing, "open_again", gone)
    listed, tracer = list_models(run), Tracer(None)
    tracer.ask(run, listed)
    assert tracer.known(listed) == (
        "The models cannot be simulated, so there are no traces: it is gone"
    )
    nobody = replace(listed, traced=())
    assert tracer.known(nobody) == "There are no models to simulate."
    assert not tracer.is_due(nobody)
