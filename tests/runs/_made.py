"""Stores of runs that never were: candidates are drawn, scores are made up."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np

from pyneuronautofit.optimisers import Adaptation, Population
from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.runs import (
    Evaluations,
    Header,
    NewGeneration,
    RunInfo,
    RunWriter,
    create_store,
)

PARAMETERS = [["soma.L", "lin", 1.0, 9.0], ["soma(0.5).pas.g", "log", 1e-5, 1e-3]]
N_CAND, N_SCORE = 6, 3


@dataclass(frozen=True)
class State:
    """A state as strategies have them."""

    generation: int
    generator: dict
    members: Population
    weights: Weights
    gathered: np.ndarray
    adaptation: Adaptation | None
    largest: float


def make_info(**changed):
    header = Header(
        tuple("OOV"), np.array([1.0, 2.0, np.inf]), PARAMETERS, "1.2", "cell.abf",
        {"mode": "OV", "mask": None}, "pyneuronautofit -m OV cell.abf", 35.0,
    )  # fmt: skip
    kept = {
        "header": header,
        "settings": {"modes": "OV", "seed": 2**32 - 1, "stimulus": [1.0, 2.5]},
        "identity": {"recording": "ab", "model": {}, "versions": {}},
        "places": {"recording": "/r/cell.abf", "project": None, "directory": "/r"},
        "mode_sizes": (("O", 2), ("V", 1)),
        "log_search": True,
        "statuses": {"OK": "simulated", "CRASHED": "the simulating process died"},
        "initial": np.array([[1.0, np.nan]]),
    }
    return RunInfo(**{**kept, **changed})


def make_generation(number, rng, weighted=True):
    """Candidates, some of them failed, and a state that holds the better half of them."""
    x = np.stack([rng.uniform(1, 9, N_CAND), rng.uniform(-5, -3, N_CAND)], axis=1)
    parameters = x.copy()
    parameters[:, 1] = 10 ** x[:, 1]
    scores = rng.random((N_CAND, N_SCORE))
    failed = rng.random(N_CAND) < 0.2
    scores[failed] = np.nan
    weights = Weights(np.array([1.0, 0.5, 0.0]), np.array([True, True, False]))
    status = tuple("CRASHED" if bad else "OK" for bad in failed)
    messages = tuple("signal 11: späť" if bad else "" for bad in failed)
    fitness = np.where(failed, np.nan, weights.scalars(scores))
    evaluations = Evaluations(parameters, x, scores, fitness, status, messages, rng.random(N_CAND))
    best = np.argsort(fitness)[: N_CAND // 2]
    rng_state = np.random.default_rng(number).bit_generator.state
    adaptation = None
    if number % 3 == 2:
        steps = np.array([1, -1], dtype=np.int64)
        ratios = np.array([-np.inf, 0.1])
        adaptation = Adaptation(
            weights, weights, 5, ratios, steps, steps, 0.1, None, False, number
        )  # fmt: skip
    state = State(
        number, rng_state, Population(x[best], scores[best]), weights,
        scores[~failed], adaptation, float("inf"),
    )  # fmt: skip
    archive = np.arange(N_CAND, dtype=np.int64)[~failed] + number * N_CAND
    return NewGeneration(number, evaluations, state, x[best], scores[best], archive, number + 0.5)


def make_store(path, n_generation=5, seed=1, info=None):
    """Write a store and return its generations."""
    info = info or make_info()
    rng = np.random.default_rng(seed)
    made = [make_generation(number, rng) for number in range(n_generation)]
    create_store(path, info)
    with contextlib.closing(RunWriter(path, info)) as writer:
        writer.begin_session({"command": info.header.command, "n_worker": 2})
        for generation in made:
            writer.append(generation)
        writer.end_session("finished")
    return made


def assert_same(read, made):
    for name in ("parameters", "coordinates", "scores", "fitness", "seconds"):
        assert getattr(read, name).tobytes() == getattr(made, name).tobytes(), name
    assert (read.status, read.messages) == (made.status, made.messages)
