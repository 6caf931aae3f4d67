"""Sections of the page: the best models, objectives, parameters, the table of models."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from pyneuronautofit.fitting.finer import FinerSums, about_finer_steps
from pyneuronautofit.fitting.notes.levels import said_levels
from pyneuronautofit.fitting.outcome.counted import finer_of, floor_of, mode_codes
from pyneuronautofit.objectives.floor import Floor, about_floor, in_floors
from pyneuronautofit.optimisers.polish.distinct import DISTINCT
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.choice import Listed
from pyneuronautofit.report.findings.spread import MANY, PRESSING_PART, Spread
from pyneuronautofit.report.findings.units import mode_name, mode_title
from pyneuronautofit.report.templating import rendered
from pyneuronautofit.runs import column_names


def best(content: Content) -> Markup:
    """Return the section of the best models."""
    listed = content.listed
    rows = [
        {"title": title, "place": place, "row": listed.rows[place], "sums": _sums(listed, place)}
        for place, title in listed.titles.items()
    ]
    floor, finer = floor_of(content.run), finer_of(content.run)
    ratios = []
    if floor is not None and floor.is_told:
        ratios = [_in_floors(listed, place, floor, finer) for place in listed.titles]
    else:
        floor = None
    return rendered(
        "best.html",
        rows=rows,
        floors=[] if floor is None else [f"{each:.4g}" for each in floor.modes.values()],
        about_floor="" if floor is None else about_floor(floor),
        floor_notes=[] if floor is None else floor.notes,
        in_floors=ratios,
        finer=about_finer_steps(
            {
                title: (int(listed.rows[place]), _mode_sums(content, place))
                for place, title in listed.titles.items()
            },
            finer,
        ),
        modes=list(map(mode_name, mode_codes(content.run))),
        # Nothing where nobody knows.
        levels=said_levels(listed.levels) if listed.levels else "",
        least=f"{np.nanmin(listed.totals):.4g}" if listed.levels else "",
        apart=f"{100 * DISTINCT:g}",
    )


def _mode_sums(content: Content, place: int) -> dict[str, float]:
    """Return the sum of every mode of a model that is listed."""
    sums = content.listed.sums[place].tolist()
    return dict(zip(mode_codes(content.run), sums, strict=True))


def _in_floors(listed: Listed, place: int, floor: Floor, finer: FinerSums | None) -> list[str]:
    """Return the sums of a model in units of the noise floor, as a table has them."""
    sums = dict(zip(floor.modes, listed.sums[place].tolist(), strict=True))
    if finer is not None:
        sums = finer.told(int(listed.rows[place]), sums)
    ratios = in_floors(sums, floor).values()
    return [f"{ratio:.3g} floors" if np.isfinite(ratio) else "floor is 0" for ratio in ratios]


def scatter(content: Content) -> Markup:
    """Return the section of objectives; nothing for a single mode."""
    codes = mode_codes(content.run)
    if len(codes) < 2 or not len(content.listed):
        return Markup()
    names = [f"{mode_name(code)} · {mode_title(code)}" for code in codes]
    return rendered("scatter.html", modes=names)


def parameters(content: Content) -> Markup:
    """Return the section of the parameters' distributions; nothing without models."""
    spreads = content.spreads
    if not spreads:
        return Markup()
    names = column_names(content.run)[0]
    near = f"within {100 * PRESSING_PART:g} % of the interval's end"
    return rendered(
        "parameters.html",
        rule=f"{100 * MANY:g} % of the models or more {near}",
        pressing=[
            {"name": names[spread.column], "how": _pressing(spread)}
            for spread in spreads
            if spread.pressing
        ],
    )


def _pressing(spread: Spread) -> str:
    sides = (("lower", spread.near_low), ("upper", spread.near_high))
    return ", ".join(
        f"{100 * part:.0f} % of the models at its {side} bound {bound}"
        for (side, part), bound in zip(sides, spread.bounds, strict=True)
        if part >= MANY
    )


def models(content: Content) -> Markup:
    """Return the section of the table of models; nothing without any."""
    listed, codes = content.listed, mode_codes(content.run)
    if not len(listed):
        return Markup()
    weighted = ["weighted"] if np.isfinite(listed.fitness).any() else []
    return rendered(
        "models.html",
        n_model=len(listed),
        n_left_out=listed.n_left_out,
        sortable=["evaluation", "generation", *map(mode_name, codes), *weighted, "in"],
        rows=[_row(listed, place, weighted=bool(weighted)) for place in range(len(listed))],
    )


def _row(listed: Listed, place: int, *, weighted: bool) -> dict[str, object]:
    row = int(listed.rows[place])
    groups = (("population", listed.in_population), ("front", listed.in_archive))
    cells: list[object] = [listed.generation[place], *_sums(listed, place)]
    cells += [f"{listed.fitness[place]:.6g}"] if weighted else []
    cells.append(", ".join(name for name, rows in groups if row in rows))
    return {"place": place, "row": row, "title": listed.titles.get(place), "cells": cells}


def _sums(listed: Listed, place: int) -> list[str]:
    return [f"{value:.6g}" for value in listed.sums[place]]
