"""The evaluations of candidates on several recordings, as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting.evaluation import Evaluation
from pyneuronautofit.simulators import RunStatus


def merged(
    found: Sequence[Evaluation], names: Sequence[str], n_residual: Sequence[int]
) -> Evaluation:
    """Return what became of candidates on all recordings.

    One that failed on a recording has failed.

    Parameters
    ----------
    found
        On each recording, in order.
    names
        What the recordings are called, for messages.
    n_residual
        How many residuals each has; numbers of spikes follow them.
    """
    status, messages = [], []
    for place in range(len(found[0].status)):
        each = [(e.status[place], e.messages[place], n) for e, n in zip(found, names, strict=True)]
        bad = next(((s, m, n) for s, m, n in each if s is not RunStatus.OK), None)
        status.append(RunStatus.OK if bad is None else bad[0])
        messages.append("" if bad is None else f"{bad[1] or bad[0].value} ({bad[2]})")
    scores = np.concatenate([each.scores for each in found], axis=1)
    failed = np.array([each is not RunStatus.OK for each in status], dtype=bool)
    scores[failed] = np.nan
    return Evaluation(
        found[0].parameters,
        scores,
        tuple(status),
        tuple(messages),
        np.sum([each.seconds for each in found], axis=0),
        _residuals(found, n_residual, failed),
    )


def _residuals(
    found: Sequence[Evaluation], n_residual: Sequence[int], failed: FloatArray
) -> FloatArray | None:
    """Return the residuals of all, then the numbers of spikes of all."""
    parts = [
        (e.residuals, n) for e, n in zip(found, n_residual, strict=True) if e.residuals is not None
    ]
    if len(parts) < len(found):
        return None
    residuals = [each[:, :n] for each, n in parts]
    counts = [each[:, n:] for each, n in parts]
    joined = np.concatenate([*residuals, *counts], axis=1)
    joined[failed | ~np.isfinite(joined).all(axis=1)] = np.nan
    return joined
