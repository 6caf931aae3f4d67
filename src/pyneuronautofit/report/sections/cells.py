"""Section of the page: several cells that were fitted together, beside each other."""

from __future__ import annotations

from markupsafe import Markup

from pyneuronautofit._types import FloatArray
from pyneuronautofit.database.joint import RunPart, parts_of
from pyneuronautofit.fitting.outcome.best import BEST_SUM
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.spread import space_of
from pyneuronautofit.report.findings.units import mode_name, units_of_parameters
from pyneuronautofit.report.sections.chosen import short
from pyneuronautofit.report.templating import rendered
from pyneuronautofit.space.scales import FIXED


def cells(content: Content) -> Markup:
    """Return the section of the cells; nothing where there is but one, or no model."""
    run, listed = content.run, content.listed
    parts = parts_of(run)
    if not parts[0].cell or not len(listed):
        return Markup()
    titled = {title: place for place, t in listed.titles.items() for title in t.split(", ")}
    place = titled.get(BEST_SUM, 0)
    own = [_sums(listed.evaluations.scores[place], part) for part in parts]
    sums = [[mode_name(code), *(f"{each[code]:.6g}" for each in own)] for code in own[0]]
    shared, private = _parameters(content, place)
    return rendered(
        "cells.html",
        name=f"evaluation {listed.rows[place]}, {listed.titles.get(place, 'the best compromise')}",
        cells=[part.cell for part in parts],
        recordings=[part.target for part in parts],
        sums=sums,
        shared=shared,
        private=private,
    )


def _sums(scores: FloatArray, part: RunPart) -> dict[str, float]:
    """Return the sums of the modes of one cell, of a model's components (n_score,)."""
    sums = dict.fromkeys(part.markers, 0.0)
    for code, value in zip(part.markers, scores[part.components].tolist(), strict=True):
        sums[code] += value
    return sums


def _parameters(content: Content, place: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return lines of shared parameters, and of private ones with the value of every cell."""
    units = units_of_parameters(content.run)
    values = content.listed.evaluations.parameters[place].tolist()
    shared: list[list[str]] = []
    private: dict[str, list[str]] = {}
    for parameter, unit, value in zip(space_of(content.run).parameters, units, values, strict=True):
        if parameter.scale is FIXED:
            continue
        path = parameter.targets[0]
        if path.cell:
            private.setdefault(path.plain, [path.plain, unit]).append(short(value, 6))
        else:
            shared.append([path.text, unit, short(value, 6)])
    return shared, list(private.values())
