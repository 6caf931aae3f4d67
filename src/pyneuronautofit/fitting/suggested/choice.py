"""Which threshold, modes, held-out sweeps and budget a recording and a model suggest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import IntArray
from pyneuronautofit.objectives import EvaluationOptions
from pyneuronautofit.objectives.thresholds import Sweeps, about_threshold, stable_range
from pyneuronautofit.recordings import Recording, StimulusWindow, SweepFacts, facts_of_sweeps

# Of fewer sweeps none is held out; of more, about two of nine.
_LEAST_SWEEPS, _HELD_OUT_PART = 4, 2 / 9
# Evaluations for each searched parameter, rounded up to whole portions, and the least and the most.
_PER_PARAMETER, _PORTION, _LEAST, _MOST = 1000, 5000, 5000, 50_000
# A threshold is a round number where it may be.
_ROUND_MV = 5.0


@dataclass(frozen=True)
class Suggestion:
    """Options of a fit, and why.

    Attributes
    ----------
    modes
        What to compare.
    why_modes
        Why.
    threshold_mV
        Above it is a spike.
    why_threshold
        Why.
    hold_out
        The numbers of the sweeps to hold out; empty: none.
    evaluations
        How long to search.
    sweeps
        What is in each sweep, with that threshold.
    """

    modes: str
    why_modes: str
    threshold_mV: float
    why_threshold: str
    hold_out: tuple[int, ...]
    evaluations: int
    sweeps: tuple[SweepFacts, ...]


def suggest(recording: Recording, window: StimulusWindow, n_param: int) -> Suggestion:
    """Return options to begin with.

    Parameters
    ----------
    recording
        What is fitted.
    window
        Its stimulus.
    n_param
        How many parameters are searched.
    """
    threshold_mV, why, doubtful = _threshold(Sweeps(recording.voltage_mV, recording.step_ms))
    facts = tuple(facts_of_sweeps(recording, window, threshold_mV))
    n_spike = sum(each.spikes for each in facts)
    spiking = [place for place, each in enumerate(facts) if each.spikes]
    modes, why_modes = "V", "the whole voltage; there are no spikes to count"
    if doubtful:
        why_modes = "the whole voltage; no threshold tells spikes from noise"
    elif n_spike:
        modes, why_modes = "OV", "the number of spikes, and the whole voltage"
    held_out = _held_out(recording.n_sweep, np.array(spiking, dtype=np.int64))
    return Suggestion(
        modes,
        why_modes,
        threshold_mV,
        why,
        tuple(recording.numbers[place] for place in held_out),
        _evaluations(n_param),
        facts,
    )


def _threshold(sweeps: Sweeps) -> tuple[float, str, bool]:
    """Return a threshold for spikes, why it is that, and whether that is doubtful."""
    usual = float(EvaluationOptions.spike_threshold_mV)
    found = stable_range(sweeps)
    if found is None:
        if not sweeps.crossings(usual).n_all:
            return usual, "no sweep has spikes", False
        doubt = about_threshold(sweeps, usual)
        return usual, doubt or f"{sweeps.crossings(usual).n_all} spikes are above it", bool(doubt)
    low, high = found
    middle = _ROUND_MV * round(sum(found) / 2 / _ROUND_MV)
    if not low <= middle <= high:
        middle = round(sum(found) / 2)
    n_spike = sweeps.crossings(middle).n_all
    why = f"thresholds from {low:g} to {high:g} mV all find about {n_spike} spikes"
    return float(middle), why, False


def _held_out(n_sweep: int, spiking: IntArray) -> list[int]:
    """Return the places of sweeps to hold out: evenly spaced, and never all that have spikes.

    Parameters
    ----------
    n_sweep
    spiking : IntArray, shape (n_spiking,)
        The places of those with spikes.
    """
    if n_sweep < _LEAST_SWEEPS:
        return []
    n = max(round(_HELD_OUT_PART * n_sweep), 1)
    places = [int((each + 0.5) * n_sweep / n) for each in range(n)]
    if len(spiking) and np.isin(spiking, places).all():
        places = [place for place in places if place != spiking[-1]]
    return places


def _evaluations(n_param: int) -> int:
    wanted = _PORTION * -(-_PER_PARAMETER * n_param // _PORTION)
    return int(min(max(wanted, _LEAST), _MOST))
