"""Which of many runs are the best: those that a page has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit.fitting.outcome.counted import mode_codes, weights_of
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.report.findings.choice import LeastSum, mode_sums
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
    weights, rows = weights_of(run), run.archive()
    size = _archive_size(run)
    leader = LeastSum()
    if len(rows) < size:
        # What no other dominates has the least sum, too.
        totals = weighted_sums(run.evaluations(rows).scores, weights)
        found = leader.after(0, totals)
        leader = found if found.row < 0 else LeastSum(int(rows[found.row]), found.total)
    else:
        # An archive that is full has lost some.
        for generation, block in run.blocks():
            leader = leader.after(generation.first_row, weighted_sums(block.scores, weights))
    if leader.row < 0:
        return None
    scores = run.evaluations(np.array([leader.row])).scores
    sums = dict(zip(mode_codes(run), mode_sums(run, scores)[0].tolist(), strict=True))
    return BestOfRun(leader.row, leader.total, sums)


def _archive_size(run: RunReader) -> int:
    """Return how many models the archive may hold at the least, in any of the run's sittings."""
    settings = [run.info.settings, *(each.content.get("settings") for each in run.sessions)]
    sizes = [each.get("archive_size") for each in settings if isinstance(each, Mapping)]
    return min((size for size in sizes if isinstance(size, int)), default=0)


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
