"""Several modes as one score matrix: masks, order, labels and collapse are handled here, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import NotAvailableError, UsageError
from pyneuronautofit.objectives._base import BoundObjective, Target
from pyneuronautofit.objectives.settings import EvaluationSettings
from pyneuronautofit.objectives.table import ALL_MODES, OBJECTIVES
from pyneuronautofit.recordings import Recording, StimulusWindow


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
    settings
        What the modes were made from.
    markers
        The letter of every component.
    bvalues : FloatArray, shape (n_score,)
        The recording against a voltage of zero: a scale of the components.
    """

    members: tuple[Member, ...]
    sweeps: tuple[int, ...]
    settings: EvaluationSettings
    markers: tuple[str, ...]
    bvalues: FloatArray

    def score(self, traces_mV: FloatArray) -> FloatArray:
        """Score candidates.

        Parameters
        ----------
        traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
            Voltages of the suite's `sweeps`, in that order. Candidates with nan get nan.

        Returns
        -------
        FloatArray, shape (n_cand, n_score)
            Lower is better.
        """
        collapse = self.settings.collapse
        return np.concatenate(
            [_score_member(m, traces_mV, len(self.sweeps), collapse) for m in self.members],
            axis=1,
        )

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
    NotAvailableError
        If a mode is specified but not built yet.
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
    parts = [_score_member(m, silence, len(sweeps), settings.collapse) for m in members]
    markers = tuple(m.code for m, part in zip(members, parts) for _ in range(part.shape[1]))
    bvalues = np.concatenate(parts, axis=1)[0]
    return Suite(tuple(members), sweeps, settings, markers, bvalues)


def _score_member(
    member: Member, traces_mV: FloatArray, n_sweep: int, collapse: bool
) -> FloatArray:
    # Taking rows copies the traces; most modes look at every sweep and need no copy.
    chosen = traces_mV if len(member.rows) == n_sweep else traces_mV[:, list(member.rows)]
    return member.objective.collapsed(chosen) if collapse else member.objective.score(chosen)


def _checked_codes(modes: str) -> Sequence[str]:
    if not modes:
        raise UsageError(f"-m is empty: expected mode letters, one or more of {quoted(ALL_MODES)}")
    for code in modes:
        if code not in ALL_MODES:
            raise UsageError(
                f"-m {modes}: {code!r} is no evaluation mode; the modes are {quoted(ALL_MODES, 30)}"
            )
        if code not in OBJECTIVES:
            raise NotAvailableError(
                f"-m {modes}: mode {code} ({ALL_MODES[code]}) is not available yet; "
                f"this version has {quoted(OBJECTIVES)}"
            )
    return modes
