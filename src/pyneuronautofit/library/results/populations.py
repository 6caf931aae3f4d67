"""The populations of models that fits have found, for a notebook."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyneuronautofit._text import quoted, shortened
from pyneuronautofit.database import Floors, Selection
from pyneuronautofit.database.labels import find_units
from pyneuronautofit.database.populations import Measure, chosen_of, joined
from pyneuronautofit.database.populations.families import ALONE
from pyneuronautofit.database.populations.study import PopulationStudy, study
from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.results.frames import frame
from pyneuronautofit.objectives.floor import floor_limit, is_floor_word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class ModelPopulation:
    """Distinct models, and in which families they are.

    Attributes
    ----------
    n_chosen : int
        How many models it was made of.
    n_distinct : int
        How many of them are distinct.
    levels : dict of float to int
        Level -> how many distinct models are up to it.
    families : list of int
        How many models every family has, the largest first.
    silhouette : float
        How clearly families are parted, up to 1; nan for fewer than two.
    """

    def __init__(self, found: PopulationStudy) -> None:
        self._found = found
        self.n_chosen = found.n_chosen
        self.n_distinct = len(found.points)
        self.levels = {each.level: each.n_model for each in found.levels}
        self.families = found.families.sizes
        self.silhouette = found.families.silhouette

    def as_json(self) -> dict[str, Any]:
        """Return all that is known, as `populations --json` prints it."""
        return self._found.as_json()

    def to_dataframe(self) -> pd.DataFrame:
        """Return the distinct models, the best first.

        Returns
        -------
        pandas.DataFrame
            A row for every model: `source`, `number` (of its evaluation, or its id), `cell`,
            `family` (0: by itself), the measure by its name, and the searched parameters (of `log`
            ones the value, not its logarithm).

        Raises
        ------
        NotAvailableError
            If pandas is not installed.
        """
        found, points = self._found, self._found.points
        values = points.values()
        columns: dict[str, Any] = {
            "source": [points.sources[k] for k in points.source.tolist()],
            "number": points.numbers,
            "cell": [points.cells[k] for k in points.cell.tolist()],
            "family": found.families.labels - ALONE,
            found.measure.name: found.merits,
        }
        for column, parameter in enumerate(points.parameters):
            columns[parameter.name] = values[:, column]
        names = [parameter.name for parameter in points.parameters]
        return frame(columns, range(len(points)), "model", parameters=names)

    def plot(self) -> Figure:
        """Draw levels, families, parameters, and how much of the variance is between groups."""
        from matplotlib import pyplot  # noqa: PLC0415 (slow to load)

        from pyneuronautofit.plots import draw_population, population_size  # noqa: PLC0415

        size = population_size(len(self._found.points.parameters))
        figure = pyplot.figure(figsize=size, layout="constrained")
        sources = ", ".join(self._found.points.sources)
        heading = f"{sources}: {self.n_distinct} distinct models"
        return draw_population(figure, self._found.picture(find_units([Path("mods")])), heading)

    def __repr__(self) -> str:
        return f"ModelPopulation({self._summary()})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{level:g}</td><td>{n_model}</td></tr>"
            for level, n_model in self.levels.items()
        )
        name = html.escape(self._found.measure.name)
        head = f"<tr><th>{name} up to</th><th>distinct models</th></tr>"
        return f"<p>{html.escape(self._summary())}</p><table>{head}{rows}</table>"

    def _summary(self) -> str:
        sizes = ", ".join(map(str, self.families)) or "none"
        return (
            f"{self.n_distinct} distinct models of {self.n_chosen}; families: {sizes}; "
            f"{self._found.families.n_alone} by themselves"
        )


def population_of_sources(
    sources: Sequence[Path | str],
    *,
    limits: Mapping[str, float | str] | None,
    best: int | None,
    distance: float,
    least: int,
    measure: str | None,
    levels: Sequence[float],
) -> ModelPopulation:
    """Return the population of runs and databases; see `Fit.population`."""
    thresholds = _thresholds(limits or {})
    if not 0 < distance <= 1 or least < 2:
        raise UsageError(
            f"population(distance={distance!r}, least={least!r}): expected a distance above 0, at "
            "most 1, and at least 2 models in a family"
        )
    if measure is None and len(thresholds) == 1:
        (measure,) = thresholds
    points = joined([chosen_of(str(each), Selection(thresholds, best)) for each in sources])
    if measure is not None and measure not in points.sums:
        raise UsageError(
            f"population(measure={measure!r:.60}): expected one of the modes {quoted(points.sums)}"
        )
    asked = Measure(measure, tuple(sorted(float(level) for level in levels)))
    return ModelPopulation(study(points, distance=distance, least=least, measure=asked))


def _thresholds(limits: Any) -> dict[str, float | Floors]:
    """Read sums of modes, as numbers or as words such as 2floor."""
    expected = "expected modes with the largest sums of them, such as {'V': 60} or {'V': '2floor'}"
    if not isinstance(limits, Mapping):
        raise UsageError(f"population(limits={shortened(repr(limits))}): {expected}")
    found: dict[str, float | Floors] = {}
    for code, limit in limits.items():
        try:
            if isinstance(limit, str) and is_floor_word(limit):
                found[code] = Floors(floor_limit(limit))
            else:
                found[code] = float(limit)
        except (TypeError, ValueError, OverflowError):
            shown = shortened(repr(limit))
            raise UsageError(f"population(limits={{{code!r}: {shown}}}): {expected}") from None
    return found
