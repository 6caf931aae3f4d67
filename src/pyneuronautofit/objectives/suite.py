"""Several modes as one score matrix: masks, order, labels and collapse are handled here, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._options import taken_as_far
from pyneuronautofit._plugins import codes_of
from pyneuronautofit._text import nearest, quoted, shortened
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives._base import BoundObjective
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.settings import EvaluationSettings
from pyneuronautofit.objectives.sweeps.hold_out import held_out_places
from pyneuronautofit.objectives.table import ALL_MODES, OBJECTIVES
from pyneuronautofit.objectives.target import Target
from pyneuronautofit.recordings import Recording, StimulusWindow

#: Traces of about this many samples (4 MiB) are scored together.
_CHUNK_SAMPLES = 2**19


@dataclass(frozen=True)
class Member:
    """One bound mode of a suite.

    Attributes
    ----------
    code
        Its letter, or its name in braces.
    objective
        The mode, bound to its sweeps.
    sweeps
        The sweeps of the recording that it looks at, by their places in it.
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
        Every sweep that a mode looks at, by their places: the ones worth simulating.
    n_sample
        Samples of a sweep of the recording.
    settings
        What the modes were made from.
    markers
        The code of its mode for every component.
    n_scores
        How many components each of the modes has.
    bvalues : FloatArray, shape (n_score,)
        The recording against a voltage of zero: a scale of the components.
    """

    members: tuple[Member, ...]
    sweeps: tuple[int, ...]
    n_sample: int
    settings: EvaluationSettings
    markers: tuple[str, ...]
    n_scores: tuple[int, ...]
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
            parts = _score_members(self.members, traces, self.settings)
            np.concatenate(parts, axis=1, out=scores[chunk])
        if not np.isfinite(scores).all():
            self._spread_failures(scores)
        return scores

    def _spread_failures(self, scores: FloatArray) -> None:
        """Make all components of a mode nan that has one that is not finite."""
        begin = 0
        for n_score in self.n_scores:
            part = scores[:, begin : begin + n_score]
            part[~np.isfinite(part).all(axis=1)] = np.nan
            begin += n_score

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
        If the mode string is empty or has an unknown mode.
    MaskError
        If the mask does not fit the recording.
    """
    codes = _checked_codes(settings.modes)
    held_out = set(held_out_places(settings.hold_out, recording.numbers))
    selected = {
        code: _fitted(settings.mask.sweeps(code, recording.numbers), held_out, code)
        for code in codes
    }
    sweeps = tuple(sorted({sweep for chosen in selected.values() for sweep in chosen}))
    # Modes that look at the same sweeps share the target: it is in the cache once.
    targets = {
        chosen: Target(
            recording.voltage_mV[list(chosen)], recording.step_ms, stimulus.first, stimulus.last
        )
        for chosen in selected.values()
    }
    members = []
    for code in codes:
        objective = taken_as_far(OBJECTIVES[code], settings).bind(targets[selected[code]])
        rows = tuple(sweeps.index(sweep) for sweep in selected[code])
        members.append(Member(code, objective, selected[code], rows))
    silence = np.zeros((1, len(sweeps), recording.n_sample))
    parts = _score_members(members, silence, settings)
    n_scores = tuple(part.shape[1] for part in parts)
    return Suite(
        members=tuple(members),
        sweeps=sweeps,
        n_sample=recording.n_sample,
        settings=settings,
        markers=tuple(m.code for m, n in zip(members, n_scores, strict=True) for _ in range(n)),
        n_scores=n_scores,
        bvalues=np.concatenate(parts, axis=1)[0],
    )


def _fitted(places: tuple[int, ...], held_out: set[int], code: str) -> tuple[int, ...]:
    """Return the sweeps that a mode looks at and that are not held out."""
    found = tuple(place for place in places if place not in held_out)
    if not found:
        raise UsageError(
            f"--hold-out leaves no sweep for mode {code}: hold out fewer, or correct the mask (-k)"
        )
    return found


def _chunks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Divide the candidates of traces (n_cand, n_sweep, n_sample) into chunks.

    One mode after the other looks at a chunk, so it should stay in the cache; many small candidates
    together save calls.
    """
    n_cand, n_sweep, n_sample = shape
    size = max(_CHUNK_SAMPLES // max(n_sweep * n_sample, 1), 1)
    return (slice(begin, begin + size) for begin in range(0, n_cand, size))


def _score_members(
    members: Sequence[Member], traces_mV: FloatArray, settings: EvaluationSettings
) -> list[FloatArray]:
    """Score traces (n_cand, n_sweep, n_sample) in mV: for every mode (n_cand, its components)."""
    candidates = Candidates(traces_mV, settings.spike_threshold_mV)
    return [_score_member(member, candidates, settings.collapse) for member in members]


def _score_member(member: Member, candidates: Candidates, collapse: bool) -> FloatArray:
    objective = member.objective
    score = objective.collapsed if collapse else objective.score
    return score(candidates.of_sweeps(member.rows))


def _meant(modes: str) -> str:
    """Return a question about which modes are meant: small letters, or some with commas."""
    letters = "".join(each for each in modes.upper() if each.isalpha())
    known = letters and all(letter in ALL_MODES for letter in letters)
    return f"; did you mean -m {letters}?" if known and letters != modes else ""


def _checked_codes(modes: str) -> Sequence[str]:
    if not modes:
        raise UsageError(f"-m is empty: expected mode letters, one or more of {quoted(ALL_MODES)}")
    codes = codes_of(modes)
    for code in codes:
        if code not in ALL_MODES:
            raise UsageError(f"-m {shortened(modes)}: {_about_unknown(code)}{_meant(modes)}")
    return codes


def _about_unknown(code: str) -> str:
    if len(code) == 1:
        return f"{code!r} is no evaluation mode; the modes are {quoted(ALL_MODES, 30)}"
    meant = nearest(code, [known for known in ALL_MODES if len(known) > 1])
    return (
        f"{code} is an evaluation mode of a plug-in that is not there: give --plugin FILE.py, or "
        "install the package that it is of" + (f"; or is {meant} meant?" if meant else "")
    )
