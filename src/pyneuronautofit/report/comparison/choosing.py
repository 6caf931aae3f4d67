"""Which of many runs are the best: those that a page has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.report.findings.choice import mode_codes, mode_sums, weights_of
from pyneuronautofit.runs import RunReader, open_run


@dataclass(frozen=True)
class BestOfRun:
    """The model of a run that has the least weighted sum of all components.

    Attributes
    ----------
    row
        The number of its evaluation.
    total
        That sum.
    sums
        The sum of the components of every mode.
    """

    row: int
    total: float
    sums: Mapping[str, float]


def best_of_run(run: RunReader) -> BestOfRun | None:
    """Return the best model of a run; None where nothing could be scored.

    Raises
    ------
    RunError
        If the store is damaged.
    """
    rows = run.archive()
    if not len(rows):
        return None
    # What no other dominates has the least sum, too.
    scores = run.evaluations(rows).scores
    totals = weighted_sums(scores, weights_of(run))
    best = int(np.argmin(totals))
    sums = mode_sums(run, scores[[best]])[0].tolist()
    found = dict(zip(mode_codes(run), sums, strict=True))
    return BestOfRun(int(rows[best]), float(totals[best]), found)


def best_stores(stores: Sequence[Path], most: int) -> list[Path]:
    """Return the stores of the best runs, the best first; those without any model are left out.

    One is open at a time, however many there are.
    """
    found = []
    for store in stores:
        with open_run(store) as opened:
            best = best_of_run(opened)
        if best is not None:
            found.append((best.total, store))
    return [store for _total, store in sorted(found, key=lambda each: each[0])[:most]]
