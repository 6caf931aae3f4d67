"""A candidate's voltages are its own: whoever is simulated beside it, in whatever order, on any -n.

Candidates are drawn between the bounds of the built-in model, so many of them are stiff, and their
axons have different numbers of segments. They are simulated together, and then in other company.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import detect_stimulus, read_recording
from pyneuronautofit.simulators import Adaptive, BatchSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterSpace, ParameterTable

EXAMPLE = Path(__file__).parents[3] / "examples" / "experimentaldata" / "TC-example.abf"
N_CAND = 40
SWEEPS = [0, 8]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def candidates(model):
    space = ParameterSpace.from_rows(model.parameters)
    return space.to_model(space.sample(np.random.default_rng(1), N_CAND))


def experiment(dt_ms=None, offset_pA=0.0, sweeps=SWEEPS):
    recording = read_recording(EXAMPLE)
    window = detect_stimulus(recording.current_pA, recording.step_ms)
    planned = plan_experiment(recording, window, sweeps, dt_ms, 35.0)
    # With an offset every sweep begins with an edge, and its first step with nothing known.
    return replace(planned, current_pA=planned.current_pA + offset_pA)


def companies(rng, n_cand):
    """Candidates in calls, each a list of rows: alone, a few together, halves in another order."""
    for size in (1, 3, n_cand // 2):
        order = rng.permutation(n_cand)
        yield [order[begin : begin + size].tolist() for begin in range(0, n_cand, size)][:6]


def check(model, planned, table, precision="double", adaptive=None):
    def opened(n_worker):
        return BatchSimulator(model.cell_source, planned, n_worker, precision, adaptive=adaptive)

    with opened(2) as simulator:
        together = simulator.run(table)
    for number, calls in enumerate(companies(np.random.default_rng(7), len(table))):
        with opened(1 + number % 2) as simulator:
            for rows in calls:
                found = simulator.run(table.rows(rows))
                assert found.status == tuple(together.status[row] for row in rows)
                np.testing.assert_array_equal(found.voltage_mV, together.voltage_mV[rows])


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("offset_pA", [0.0, 150.0])
def test_adaptive_steps(model, candidates, precision, offset_pA):
    check(model, experiment(None, offset_pA), candidates, precision, Adaptive())


def test_fixed_steps(model, candidates):
    check(model, experiment(0.05), candidates.rows(range(12)))


def test_stiff_models_that_once_changed_each_other(model, shared):
    models = json.loads((shared / "cases" / "stiff_company.json").read_text())["models"]
    names = list(models[0]["parameters"])
    table = ParameterTable(
        tuple((ParameterPath.parse(name),) for name in names),
        (False,) * len(names),
        np.array([[each["parameters"][name] for name in names] for each in models]),
    )
    check(model, experiment(None, sweeps=list(range(9))), table, adaptive=Adaptive())
