"""How certain a fit is, for a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyneuronautofit.certainty import (
    Certainty,
    Profile,
    certainty_lines,
    certainty_of,
    profile_lines,
    profile_of,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import Problem
from pyneuronautofit.library.results.chosen import ChosenModel
from pyneuronautofit.library.results.frames import frame
from pyneuronautofit.runs import RunReader

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class FitCertainty:
    """How well the data fix the parameters of a fit; print it.

    Attributes
    ----------
    found
        Parameters, directions and pairs.
    """

    found: Certainty

    def to_dataframe(self) -> pd.DataFrame:
        """Return the parameters as a table, a row for each by its name.

        Raises
        ------
        NotAvailableError
            If pandas is not installed.
        """
        rows = [each.as_json() for each in self.found.parameters]
        names = [row.pop("name") for row in rows]
        columns = {key: [row[key] for row in rows] for key in rows[0]}
        return frame(columns, names, "parameter")

    def plot(self) -> Figure:
        """Return a figure: intervals of the parameters, and what directions are made of."""
        from matplotlib import pyplot  # noqa: PLC0415 (slow to load)

        from pyneuronautofit.certainty.drawing import certainty_drawing  # noqa: PLC0415
        from pyneuronautofit.plots import draw_certainty  # noqa: PLC0415

        drawing = certainty_drawing(self.found)
        figure = pyplot.figure(figsize=drawing.size_in, layout="constrained")
        return draw_certainty(figure, drawing)

    def __str__(self) -> str:
        return "\n".join(certainty_lines(self.found))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


@dataclass(frozen=True)
class FitProfile:
    """What a fit loses where one parameter is held; print it.

    Attributes
    ----------
    found
        The values, and the best that there is for each.
    """

    found: Profile

    def to_dataframe(self) -> pd.DataFrame:
        """Return a row for every value: the rise, and all parameters of the best model there.

        Raises
        ------
        NotAvailableError
            If pandas is not installed.
        """
        points = self.found.points
        columns: dict[str, Any] = {"rise": [point.rise for point in points]}
        for place, name in enumerate(self.found.names):
            columns[name] = [float(point.parameters[place]) for point in points]
        return frame(columns, list(range(len(points))), "value", parameter=self.found.name)

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw the rise over the parameter's values.

        Parameters
        ----------
        axes : matplotlib Axes
            Where to draw; None: a figure is made.
        """
        from matplotlib import pyplot  # noqa: PLC0415 (slow to load)

        from pyneuronautofit.certainty.drawing import profile_drawing  # noqa: PLC0415
        from pyneuronautofit.plots import draw_profile  # noqa: PLC0415

        if axes is None:
            axes = pyplot.figure(figsize=(4.6, 3.4), layout="constrained").subplots()
        return draw_profile(axes, profile_drawing(self.found))

    def __str__(self) -> str:
        return "\n".join(profile_lines(self.found))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def find_certainty(
    stored: RunReader, problem: Problem, rows: Sequence[int] | None, scale: str | float
) -> FitCertainty:
    """Find out how well the data fix the parameters of models; the simulators are open."""
    return FitCertainty(certainty_of(stored, problem, rows, scale))


def find_profile(
    stored: RunReader,
    problem: Problem,
    parameter: str,
    *,
    row: int | None,
    n_point: int,
    between: tuple[float, float] | None,
    scale: str | float,
) -> FitProfile:
    """Scan along a parameter; the simulators are open."""
    *_before, found = profile_of(
        stored,
        problem,
        parameter,
        row=row,
        n_point=n_point,
        between=between,
        scale=scale,
    )
    return FitProfile(found)


def rows_of(stored: RunReader, models: Any, function: str) -> list[int]:
    """Return the numbers of evaluations that a call names.

    Parameters
    ----------
    models
        A number, a model of the fit, or a sequence of them.

    Raises
    ------
    UsageError
        If it is something else, or the run does not have as many.
    """
    listed = [models] if isinstance(models, ChosenModel | int) else models
    if isinstance(listed, str) or not isinstance(listed, Sequence) or not listed:
        raise UsageError(
            f"{function}({models!r:.60}): expected models of the fit, such as best(), or numbers "
            "of evaluations"
        )
    rows = [each.evaluation if isinstance(each, ChosenModel) else each for each in listed]
    n = stored.n_evaluation
    for row in rows:
        if not isinstance(row, int) or not 0 <= row < n:
            raise UsageError(f"{function}({row!r:.60}): the fit has the evaluations 0 to {n - 1}")
    return list(dict.fromkeys(rows))
