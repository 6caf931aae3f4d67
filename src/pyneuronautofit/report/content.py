"""Everything that a report shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyneuronautofit.certainty import Certainty
from pyneuronautofit.report.findings.choice import Listed
from pyneuronautofit.report.findings.course import SearchCourse
from pyneuronautofit.report.findings.phases import Phase
from pyneuronautofit.report.findings.responses import ShownResponses
from pyneuronautofit.report.findings.spread import Spread
from pyneuronautofit.report.findings.state import RunPace, State
from pyneuronautofit.runs import RunReader


@dataclass(frozen=True)
class Content:
    """Everything that a report shows.

    Attributes
    ----------
    run
        The run, open.
    now
        When the report is made.
    state, pace
        How it is doing.
    course
        How the search went.
    listed
        The models.
    spreads
        The parameters' distributions.
    responses
        What the models answer; or why they were not simulated, in a sentence.
    phases
        Those of the search that have begun, where it has any.
    certainty
        How well the data fix the parameters; or why that is not known, in a sentence; None: nobody
        has asked.
    """

    run: RunReader
    now: datetime
    state: State
    pace: RunPace
    course: SearchCourse
    listed: Listed
    spreads: Sequence[Spread]
    responses: tuple[ShownResponses, ...] | str
    phases: Sequence[Phase] = ()
    certainty: Certainty | str | None = None
