"""Several modes as one score matrix: masks, order, labels and collapse are handled here, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives._base import BoundObjective, Target
from pyneuronautofit.objectives.settings import EvaluationSettings
from pyneuronautofit.objectives.table import ALL_MODES, OBJECTIVES
from pyneuronautofit.recordings import Recording, StimulusWindow

#: Traces of about this many samples (4 MiB) are scored together.
_CHUNK_SAMPLES = 2**19


@dataclass(frozen=True)
class Member:
    """One bound mode of a suite.

    Attributes
    ----------
    code
        Its letter.
    objective
        The mode, bound to its sweeps.
    sweeps
        The sweeps of the recording that it looks at.
    rows
        Where these are among the suite's sweeps.
    """

    code: str
    objective: BoundObjective
    sweeps: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Suite:
    """Modes bound to a recording.

    Attributes
    ----------
    members
        The modes, in the order of -m.
    sweeps
        Every sweep that a mode looks at: the ones worth simulating.
    n_sample
        Samples of a sweep of the recording.
    settings
        What the modes were made from.
    markers
        The letter of every component.
    bvalues : FloatArray, shape (n_score,)
        The recording against a voltage of zero: a scale of the components.
    """

    members: tuple[Member, ...]
    sweeps: tuple[int, ...]
    n_sample: int
    settings: EvaluationSettings
    markers: tuple[str, ...]
    bvalues: FloatArray

    def score(self, traces_mV: FloatArray) -> FloatArray:
        """Score candidates.

        Parameters
        ----------
        traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
            Voltages of the suite's `sweeps`, in that order. Samples beyond the recording's end are
            not looked at.

        Returns
        -------
        FloatArray, shape (n_cand, n_score)
            Lower is better. A mode that is not finite for one of a candidate's sweeps, as where
            the voltage is nan, is nan in all its components.
        """
        scores = np.empty((len(traces_mV), len(self.markers)))
        for chunk in _chunks(traces_mV.shape):
            # The loops are compiled for one layout of arrays; a copy is cheaper than another.
            traces = np.require(traces_mV[chunk, :, : self.n_sample], np.float64, ["C", "W"])
            parts = _score_members(self.members, traces, self.settings.collapse)
            np.concatenate(parts, axis=1, out=scores[chunk])
        return scores

    def mode_sums(self, scores: FloatArray) -> dict[str, FloatArray]:
        """Return for every mode the sum of its components, each of shape (n_cand,)."""
        marks = np.array(self.markers)
        return {
            member.code: np.asarray(scores[:, marks == member.code].sum(axis=1))
            for member in self.members
        }


def bind_suite(
    recording: Recording, stimulus: StimulusWindow, settings: EvaluationSettings
) -> Suite:
    """Bind the modes of `settings` to a recording.

    Raises
    ------
    UsageError
        If the mode string is empty or has an unknown letter.
    MaskError
        If the mask does not fit the recording.
    """
    codes = _checked_codes(settings.modes)
    selected = {code: settings.mask.sweeps(code, recording.n_sweep) for code in codes}
    sweeps = tuple(sorted({sweep for chosen in selected.values() for sweep in chosen}))
    members = []
    for code in codes:
        target = Target(
            recording.voltage_mV[list(selected[code])],
            recording.step_ms,
            stimulus.first,
            stimulus.last,
        )
        objective = OBJECTIVES[code].from_settings(settings).bind(target)
        rows = tuple(sweeps.index(sweep) for sweep in selected[code])
        members.append(Member(code, objective, selected[code], rows))
    silence = np.zeros((1, len(sweeps), recording.n_sample))
    parts = _score_members(members, silence, settings.collapse)
    markers = tuple(m.code for m, part in zip(members, parts) for _ in range(part.shape[1]))
    bvalues = np.concatenate(parts, axis=1)[0]
    return Suite(tuple(members), sweeps, recording.n_sample, settings, markers, bvalues)


def _chunks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Divide the candidates of traces (n_cand, n_sweep, n_sample) into chunks.

    One mode after the other looks at a chunk, so it should stay in the cache; many small candidates
    together save calls.
    """
    n_cand, n_sweep, n_sample = shape
    size = max(_CHUNK_SAMPLES // max(n_sweep * n_sample, 1), 1)
    return (slice(begin, begin + size) for begin in range(0, n_cand, size))


def _score_members(
    members: Sequence[Member], traces_mV: FloatArray, collapse: bool
) -> list[FloatArray]:
    """Score traces (n_cand, n_sweep, n_sample) in mV: for every mode (n_cand, its components)."""
    return [_score_member(member, traces_mV, collapse) for member in members]


def _score_member(member: Member, traces_mV: FloatArray, collapse: bool) -> FloatArray:
    # Taking rows copies the chunk; most modes look at every sweep and need no copy.
    every = len(member.rows) == traces_mV.shape[1]
    chosen = traces_mV if every else traces_mV.take(member.rows, axis=1)
    objective = member.objective
    scores = objective.collapsed(chosen) if collapse else objective.score(chosen)
    scores[~np.isfinite(scores).all(axis=1)] = np.nan
    return scores


def _checked_codes(modes: str) -> Sequence[str]:
    if not modes:
        raise UsageError(f"-m is empty: expected mode letters, one or more of {quoted(ALL_MODES)}")
    for code in modes:
        if code not in ALL_MODES:
            raise UsageError(
                f"-m {modes}: {code!r} is no evaluation mode; the modes are {quoted(ALL_MODES, 30)}"
            )
    return modes
