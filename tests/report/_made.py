"""Stores of runs with given scores: what a report says of them can be worked out by hand."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit.optimisers import Population
from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.runs import Evaluations, NewGeneration, RunWriter, create_store
from runs._made import make_info

#: Two modes: O has two components, V has one.
MODES = (("O", 2), ("V", 1))


@dataclass(frozen=True)
class State:
    """The state of a search; `weights` is None for one by dominance."""

    members: Population
    weights: Weights | None


def info(**changed):
    """What a run begins with: two parameters, one of them logarithmic."""
    settings = {"modes": "OV", "algorithm": "K", "seed": 7, "generations": 9}
    settings |= {"recording": "/r/cell.abf", "project": None}
    return make_info(**{"mode_sizes": MODES, "settings": settings, "initial": None, **changed})


def make_run(
    path,
    generations,
    *,
    weights=None,
    outcome="finished",
    about=None,
    units=None,
    planned=None,
    scratch=None,
    finer=None,
):
    """Write a store.

    Parameters
    ----------
    generations
        For every generation the scores of its candidates; a row of nan failed. The population
        after each are its candidates.
    weights
        For every generation the weights of the components, or None.
    units
        For every generation where its candidates are between the bounds, 0 to 1; drawn if None.
    planned
        How many evaluations the run says it will have; None: nothing, as older ones.
    scratch
        Where the run says that it writes; None: nothing.
    finer
        What models score with finer steps; None: nobody has looked.
    """
    about = about or info()
    rng = np.random.default_rng(1)
    create_store(path, about)
    n_row = 0
    with contextlib.closing(RunWriter(path, about)) as writer:
        writer.begin_session(
            {
                "command": about.header.command, "generations": 9, "simulator": "by hand",
                "settings": {**about.settings, "archive_size": 5, "time_limit_s": None,
                             "refine": 0.0},
                "host": "here",
                **({} if planned is None else {"evaluations": planned}),
                **({} if scratch is None else {"scratch": scratch}),
            }
        )  # fmt: skip
        for number, scores in enumerate(np.asarray(each, dtype=float) for each in generations):
            unit = rng.random((len(scores), 2)) if units is None else np.asarray(units[number])
            x = np.stack([1 + 8 * unit[:, 0], -5 + 2 * unit[:, 1]], axis=1)
            values = np.stack([x[:, 0], 10 ** x[:, 1]], axis=1)
            failed = np.isnan(scores).any(axis=1)
            found = Evaluations(
                values, x, scores, np.full(len(x), np.nan),
                tuple("CRASHED" if bad else "OK" for bad in failed),
                tuple("signal <11>" if bad else "" for bad in failed),
                np.full(len(x), 0.25),
            )  # fmt: skip
            given = None if weights is None else np.asarray(weights[number], dtype=float)
            state = State(
                Population(x, scores),
                None if given is None else Weights(given, given > 0),
            )
            archive = n_row + np.flatnonzero(~failed)
            writer.append(NewGeneration(number, found, state, x, scores, archive, 2.0 * number + 2))
            n_row += len(x)
        if finer is not None:
            writer.note_finer(finer)
        if outcome is not None:
            writer.end_session(outcome)
    return path


def renamed(about, target):
    """The same with another recording."""
    return replace(about, header=replace(about.header, target=target))
