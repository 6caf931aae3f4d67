"""Databases for tests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from pyneuronautofit.database import Database, read_database
from pyneuronautofit.probes.tests import Probed
from pyneuronautofit.simulators import RunStatus

HEADER = {
    "version": "3",
    "temperature": 35.0,
    "parameters": [
        ["soma.L", "lin", 20.0, 200.0],
        ["soma(0.5).pas.g", "log", 1e-7, 0.1],
        [["soma.ek", "axon.ek"], "lin", -65.0, -110.0],
    ],
    "targets": ["one.abf", "two.abf"],
    "evaluations": {"A": {"mode": "OV"}},
    "sources": ["run-1.json"],
    "gsynmin": [-1.0, 0.0, 1.0],
}


def parameters(k: int = 0) -> dict[str, float]:
    """Values of a model, others for every `k`."""
    ek = -70.0 - 2.0 * k % 7
    return {"soma.L": 40.0 + k, "soma(0.5).pas.g": 1e-6 * (1 + k % 5), "soma.ek": ek, "axon.ek": ek}


def model(k: int = 0, **more: object) -> dict[str, object]:
    """A record of a model."""
    return {
        "parameters": parameters(k),
        "target": k % 2,
        "evaluation": "A",
        "src": 0,
        "id": k,
        **more,
    }


def content(n: int = 3, **more: object) -> dict[str, object]:
    """A database of `n` models."""
    return {**HEADER, "models": [model(k) for k in range(n)], "discarded": [], **more}


def database(folder: Path, value: object = None, name: str = "db.json") -> Database:
    """Write a database and read it."""
    path = folder / name
    path.write_text(json.dumps(content() if value is None else value))
    return read_database(path)


class FakeProbe:
    """Answers with what a function makes of a model's `soma.L`.

    An answer that is a text is a failure with this message. It counts what it was asked, and is
    interrupted (as by Ctrl-C) before the given number of answers.
    """

    description = "a fake"

    def __init__(self, answer, interrupted_after: int | None = None) -> None:
        self.asked: list[float] = []
        self.initial: list[dict[str, float]] = []
        self.checked = 0
        self._answer = answer
        self._interrupted_after = interrupted_after

    def check(self, parameters, initial_mV=()) -> None:
        self.checked += 1

    def stream(self, parameters, initial_mV=()):
        self.initial += list(initial_mV)
        # Backwards: the order is nobody's business.
        for candidate in reversed(range(len(parameters))):
            if len(self.asked) == self._interrupted_after:
                raise KeyboardInterrupt
            length = {p.text: v for p, v in parameters.settings(candidate)}["soma.L"]
            self.asked.append(length)
            answer = self._answer(length)
            if isinstance(answer, str):
                yield Probed(candidate, RunStatus.FAILED, answer, None, 0.1)
            else:
                yield Probed(candidate, RunStatus.OK, "", answer, 0.1)

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self):
        return self

    def __exit__(self, *exc) -> None:
        """Nothing to close."""


def step_traces(test, *spikes, peaks=((30.0, 30.0, 30.0),), amplitudes=None):
    """Traces of a cell that rests at -60 mV and spikes for 1 ms.

    For every step the times (ms) of its spikes; `peaks` are those at soma, axon(0.5), axon(0), of
    one spike after the other, the last for all that follow.
    """
    voltage = np.full((len(spikes), 3, test.n_sample), -60.0)
    for step, times in enumerate(spikes):
        for number, time_ms in enumerate(times):
            start = round(time_ms / test.dt_ms)
            peak = peaks[min(number, len(peaks) - 1)]
            voltage[step, :, start : start + round(1 / test.dt_ms)] = np.array(peak)[:, None]
    return voltage
