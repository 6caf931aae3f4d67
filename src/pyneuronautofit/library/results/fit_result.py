"""What a fit has found: a view of its store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit.certainty import MISFIT, N_POINT, opened_exactly
from pyneuronautofit.database.populations.families import LEAST_MODELS
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import OpenedFit, open_again
from pyneuronautofit.library.keywords import OTHERWISE, as_options, refuse_otherwise, resumable
from pyneuronautofit.library.paths import page_path
from pyneuronautofit.library.results.certain import (
    FitCertainty,
    FitProfile,
    find_certainty,
    find_profile,
    rows_of,
)
from pyneuronautofit.library.results.given_models import matrix_of
from pyneuronautofit.library.results.populations import ModelPopulation, population_of_sources
from pyneuronautofit.library.results.responses import Scores, SimulatedSweeps, give, score, simulate
from pyneuronautofit.library.results.stored_fit import StoredFit
from pyneuronautofit.library.results.summing_up import summary_of
from pyneuronautofit.library.running import resume_run
from pyneuronautofit.optimisers.polish.distinct import DISTINCT
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.report import write_report
from pyneuronautofit.report.findings.course import follow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How modes say that their components have none.
_NO_UNIT = "1"
_WHICH = ("non-dominated", "population", "all")


class Fit(StoredFit):
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

    def summary(self) -> str:
        """Return what the command says in the end, as text; print it.

        The best models of every kind, in brackets their scores under NEURON's fixed step; how many
        distinct models there are; how the best does on held-out sweeps; and what somebody should
        know about how the search went. The best models are simulated for it.
        """
        with self._reader() as stored:
            opened = open_again(stored, self._project)
            with opened.problem.opened():
                return summary_of(stored, opened)

    def certainty(self, models: Any = None, *, scale: str | float = MISFIT) -> FitCertainty:
        """Find out how well the data fix the parameters.

        Parameters
        ----------
        models : ChosenModel, int, or a sequence of them
            Models of the fit, or numbers of evaluations; None: the best one, and distinct ones that
            are about as good.
        scale : str or float
            "misfit": what the models miss; "noise": the noise of the recording; or the variance of
            a weighted residual.

        Returns
        -------
        FitCertainty
            Print it; it has `to_dataframe()` and `plot()`.
        """
        with self._reader() as stored:
            rows = None if models is None else rows_of(stored, models, "certainty")
            with opened_exactly(stored, self._project, rows=rows) as problem:
                return find_certainty(stored, problem, rows, scale)

    def profile(
        self,
        parameter: str,
        *,
        model: Any = None,
        points: int = 21,
        between: tuple[float, float] | None = None,
        scale: str | float = MISFIT,
    ) -> FitProfile:
        """Hold a parameter at one value after the other, and fit all others again.

        Parameters
        ----------
        parameter : str
            Its name, or a part of it that no other has.
        model : ChosenModel or int
            What to begin with; None: the model with the least weighted sum.
        points : int
            How many values there are, at first.
        between : two floats
            The first and the last value; None: as far as the fit is not much worse.
        scale : str or float
            As of `certainty`.

        Returns
        -------
        FitProfile
            Print it; it has `to_dataframe()` and `plot()`.
        """
        if not isinstance(parameter, str):
            raise UsageError(f"profile({parameter!r:.60}): expected the name of a parameter")
        low, high = N_POINT
        if not isinstance(points, int) or not low <= points <= high:
            raise UsageError(f"points={points!r:.60}: expected a whole number, {low} to {high}")
        with self._reader() as stored:
            rows = None if model is None else rows_of(stored, model, "profile")[:1]
            with opened_exactly(stored, self._project, rows=rows) as problem:
                return find_profile(
                    stored,
                    problem,
                    parameter,
                    row=None if rows is None else rows[0],
                    n_point=points,
                    between=between,
                    scale=scale,
                )

    def apply(self, model: Any, cell: Any, *, recording: str | None = None) -> None:
        """Give a cell of NEURON the parameters of a model, in every place that they set.

        Parameters
        ----------
        model : ChosenModel, dict, ...
            One model; see `evaluate`.
        cell
            An instance of the cell class. Its `setcable()` is called in the end.
        recording : str
            Where several cells were fitted, the name of a recording of the one that is meant.

        Raises
        ------
        ModelError
            If the cell lacks a place.
        """
        parameters = matrix_of(model, self._names)
        if len(parameters) != 1:
            raise UsageError(f"apply: expected one model, found {len(parameters)}")
        with self._opened() as opened:
            give(cell, opened, parameters, recording)

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

    def population(
        self,
        *others: Fit | Path | str,
        limits: Mapping[str, float | str] | None = None,
        best: int | None = None,
        distance: float = DISTINCT,
        least: int = LEAST_MODELS,
        measure: str | None = None,
        levels: Sequence[float] = (),
    ) -> ModelPopulation:
        """Return how many distinct models there are, and in which families.

        Parameters
        ----------
        *others : Fit or path
            Further fits, runs' stores, or model databases of the same model.
        limits : mapping of str to float or str
            Mode -> the largest sum of its components, or "2floor" for two noise floors of each
            run: which models are good; None: the non-dominated ones.
        best : int
            So many of each, those of the least weighted sum.
        distance : float
            Distinct models are so far apart: the root mean square over the parameters, each of its
            range.
        least : int
            How many models a family has.
        measure : str
            The mode by whose sum models are better or worse; None: that of `limits` where that
            names one, else the weighted sum.
        levels : sequence of float
            Up to which sums distinct models are counted.

        Raises
        ------
        UsageError
            If there is no such mode.
        PyNeuronAutofitError
            If no model is good, or the sources have different parameters.
        """
        sources = [each.path if isinstance(each, Fit) else each for each in (self, *others)]
        return population_of_sources(
            sources,
            limits=limits,
            best=best,
            distance=distance,
            least=least,
            measure=measure,
            levels=levels,
        )

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
        written = beside if path is None else page_path(path)
        with self._reader() as stored:
            write_report(written, stored, traces=traces, project=self._project)
        return written

    @contextlib.contextmanager
    def _opened(self) -> Iterator[OpenedFit]:
        with self._reader() as stored:
            opened = open_again(stored, self._project)
        with active_plugins(files=self._plugins):
            yield opened
