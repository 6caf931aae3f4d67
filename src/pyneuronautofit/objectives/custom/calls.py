"""Calls of somebody else's function, and what its answers have to be."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pyneuronautofit._plugins import place_of
from pyneuronautofit._text import told
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.custom.functions import ERRORS, ObjectiveFunction, StimulusTimes
from pyneuronautofit.objectives.target import Target

_log = logging.getLogger(__name__)


class NegativeOnce:
    """Says once what components mean, where one is below 0."""

    def __init__(self) -> None:
        self._has_warned = False

    def look(self, found: FloatArray, said: str) -> None:
        """Look at components; `said` is whose they are."""
        if self._has_warned or not (found < 0).any():
            return
        # It says nothing about how a mode scores, so it is no state of it.
        self._has_warned = True
        _log.warning(
            "%s: it returned %g: lower is better, and 0 is equal, so nothing should be below 0. "
            "Return how far a model is from the recording, numpy.abs(..), say",
            said,
            np.nanmin(found),
        )


@dataclass(frozen=True, eq=False)
class BoundFunction:
    """A function that was called for a recording, and is called for models.

    Attributes
    ----------
    function
        The function.
    code
        What it is called in -m.
    target
        The recording.
    given
        What it is given beside voltages.
    compares
        Whether it compares two voltages; else it finds features of one.
    wanted : FloatArray, shape (n_score,)
        What it found in the recording.
    negative
        Warns of components below 0 where it compares.
    """

    function: ObjectiveFunction
    code: str
    target: Target
    given: Mapping[str, Any]
    compares: bool
    wanted: FloatArray
    negative: NegativeOnce = field(default_factory=NegativeOnce, repr=False)
    _warned: list[str] = field(default_factory=list, repr=False)

    def __call__(self, candidates: Candidates) -> FloatArray:
        """Return the components of candidates, shape (n_cand, n_score); nan where one fails."""
        traces = candidates.traces_mV
        scores = np.full((len(traces), len(self.wanted)), np.nan)
        sound = np.flatnonzero(candidates.finite.all(axis=1))
        if self.function.batched:
            if len(sound):
                scores[sound] = self._tried(traces[sound])
        else:
            for row in sound.tolist():
                scores[row] = self._tried(traces[row])
        if not self.compares:
            return np.abs(scores - self.wanted)
        self.negative.look(scores, self._said)
        return scores

    def _tried(self, voltage_mV: FloatArray) -> FloatArray | float:
        try:
            answer = answer_of(
                self.function, self.target, self.given, voltage_mV, compares=self.compares
            )
        except (Exception, SystemExit) as error:  # noqa: BLE001 (their code may raise anything)
            self._warn(f"{place_of(error, self.function.where)}: {told(error)}")
            return float("nan")
        return components(
            answer, len(voltage_mV) if self.function.batched else None, self._said, self.wanted
        )

    @property
    def _said(self) -> str:
        return f"{self.code}, {self.function.where}"

    def _warn(self, what: str) -> None:
        # It says nothing about how a mode scores, so it is no state of it.
        if not self._warned:
            self._warned.append(what)
            _log.warning(
                "%s failed for a voltage, which counts as one that cannot be compared: %s. Return "
                "nan where there is nothing to compare",
                self.code,
                what,
            )


def bound_function(
    function: ObjectiveFunction, code: str, target: Target, settings: Mapping[str, Any]
) -> BoundFunction:
    """Call a function for the recording, and make sure that it can be used.

    Raises
    ------
    UsageError
        If it raises, or returns something else than finite numbers; or if many models at a time
        have other components than each alone.
    """
    names = function.asks_for()
    stimulus = StimulusTimes(
        target.first, target.last, target.first * target.step_ms, target.last * target.step_ms
    )
    compares = set(ERRORS) <= set(names)
    known = {"step_ms": target.step_ms, "stimulus": stimulus, **settings}
    given = {name: known[name] for name in names if name in known}
    said = f"{code}, {function.where}"
    voltage_mV = target.voltage_mV[None] if function.batched else target.voltage_mV
    try:
        answer = answer_of(function, target, given, voltage_mV, compares=compares)
        twice = None
        if function.batched:
            both = np.concatenate([voltage_mV] * 2)
            twice = answer_of(function, target, given, both, compares=compares)
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"{said}: it failed for the recording: {place_of(error)}: {told(error)}"
        ) from error
    wanted = components(answer, 1 if function.batched else None, said)
    if twice is not None:
        wanted = wanted[0]
        if not np.array_equal(components(twice, 2, said, wanted), [wanted, wanted], True):
            raise UsageError(f"{said}: it finds something else in many models than in each alone")
    if not np.isfinite(wanted).all():
        raise UsageError(
            f"{said}: for the recording it returned {int((~np.isfinite(wanted)).sum())} of "
            f"{len(wanted)} components that are not finite (the first is number "
            f"{int(np.flatnonzero(~np.isfinite(wanted))[0])}): expected numbers. Let it look at "
            f"sweeps only that have what it compares: -k \"{{'{code}': [..]}}\""
        )
    bound = BoundFunction(function, code, target, given, compares, wanted)
    if compares:
        bound.negative.look(wanted, said)
    return bound


def answer_of(
    function: ObjectiveFunction,
    target: Target,
    given: Mapping[str, Any],
    voltage_mV: FloatArray,
    *,
    compares: bool,
) -> Any:
    """Return what a function says about voltages (n_sweep, n_sample), or many of them, in mV."""
    voltage_mV = _read_only(voltage_mV)
    if not compares:
        return function(voltage_mV=voltage_mV, **given)
    n_sample = min(voltage_mV.shape[-1], target.voltage_mV.shape[-1])
    recorded = _read_only(target.voltage_mV[:, :n_sample])
    return function(model_mV=voltage_mV[..., :n_sample], recording_mV=recorded, **given)


def components(
    answer: Any, n_cand: int | None, said: str, like: FloatArray | None = None
) -> FloatArray:
    """Return an answer as an array of components.

    Parameters
    ----------
    n_cand
        How many models it is about; None: one.
    said
        Whose answer it is.
    like : FloatArray, shape (n_score,), or None
        What was found in the recording; None: this is it.

    Returns
    -------
    FloatArray, shape (n_score,), or (n_cand, n_score)

    Raises
    ------
    UsageError
        If it holds something else than numbers, or another number of them.
    """
    found = real_numbers(answer, said)
    if n_cand is not None and (found.ndim == 0 or len(found) != n_cand):
        raise UsageError(
            f"{said}: it returned an array of shape {found.shape} for {n_cand} models at a time: "
            f"expected ({n_cand}, ..)"
        )
    found = found.reshape(-1) if n_cand is None else found.reshape(n_cand, -1)
    n_score = found.shape[-1]
    if not n_score:
        raise UsageError(f"{said}: it returned nothing: expected one number at least")
    if like is not None and n_score != len(like):
        raise UsageError(
            f"{said}: it returned {n_score} numbers for a model, and {len(like)} for the "
            "recording: expected as many for every voltage, with nan for what is not there"
        )
    return found


def real_numbers(answer: Any, said: str) -> FloatArray:
    """Return an answer as an array, which the caller may keep.

    Parameters
    ----------
    said
        Whose answer it is.

    Raises
    ------
    UsageError
        If it holds something else than real numbers.
    """
    try:
        found = np.array(answer)
        if found.dtype.kind != "c":
            return found.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{said}: it returned {answer!r:.60}: expected numbers, an array of any shape"
        ) from error
    raise UsageError(
        f"{said}: it returned complex numbers: expected real ones, such as their absolute values "
        "(numpy.abs) or their parts (.real, .imag)"
    )


def _read_only(values: FloatArray) -> FloatArray:
    seen = values.view()
    seen.flags.writeable = False
    return seen
