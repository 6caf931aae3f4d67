"""Sections of the page: the best models, objectives, parameters, the table of models."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.fitting.notes.levels import said_levels
from pyneuronautofit.objectives.table import ALL_MODES
from pyneuronautofit.optimisers.polish.distinct import DISTINCT
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.choice import Listed, mode_codes
from pyneuronautofit.report.findings.spread import MANY, PRESSING_PART, Spread
from pyneuronautofit.report.html import Markup, chart, element, section, table
from pyneuronautofit.runs import column_names


def best(content: Content) -> Markup:
    """Return the section of the best models."""
    listed = content.listed
    if not len(listed):
        text = "No candidate could be simulated: all of them failed. Why is said below."
        return section("Best models", "best", element("p", text, class_="warning"))
    rows = [
        (title, _choosing(listed, place), *(f"{value:.6g}" for value in listed.sums[place]))
        for place, title in listed.titles.items()
    ]
    text = (
        "Sums of the components of each mode; smaller is better. The compromise has the least sum "
        "of places in the modes' orders of merit, the best sum the least sum of all components, "
        "each with its weight (--weights). Choose a model to see it in every chart."
    )
    head = ("model", "evaluation", *mode_codes(content.run))
    parts = [element("p", text), table(head, rows, "numbers")]
    return section("Best models", "best", *parts, _distinct(listed))


def _distinct(listed: Listed) -> Markup:
    """Say how many distinct models there are; nothing where nobody knows."""
    if not listed.levels:
        return Markup()
    text = (
        f"Distinct models by their weighted sum: {said_levels(listed.levels)}; the least is "
        f"{np.nanmin(listed.totals):.4g}. A model counts if all better ones that count are at "
        f"least {100 * DISTINCT:g} % of the parameters' ranges away (root of the mean square)."
    )
    return element("p", text, id="distinct")


def scatter(content: Content) -> Markup:
    """Return the section of objectives; nothing for a single mode."""
    codes = mode_codes(content.run)
    if len(codes) < 2 or not len(content.listed):
        return Markup()
    names = [f"{code} · {ALL_MODES.get(code, '')}" for code in codes]
    options = [element("option", name, value=place) for place, name in enumerate(names)]
    pickers = [
        element("label", f"{axis} ", element("select", *options, id=f"axis-{axis}"))
        for axis in "xy"
    ]
    log = element("label", element("input", type="checkbox", id="axis-log"), " logarithmic")
    text = (
        "Every point is a model, by the sums of two modes; grey ones are a sample of all "
        "evaluations. The others can be chosen by a click, and are then shown in every chart. The "
        "dashed line joins those that no other beats in these two modes."
    )
    picker = element("p", *pickers, log, class_="picker")
    drawn = chart("scatter", "two modes against each other", "chart tall")
    return section("Objectives", "scatter", element("p", text), picker, drawn)


def parameters(content: Content) -> Markup:
    """Return the section of the parameters' distributions; nothing without models."""
    spreads = content.spreads
    if not spreads:
        return Markup()
    names = column_names(content.run)[0]
    pressing = [
        element("li", element("code", names[spread.column]), f": {_pressing(spread)}")
        for spread in spreads
        if spread.pressing
    ]
    near = f"within {100 * PRESSING_PART:g} % of the interval's end"
    rule = f"{100 * MANY:g} % of the models or more {near}"
    if pressing:
        text = f"These parameters press on a bound ({rule}). A wider one may give better models:"
        found = element("div", element("p", text), element("ul", *pressing), class_="warning")
    else:
        found = element("p", f"No parameter presses on a bound ({rule}).")
    text = (
        "Where the models (the population and the non-dominated ones) lie between the parameters' "
        "bounds, on the scale that is searched: the middle half as a bar, models as dots."
    )
    drawn = chart("parameters", "parameters between their bounds")
    return section("Parameters", "parameters", element("p", text), found, drawn)


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
    sortable = ["evaluation", "generation", *codes, *weighted, "in"]
    cells = [element("th", element("button", n, type="button"), scope="col") for n in sortable]
    head = element("thead", element("tr", *cells, element("th", "parameters", scope="col")))
    rows = [_row(listed, place, weighted=bool(weighted)) for place in range(len(listed))]
    whole = element("table", head, element("tbody", *rows), class_="numbers", id="models-table")
    more = f" {listed.n_left_out} more are in the store." if listed.n_left_out else ""
    text = (
        f"{len(listed)} models of the last population and the non-dominated ones (front), the best "
        f"compromises first.{more} A click on a heading sorts by it."
    )
    box = element("div", whole, class_="wide long")
    note = element("p", id="print-note", class_="note")
    return section("Models", "models", element("p", text), box, note)


def _row(listed: Listed, place: int, *, weighted: bool) -> Markup:
    row = int(listed.rows[place])
    groups = (("population", listed.in_population), ("front", listed.in_archive))
    cells: list[object] = [_choosing(listed, place), listed.generation[place]]
    cells += [f"{value:.6g}" for value in listed.sums[place]]
    cells += [f"{listed.fitness[place]:.6g}"] if weighted else []
    cells.append(", ".join(name for name, rows in groups if row in rows))
    cells.append(element("button", "copy", type="button", data_copy=place))
    title = listed.titles.get(place)
    return element("tr", *(element("td", cell) for cell in cells), data_place=place, title=title)


def _choosing(listed: Listed, place: int) -> Markup:
    """Return the button that chooses a model everywhere."""
    row = int(listed.rows[place])
    return element("button", row, type="button", data_choose=place, title="show this model")
