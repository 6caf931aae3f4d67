"""Which modes mean the same in several runs, and why others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.outcome.counted import mode_codes
from pyneuronautofit.runs import RunReader

# What says which modes and sweeps there are; for each mode the recording's own scores tell whether
# they are the same.
_CHOICE = frozenset({"mode", "mask", "hold_out"})


@dataclass(frozen=True)
class CommonModes:
    """What can be compared.

    Attributes
    ----------
    codes
        Modes whose sums mean the same in all runs.
    others
        Mode -> why its sums do not.
    """

    codes: tuple[str, ...]
    others: Mapping[str, str]


def common_modes(runs: Sequence[RunReader], labels: Sequence[str]) -> CommonModes:
    """Return what can be compared in several runs.

    Parameters
    ----------
    labels
        What the runs are called, for messages.

    Raises
    ------
    UsageError
        If that is nothing: other recordings, settings of the evaluation, modes or sweeps.
    """
    first, *rest = runs
    for run, label in zip(rest, labels[1:], strict=True):
        difference = _difference(first, run)
        if difference:
            raise UsageError(
                f"{labels[0]} and {label} cannot be compared, as their scores do not mean the "
                f"same: {difference}. Compare runs that were fitted to one recording alike"
            )
    everywhere = list(dict.fromkeys(code for run in runs for code in mode_codes(run)))
    others = {code: _why_not(code, runs, labels) for code in everywhere}
    codes = tuple(code for code, why in others.items() if not why)
    if not codes:
        reasons = "; ".join(others.values())
        raise UsageError(
            f"these runs cannot be compared, as no mode of theirs means the same: {reasons}. "
            "Compare runs with the same modes (-m), mask (-k) and --hold-out"
        )
    return CommonModes(codes, {code: why for code, why in others.items() if why})


def _difference(one: RunReader, other: RunReader) -> str:
    """Return why no score of two runs means the same; empty where some may."""
    digests = [run.info.identity.get("recording") for run in (one, other)]
    targets = [run.header.target for run in (one, other)]
    if all(digests) and digests[0] != digests[1]:
        return f"they are fitted to other recordings ({targets[0]} and {targets[1]})"
    if not all(digests) and targets[0] != targets[1]:
        return f"they are fitted to other recordings ({targets[0]} and {targets[1]})"
    settings = [_settings(run) for run in (one, other)]
    for name in sorted(settings[0].keys() | settings[1].keys()):
        values = [each.get(name) for each in settings]
        if values[0] != values[1]:
            return f"{name} is {values[0]} in the first and {values[1]} in the other"
    return ""


def _settings(run: RunReader) -> Mapping[str, Json]:
    return {name: value for name, value in run.header.evaluation.items() if name not in _CHOICE}


def _why_not(code: str, runs: Sequence[RunReader], labels: Sequence[str]) -> str:
    lacking = [
        label for run, label in zip(runs, labels, strict=True) if code not in mode_codes(run)
    ]
    if lacking:
        return f"{code} is not compared in {', '.join(lacking)}"
    first = _against_zero(runs[0], code)
    for run, label in zip(runs[1:], labels[1:], strict=True):
        values = _against_zero(run, code)
        if len(values) != len(first):
            return f"{code} has {len(first)} components in {labels[0]} and {len(values)} in {label}"
        # What the recording itself scores against 0 mV tells sweeps and settings apart.
        if not np.allclose(values, first, rtol=1e-6, equal_nan=True):
            return f"{code} looks at other sweeps, or at other samples, in {label}"
    return ""


def _against_zero(run: RunReader, code: str) -> FloatArray:
    values: FloatArray = np.asarray(run.header.bvalues, dtype=np.float64)
    chosen: FloatArray = values[np.array(run.header.markers) == code]
    return chosen
