"""The page: which runs, their final scores, convergence, parameters."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from markupsafe import Markup

from pyneuronautofit._atomic import write_text
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import UsageError
from pyneuronautofit.report.comparison.common import CommonModes, common_modes
from pyneuronautofit.report.comparison.found import (
    ComparedParameter,
    ComparedRun,
    compared,
    compared_parameters,
)
from pyneuronautofit.report.document import document
from pyneuronautofit.report.findings.state import pace_of, state_of
from pyneuronautofit.report.findings.units import mode_name, mode_title
from pyneuronautofit.report.page_data import mode_list, rounded
from pyneuronautofit.report.sections.chosen import SCALE_WORDS
from pyneuronautofit.report.sections.facts import said, searched
from pyneuronautofit.report.templating import rendered
from pyneuronautofit.runs import RunReader

#: More lines in a chart nobody tells apart.
MOST_COMPARED = 12
_SCRIPTS = ("common.js", "compare.js")


def write_comparison(path: Path, runs: Sequence[RunReader]) -> None:
    """Write a page on which several runs are side by side, one HTML file that needs nothing else.

    Raises
    ------
    UsageError
        If their scores cannot be compared, or there are too many.
    RunError
        If a store is damaged.
    OutputError
        If the file cannot be written.
    """
    if len(runs) > MOST_COMPARED:
        raise UsageError(f"{len(runs)} runs: expected at most {MOST_COMPARED} on one page")
    common = common_modes(runs, [run.path.stem for run in runs])
    labels = string.ascii_uppercase
    found = [compared(run, label, common) for run, label in zip(runs, labels)]
    write_text(path, render_comparison(found, common, datetime.now(UTC)))


def render_comparison(found: Sequence[ComparedRun], common: CommonModes, now: datetime) -> str:
    """Return the page."""
    targets = list(dict.fromkeys(each.run.header.target for each in found))
    title = f"{len(found)} fits of {', '.join(targets)}"
    main = rendered(
        "comparison.html",
        title=title,
        when=now.strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
        runs=[_about(each, now) for each in found],
        losses=[f"{each.label}: {loss}" for each in found for loss in each.run.losses],
        others=list(common.others.values()),
        score_head=_score_head(common),
        scores=_scores(found),
        modes=[{"code": code, "title": mode_title(code)} for code in common.codes],
        labels=[each.label for each in found],
        parameters=[_parameter(each) for each in compared_parameters(found)],
    )
    return document(title, Markup(main), _data(found, common), _SCRIPTS)


def _about(each: ComparedRun, now: datetime) -> dict[str, object]:
    run, state = each.run, state_of(each.run)
    return {
        "label": each.label,
        "name": run.path.stem,
        "state": str(state),
        "search": searched(run),
        "evaluations": f"{run.n_evaluation:,}",
        "time": said(pace_of(run, state, now).used_s),
        "parameters": len(run.header.parameters),
    }


def _score_head(common: CommonModes) -> list[str]:
    names = list(map(mode_name, common.codes))
    return [*(f"compromise: {name}" for name in names), *(f"best {name}" for name in names)]


def _scores(found: Sequence[ComparedRun]) -> list[dict[str, object]]:
    """Return a row of every run: its compromise's sums, and the best of every mode."""
    n_mode = len(found[0].columns)
    rows = np.full((len(found), 2 * n_mode), np.nan)
    for row, each in zip(rows, found, strict=True):
        if each.compromise is not None:
            row[:n_mode] = each.compromise
        if len(each.best):
            row[n_mode:] = each.best[-1]
    least = _least(rows)
    return [
        {
            "label": each.label,
            "cells": [
                {"text": "" if np.isnan(value) else f"{value:.6g}", "least": bool(value == best)}
                for value, best in zip(row, least, strict=True)
            ],
        }
        for each, row in zip(found, rows, strict=True)
    ]


def _least(rows: FloatArray) -> FloatArray:
    """Return the smallest number of every column that is not the same in all rows; else nan."""
    known = np.where(np.isfinite(rows), rows, np.inf)
    least, most = known.min(axis=0), known.max(axis=0)
    return np.where((least < most) & np.isfinite(least), least, np.nan)


def _parameter(each: ComparedParameter) -> dict[str, object]:
    words = [SCALE_WORDS.get(code, code) for code in each.scale.split(", ")]
    return {
        "name": each.name,
        "unit": each.unit,
        "values": ["" if value is None else f"{value:.5g}" for value in each.values],
        "places": each.places,
        "low": each.low,
        "high": each.high,
        "scale": ", ".join(words),
    }


def _data(found: Sequence[ComparedRun], common: CommonModes) -> Json:
    return {
        "modes": mode_list(common.codes),
        "runs": [
            {
                "label": each.label,
                "name": each.run.path.stem,
                "evaluations": each.course.n_evaluation,
                "seconds": rounded(each.seconds),
                "best": np.ascontiguousarray(rounded(each.best).T),
            }
            for each in found
        ],
    }
