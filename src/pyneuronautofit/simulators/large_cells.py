"""How long NEURON takes for a large cell, and what is compared where that is too long.

A cell of hundreds of segments takes NEURON a minute or more for one candidate, and generated code a
fraction of a second. So before NEURON is asked to confirm something, a piece of the simulation says
how long it will take.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.simulator import NeuronSimulator
from pyneuronautofit.space import ParameterTable

# So many segments times simulated ms take NEURON a few seconds, whatever the channels.
_QUICK_NODE_MS = 300_000.0
_PIECES_MS = (8.0, 24.0)
# A piece that is simulated in less says nothing, and need not be longer.
_SHORT_S = 0.02
# Of what is compared, so much lies before the current changes.
_BEFORE = 0.25


def is_quick(n_node: int, cell_ms: float) -> bool:
    """Say whether NEURON simulates a cell of so many nodes for so long in a few seconds."""
    return n_node * cell_ms <= _QUICK_NODE_MS


def seconds_per_ms(simulator: NeuronSimulator, parameters: ParameterTable) -> float:
    """Return how long NEURON takes for a simulated ms of the first candidate, by trying it.

    Parameters
    ----------
    simulator
        What it would be simulated by, in one process.

    Returns
    -------
    float
        nan if the candidate cannot be simulated.
    """
    experiment = simulator.experiment
    taken = []
    for piece_ms in _PIECES_MS:
        n_sample = min(max(math.ceil(piece_ms / experiment.clock.step_ms), 2), experiment.n_sample)
        piece = replace(
            experiment,
            current_pA=experiment.current_pA[:1, :n_sample],
            holding_pA=experiment.holding_pA[:1],
            transient_ms=experiment.clock.dt_ms,
        )
        with simulator.on(piece) as trial:
            traces = trial.run(parameters.rows([0]))
        if not traces.ok.all():
            return math.nan
        taken.append((piece.cell_ms, float(traces.seconds[0])))
    (first_ms, first_s), (second_ms, second_s) = taken
    if second_s < _SHORT_S or second_ms <= first_ms:
        return second_s / second_ms
    # What it takes to build the cell is in both.
    return max((second_s - first_s) / (second_ms - first_ms), 0.0)


def shortened(experiment: Experiment, most_ms: float) -> Experiment:
    """Return a piece of an experiment's sweeps, around the first change of each one's current.

    Parameters
    ----------
    most_ms
        How long each sweep may last.
    """
    n_most = max(int(most_ms / experiment.clock.step_ms), 2)
    if n_most >= experiment.n_sample:
        return experiment
    n_before = int(_BEFORE * n_most)
    pieces = [
        _around(current_pA, held_pA, n_before, n_most)
        for current_pA, held_pA in zip(experiment.current_pA, experiment.holding_pA, strict=True)
    ]
    return replace(experiment, current_pA=np.array(pieces))


def _around(current_pA: FloatArray, held_pA: float, n_before: int, n_most: int) -> FloatArray:
    """Return so many samples, `n_before` of them before the largest change from the first one."""
    moved = np.abs(current_pA - held_pA)
    # The first sample that is at least half of the largest change; without any, the first one.
    onset = int(np.argmax(moved >= 0.5 * moved.max()))
    first = min(max(onset - n_before, 0), len(current_pA) - n_most)
    return current_pA[first : first + n_most]
