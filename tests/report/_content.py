"""What a report shows of runs that were made up, and how a test reads its sections."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import numpy as np

from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.choice import list_models
from pyneuronautofit.report.findings.course import follow
from pyneuronautofit.report.findings.responses import ShownResponses
from pyneuronautofit.report.findings.spread import spreads
from pyneuronautofit.report.findings.state import pace_of, state_of
from pyneuronautofit.report.findings.thinning import Thinned
from pyneuronautofit.runs import open_run
from report._made import make_run

NAN = np.nan
#: Sums of O and V: (2, 9) (8, 1), then (4, 4), one that failed, and (6, 6).
GENERATIONS = [[[1, 1, 9], [8, 0, 1]], [[2, 2, 4], [NAN, NAN, NAN], [3, 3, 6]]]
NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
#: What may stand in a file's name, in a message, in a setting.
EVIL = "<script>alert('1')</script> & \"2\""


@contextmanager
def content_of(
    path, generations=GENERATIONS, *, responses="Not asked.", **how
) -> Iterator[Content]:
    """Make a run and what a report shows of it."""
    with open_run(make_run(path / "mine.sqlite", generations, **how)) as run:
        yield content_of_run(run, responses)


def content_of_run(run, responses="Not asked.") -> Content:
    state = state_of(run)
    pace = pace_of(run, state, NOW)
    return Content(run, NOW, state, pace, follow(run), list_models(run), spreads(run), responses)


def answered(**changed) -> tuple[ShownResponses, ...]:
    """One recording, and the models 0 and 2 under two sweeps; model 1 failed."""
    parts = {
        "models": (0, 2), "failed": ((1, "it broke"),), "recording": "cell.abf",
        "sweeps": (3, 5), "held_out": (), "scores": (),
        "current_pA": np.array([-50.0, 123.456]), "counts": np.array([[0, 2], [1, 3], [0, 0]]),
        "rates_Hz": np.array([[0.0, 20.0], [10.0, 33.3333], [0.0, 0.0]]),
        "latency_ms": np.array([[NAN, 12.345678], [1.0, 2.0], [NAN, NAN]]),
        "traces": Thinned(np.full((3, 2, 4), -60.0), 0),
        "stimulus_ms": (10.0, 30.0), "step_ms": 0.5, "n_sample": 100, "simulator": "by hand",
    }  # fmt: skip
    return (ShownResponses(**{**parts, **changed}),)


def parsed(markup) -> ET.Element:
    """Read a section as XML: it is well-formed, and what is text in it is text again."""
    return ET.fromstring(f"<part>{markup}</part>")


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def cells(table: ET.Element) -> list[list[str]]:
    """The rows of a table, its heading first."""
    return [[words(cell) for cell in row] for row in table.iter("tr")]


def facts_of(element: ET.Element) -> dict[str, str]:
    """What is called how in a list of facts."""
    (listed,) = element.iter("dl")
    names, values = listed.findall("dt"), listed.findall("dd")
    return dict(zip(map(words, names), map(words, values), strict=True))


def charts(element: ET.Element) -> list[str]:
    return [each.get("data-chart") for each in element.iter("div") if each.get("data-chart")]
