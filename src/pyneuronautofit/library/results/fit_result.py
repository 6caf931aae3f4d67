"""What a fit has found: a view of its store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit._types import IntArray
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting import OpenedFit, open_again
from pyneuronautofit.library.keywords import OTHERWISE, as_options, refuse_otherwise, resumable
from pyneuronautofit.library.results.chosen import ChosenModel, table_of_models
from pyneuronautofit.library.results.frames import frame
from pyneuronautofit.library.results.given_models import matrix_of
from pyneuronautofit.library.results.responses import Scores, SimulatedSweeps, score, simulate
from pyneuronautofit.library.running import resume_run
from pyneuronautofit.objectives import OBJECTIVES
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.report import write_report
from pyneuronautofit.report.findings.choice import Listed, list_models, mode_codes
from pyneuronautofit.report.findings.course import follow
from pyneuronautofit.report.findings.state import state_of
from pyneuronautofit.runs import RunReader, column_names, find_store, open_run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_WHICH = ("non-dominated", "population", "all")


class Fit:
    """A run: what was fitted, and what was found.

    It knows the run's store, and reads it whenever it is asked: of a run that goes on elsewhere it
    has the latest.

    Parameters
    ----------
    run : path
        The run's .sqlite file, or its stamp in the working directory.
    project : path or None
        The project file or its folder, where that is in neither the run's folder nor the working
        directory: it is executed.
    plugins : sequence of paths
        Files of the plug-ins that the run was made with; they are executed.

    Raises
    ------
    RunError
        If there is no such run.
    """

    def __init__(
        self,
        run: Path | str,
        *,
        project: Path | str | None = None,
        plugins: Sequence[Path | str] = (),
    ) -> None:
        path = Path(run)
        self._plugins = tuple(str(Path(each).absolute()) for each in plugins)
        self._path = path if path.is_file() else find_store(str(run), Path.cwd())
        self._path = self._path.absolute()
        self._project = None if project is None else str(Path(project).absolute())
        with self._reader() as stored:
            self._codes = mode_codes(stored)
            self._names = tuple(column_names(stored)[0])

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
        """The unit of every mode's score."""
        with active_plugins(files=self._plugins):
            known = {code: OBJECTIVES[code].unit for code in self._codes if code in OBJECTIVES}
        # Without the plug-in nobody knows.
        return {code: known.get(code, "") for code in self._codes}

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
            "non-dominated", "population", or "all" evaluations.

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

    # --- again

    def simulate(
        self,
        models: Any = None,
        *,
        sweeps: Sequence[int] | None = None,
        recording: str | None = None,
    ) -> SimulatedSweeps:
        """Simulate models under the recorded currents.

        Parameters
        ----------
        models
            See `evaluate`; None: the best compromise.
        sweeps : sequence of int
            Numbers of sweeps; None: those that were fitted or held out.
        recording : str
            The name of one of several recordings; None: the first.

        Raises
        ------
        PyNeuronAutofitError
            If the recording or the model is not what it was.
        """
        parameters = matrix_of(self.best() if models is None else models, self._names)
        with self._opened() as opened:
            return simulate(opened, parameters, sweeps, recording)

    def evaluate(self, models: Any) -> Scores:
        """Simulate and score models as the run did.

        Parameters
        ----------
        models : ChosenModel, dict, DataFrame, array of shape (n_model, n_param), or a list
            Values of the searched parameters.

        Raises
        ------
        UsageError
            If a parameter is missing or unknown.
        """
        parameters = matrix_of(models, self._names)
        with self._opened() as opened, opened.problem.opened():
            return score(opened.problem, parameters, self.units)

    def resume(self, *, progress: bool = True, **options: Any) -> Fit:
        """Go on with the run.

        Parameters
        ----------
        progress : bool
            Whether to show how it goes.
        **options
            What may be another than before: `generations` or `evaluations` (more of them),
            `minutes`, `stop_after`, `n_worker`; with `extend=True` also what changes the result
            from there on.

        Returns
        -------
        Fit
            The same run.
        """
        refuse_otherwise(options, "resume", ["extend"])
        allowed = resumable() - OTHERWISE.keys() | {"extend"}
        wrong = [name for name in options if name not in allowed]
        if wrong:
            raise UsageError(
                f"resume({wrong[0]}=...): a run goes on with its own settings; what may be given "
                f"is {quoted(sorted(allowed), 30)}"
            )
        given = as_options(options, "resume")
        if self._project is not None:
            given["project"] = self._project
        with active_plugins(files=self._plugins):
            resume_run(self._path, given, progress=progress)
        return self

    # --- to look at

    def plot(
        self,
        model: Any = "compromise",
        *,
        sweeps: Sequence[int] | None = None,
        recording: str | None = None,
        axes: Any = None,
    ) -> np.ndarray[Any, Any]:
        """Draw a model's voltage over the recording's, a panel for every sweep.

        Parameters
        ----------
        model : str, ChosenModel or dict
            What `best` takes, or a model.
        sweeps, recording
            As in `simulate`.
        axes : matplotlib Axes, or a sequence of them
            Where to draw, one for every sweep; None: a figure is made.

        Returns
        -------
        ndarray of matplotlib Axes, shape (n_sweep,)
        """
        from pyneuronautofit.library.results.drawing import draw_responses  # noqa: PLC0415 (slow to load)

        chosen = self.best(model) if isinstance(model, str) else model
        return draw_responses(self.simulate(chosen, sweeps=sweeps, recording=recording), axes)

    def plot_course(self, axes: Axes | None = None) -> Axes:
        """Draw the smallest sum of every mode so far, relative to the first, by evaluations.

        Parameters
        ----------
        axes : matplotlib Axes
            Where to draw; None: a figure is made.
        """
        from pyneuronautofit.library.results.drawing import draw_course  # noqa: PLC0415 (slow to load)

        with self._reader() as stored:
            return draw_course(follow(stored), self._codes, axes)

    def report(self, path: Path | str | None = None, *, traces: bool = True) -> Path:
        """Write an HTML report, one file that needs nothing else.

        Parameters
        ----------
        path : path
            Where to; None: beside the run.
        traces : bool
            Whether models are simulated again for it.

        Returns
        -------
        Path
            The file.
        """
        beside = self._path.with_name(f"{self.stamp}-report.html")
        written = beside if path is None else Path(path)
        with self._reader() as stored:
            write_report(written, stored, traces=traces, project=self._project)
        return written

    def __repr__(self) -> str:
        return f"Fit({self.stamp}: {self._summary()})"

    def _repr_html_(self) -> str:
        titles, listed = self._titles()
        models = [self._chosen(listed, place, title) for title, place in titles.items()]
        return table_of_models(f"{self.stamp}: {self._summary()}", self.units, models)

    # --- within

    def _summary(self) -> str:
        with self._reader() as stored:
            n_found, state = len(stored.archive()), state_of(stored).name
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
        )

    @contextlib.contextmanager
    def _reader(self) -> Iterator[RunReader]:
        with active_plugins(files=self._plugins), open_run(self._path) as stored:
            yield stored

    @contextlib.contextmanager
    def _opened(self) -> Iterator[OpenedFit]:
        with self._reader() as stored:
            opened = open_again(stored, self._project)
        with active_plugins(files=self._plugins):
            yield opened


def _rows(stored: RunReader, which: str) -> IntArray:
    if which == "all":
        return np.arange(stored.n_evaluation)
    archive = stored.archive()
    if which == "non-dominated":
        return archive
    return archive[:0] if stored.last is None else stored.last.population
