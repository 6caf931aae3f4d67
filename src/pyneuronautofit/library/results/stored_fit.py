"""The store of a run, as somebody asks it: which models were found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit._types import IntArray
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting.finer import FinerSums
from pyneuronautofit.fitting.outcome.counted import finer_of, floor_of, mode_codes
from pyneuronautofit.library.paths import path_of, paths_of
from pyneuronautofit.library.results.chosen import ChosenModel, table_of_models
from pyneuronautofit.library.results.frames import frame
from pyneuronautofit.objectives import OBJECTIVES
from pyneuronautofit.objectives.floor import Floor
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.report.findings.choice import Listed, list_models
from pyneuronautofit.report.findings.course import follow
from pyneuronautofit.report.findings.spread import space_of
from pyneuronautofit.report.findings.state import state_of
from pyneuronautofit.runs import RunReader, column_names, find_store, open_run

if TYPE_CHECKING:
    import pandas as pd

# How modes say that their components have none.
_NO_UNIT = "1"
_WHICH = ("non-dominated", "population", "all")


class StoredFit:
    """The part of a `Fit` that only reads; its parameters are as there."""

    def __init__(
        self,
        run: Path | str,
        *,
        project: Path | str | None = None,
        plugins: Sequence[Path | str] = (),
    ) -> None:
        files = paths_of(plugins, "plugins")
        self._plugins = tuple(str(Path(each).absolute()) for each in files)
        # One store has one name, and so one lock, by whatever links it was found.
        self._path = find_store(str(path_of(run, "run")), Path.cwd()).resolve()
        self._project = None
        if project is not None:
            self._project = str(path_of(project, "project").absolute())
        with self._reader() as stored:
            self._codes = mode_codes(stored)
            self._names = tuple(column_names(stored)[0])
            self._space = space_of(stored)

    # --- what it is

    @property
    def path(self) -> Path:
        """The run's store."""
        return self._path

    @property
    def stamp(self) -> str:
        """What the run's files begin with."""
        return self._path.stem

    @property
    def modes(self) -> tuple[str, ...]:
        """The evaluation modes."""
        return self._codes

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the searched parameters."""
        return self._names

    @property
    def units(self) -> Mapping[str, str]:
        """The unit of every mode's score; "" where it has none."""
        with active_plugins(files=self._plugins):
            known = {code: OBJECTIVES[code].unit for code in self._codes if code in OBJECTIVES}
        # Without the plug-in nobody knows.
        units = {code: known.get(code, "") for code in self._codes}
        return {code: "" if unit == _NO_UNIT else unit for code, unit in units.items()}

    @property
    def state(self) -> str:
        """`finished`, `interrupted`, `running`, `killed`, `stopped by an error`, ..."""
        with self._reader() as stored:
            return state_of(stored).name

    @property
    def n_evaluation(self) -> int:
        """How many candidates were simulated."""
        with self._reader() as stored:
            return stored.n_evaluation

    @property
    def titles(self) -> tuple[str, ...]:
        """What `best` may be asked for."""
        return tuple(self._titles()[0])

    @property
    def floor(self) -> Floor | None:
        """The noise floor: what the cell itself would score, where the run knows it.

        `floor.modes` has it for every mode, `floor.is_bound` where it is but a lower bound.
        """
        with self._reader() as stored:
            return floor_of(stored)

    @property
    def finer(self) -> FinerSums | None:
        """What the best models score with finer steps, once a search with adaptive ones has ended.

        `finer.sums` has evaluation -> sum of every mode (empty where too many steps would be
        needed), `finer.tolerances_mV` that of the steps.
        Where a sum is more than a fifth greater than in the search, that has followed what its
        steps leave.
        """
        with self._reader() as stored:
            return finer_of(stored)

    # --- models

    def best(self, which: str = "compromise") -> ChosenModel:
        """Return one of the best models.

        Parameters
        ----------
        which : str
            "compromise": the least sum of places in the modes' orders of merit; "best sum": the
            least weighted sum of all components; "best V", or "V": the least of a mode; ...

        Raises
        ------
        UsageError
            If there is no such choice.
        RunError
            If no candidate could be simulated.
        """
        if not isinstance(which, str):
            raise UsageError(
                f"best({which!r:.60}): expected a text; there are {quoted(self.titles)}"
            )
        titles, listed = self._titles()
        if not titles:
            raise RunError(f"{self.stamp}: nothing was found yet; no candidate could be simulated")
        wanted = f"best {which}" if which in self._codes else which
        if wanted not in titles:
            like = nearest(wanted, titles)
            hint = f"did you mean {like!r}? There are" if like else "there are"
            raise UsageError(f"best({which!r}): {hint} {quoted(titles)}")
        return self._chosen(listed, titles[wanted], wanted)

    def to_dataframe(self, which: str = "non-dominated") -> pd.DataFrame:
        """Return models as a table.

        Parameters
        ----------
        which : str
            "non-dominated" models, each once; "population", or "all" evaluations.

        Returns
        -------
        pandas.DataFrame
            A row for every model, by the number of its evaluation: its parameters by their names,
            and the sum of every mode by its letter. `attrs["units"]` has the units of the modes,
            `attrs["parameters"]` and `attrs["modes"]` which columns are which. Failed candidates
            have nan.

        Raises
        ------
        UsageError
            If `which` is none of these.
        NotAvailableError
            If pandas is not installed.
        """
        if which not in _WHICH:
            raise UsageError(f"to_dataframe({which!r}): expected one of {quoted(_WHICH)}")
        with self._reader() as stored:
            rows = _rows(stored, which)
            found = stored.evaluations(rows)
            markers = np.array(stored.header.markers)
        columns: dict[str, Any] = dict(zip(self._names, found.parameters.T, strict=True))
        for code in self._codes:
            columns[code] = found.scores[:, markers == code].sum(axis=1)
        return frame(
            columns,
            rows,
            "evaluation",
            units=dict(self.units),
            parameters=list(self._names),
            modes=list(self._codes),
            stamp=self.stamp,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.stamp}: {self._summary()})"

    def _repr_html_(self) -> str:
        titles, listed = self._titles()
        models = [self._chosen(listed, place, title) for title, place in titles.items()]
        return table_of_models(f"{self.stamp}: {self._summary()}", self.units, models)

    # --- within

    def _summary(self) -> str:
        with self._reader() as stored:
            n_found, state = len(stored.archive()), state_of(stored)
            said = f"{state}, {stored.n_evaluation} evaluations, {n_found} non-dominated models"
        titles, listed = self._titles()
        if not titles:
            return said
        first = self._chosen(listed, next(iter(titles.values())), "")
        scored = ", ".join(f"{code} {value:.4g}" for code, value in first.scores.items())
        return f"{said}; best compromise {scored}"

    def _titles(self) -> tuple[dict[str, int], Listed]:
        """Return title -> place in a list of models, and the list."""
        with self._reader() as stored:
            listed = list_models(stored, follow(stored).leader)
        found = {
            title: place for place, titles in listed.titles.items() for title in titles.split(", ")
        }
        return found, listed

    def _chosen(self, listed: Listed, place: int, title: str) -> ChosenModel:
        values = listed.evaluations.parameters[place].tolist()
        return ChosenModel(
            title,
            int(listed.rows[place]),
            dict(zip(self._names, values, strict=True)),
            dict(zip(self._codes, listed.sums[place].tolist(), strict=True)),
            self.units,
            {
                path.text: parameter.name
                for parameter in self._space.parameters
                for path in parameter.targets
            },
        )

    @contextlib.contextmanager
    def _reader(self) -> Iterator[RunReader]:
        with active_plugins(files=self._plugins), open_run(self._path) as stored:
            yield stored


def _rows(stored: RunReader, which: str) -> IntArray:
    if which == "all":
        return np.arange(stored.n_evaluation)
    archive = stored.archive()
    if which == "non-dominated":
        # Where a search polishes a model it begins with evaluating that again.
        parameters = stored.evaluations(archive).parameters
        _unique, first = np.unique(parameters, axis=0, return_index=True)
        return archive[np.sort(first)]
    return archive[:0] if stored.last is None else stored.last.population
