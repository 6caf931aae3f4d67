"""A feature of eFEL as an evaluation mode.

A component is the absolute difference of a feature's mean in one sweep from that in the recording.
A recording does not have every feature in every sweep: only those sweeps are compared in which it
has. A model that lacks the feature there differs by twice the feature's largest absolute value in
the recording's sweeps (or by 1 if that is 0): more than by any value that is off by as much as all
of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pyneuronautofit._plugins import codes_of, name_in
from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives._base import BoundObjective, Objective
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.efel_.features import (
    checked_feature,
    feature_values,
    unit_of_feature,
    version,
)
from pyneuronautofit.objectives.target import Target

_PREFIX = "{efel:"


def is_efel(code: str) -> bool:
    """Tell whether a code is that of a feature of eFEL."""
    return code.startswith(_PREFIX)


def efel_identity(code: str) -> str:
    """Return by what a run knows that a mode is the same; empty: it is none of eFEL's."""
    return f"eFEL {version()}" if is_efel(code) else ""


def efel_mode(code: str) -> type[Objective]:
    """Return the mode of a feature.

    Raises
    ------
    UsageError
        If eFEL has no such feature.
    NotAvailableError
        If it is not installed.
    """
    feature = checked_feature(name_in(code).partition(":")[2], code)
    own = {
        "code": code,
        "title": f"eFEL's {feature}",
        "unit": unit_of_feature(feature),
        "feature": feature,
    }
    made: type[Objective] = type("EfelMode", (_FeatureOfEfel,), own)
    return made


@dataclass(frozen=True)
class _FeatureOfEfel:
    """A mode that compares a feature; it knows the others, since all are found at once."""

    code: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str]
    scale: ClassVar[float | None] = None
    traced: ClassVar[bool] = False
    feature: ClassVar[str]

    modes: str
    spike_threshold_mV: float

    def bind(self, target: Target) -> BoundObjective:
        """Find the feature in the recording, once.

        Raises
        ------
        UsageError
            If no sweep has it.
        """
        features = dict.fromkeys(
            name_in(code).partition(":")[2] for code in codes_of(self.modes) if is_efel(code)
        )
        asked = _Asked(
            tuple(features),
            target.step_ms,
            (target.first * target.step_ms, target.last * target.step_ms),
            self.spike_threshold_mV,
        )
        column = asked.features.index(self.feature)
        wanted = asked.of(Candidates.of(target))[0, :, column]
        compared = np.flatnonzero(np.isfinite(wanted))
        if not len(compared):
            raise UsageError(
                f"-m {self.code}: the recording does not have this feature in any of the sweeps "
                f"that are compared ({len(wanted)}): choose other sweeps (-k), another spike "
                "threshold (-t) or another feature"
            )
        return BoundObjective.summed(
            partial(_distance, asked=asked, column=column, rows=compared, wanted=wanted[compared])
        )


@dataclass(frozen=True)
class _Asked:
    """What eFEL is asked about traces, by all modes together."""

    features: tuple[str, ...]
    step_ms: float
    stimulus_ms: tuple[float, float]
    threshold_mV: float

    def of(self, candidates: Candidates) -> FloatArray:
        """Return the features, shape (n_cand, n_sweep, n_feature); nan where there is none."""
        return candidates.shared(self, lambda: self._found(candidates.traces_mV))

    def _found(self, traces_mV: FloatArray) -> FloatArray:
        n_cand, n_sweep, n_sample = traces_mV.shape
        rows = traces_mV.reshape(n_cand * n_sweep, n_sample)
        found = feature_values(
            rows, self.features, self.step_ms, self.stimulus_ms, self.threshold_mV
        )
        return found.reshape(n_cand, n_sweep, len(self.features))


def _distance(
    candidates: Candidates,
    *,
    asked: _Asked,
    column: int,
    rows: IntArray,
    wanted: FloatArray,
) -> FloatArray:
    found = asked.of(candidates)[:, rows, column]
    missing = 2.0 * float(np.abs(wanted).max()) or 1.0
    distances = np.where(np.isnan(found), missing, np.abs(found - wanted))
    distances[~candidates.finite[:, rows]] = np.nan
    return distances
