"""What is asked about the models of a run."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.certainty.asking import Inquiry, inquiry_of
from pyneuronautofit.certainty.choosing import good_rows
from pyneuronautofit.certainty.findings import Certainty, find_certainty
from pyneuronautofit.certainty.noise import noise_scale
from pyneuronautofit.certainty.profiling.profile import Profile
from pyneuronautofit.certainty.profiling.scanning import ProfileTask, column_of, scan
from pyneuronautofit.certainty.scales import ResidualScale
from pyneuronautofit.certainty.settling import settled
from pyneuronautofit.certainty.slopes import FindScale
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import (
    Problem,
    check_files,
    known_config,
    open_fit,
    working_directory_of,
)
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.runs import RunReader
from pyneuronautofit.simulators import RunStatus, finer_tolerances

#: What the scale may be found from.
MISFIT, NOISE = "misfit", "noise"
# A model is worse by its steps if its sum is so many times as large, and this much more.
_WORSE, _WORSE_BY = 1.5, 0.02
_HANGS_ON_STEPS = (
    "evaluation %d: its weighted sum was %.3g in the search, and is %.3g with the finer steps that "
    "are taken here: it hangs on their length, and is fitted again first"
)
_log = logging.getLogger(__name__)
OnDone = Callable[[int, int], None]


@contextlib.contextmanager
def opened_exactly(
    run: RunReader,
    project: str | None = None,
    *,
    rows: Sequence[int] | None = None,
    n_worker: int | None = None,
) -> Iterator[Problem]:
    """Yield what a run was made from, open, with simulations that are as little rough as can be.

    Adaptive steps have a tolerance a hundred times as small, or ten times where models would need
    more steps than the integrator takes; all numbers have double precision. Slopes are differences
    of simulations that are nearly the same: what usual steps leave would be a large part of them.

    Parameters
    ----------
    project
        The project file, or its folder, where the user has named it himself.
    rows
        The models that it is for; None: the best ones.

    Raises
    ------
    NotAgreedError
        If what would be executed lies where the user has not said that he works.
    PyNeuronAutofitError
        If the recording or the model is gone, or another one than it was.
    """
    config = known_config(run, {} if project is None else {"project": project})
    config = replace(config, precision="double", n_worker=n_worker or config.n_worker)
    usual = None if config.adaptive is None else config.adaptive.tolerance_mV
    for tolerance in [usual] if usual is None else [*finer_tolerances(usual), usual]:
        opened = open_fit(replace(config, tolerance_mV=tolerance), working_directory_of(run))
        check_files(run, opened)
        problem = opened.problem
        with problem.opened():
            chosen = good_rows(run, problem.space, problem.weights) if rows is None else rows
            found = problem.evaluate(run.evaluations(list(chosen)).coordinates)
            if tolerance == usual or RunStatus.TOO_MANY_STEPS not in found.status:
                yield problem
                return


def certainty_of(
    run: RunReader,
    problem: Problem,
    rows: Sequence[int] | None = None,
    scale: str | float = MISFIT,
    on_done: OnDone | None = None,
    *,
    most: int | None = None,
) -> Certainty:
    """Find out how well the data fix the parameters of a run's models.

    Parameters
    ----------
    problem
        The run's; its simulators are open.
    rows
        The evaluations; None: the best one, and distinct ones that are about as good.
    scale
        See `scale_from`.
    most
        How many models there are at most, where they are chosen here.
    """
    wanted = scale_from(scale, problem)
    if rows is None:
        more = {} if most is None else {"most": most}
        rows = good_rows(run, problem.space, problem.weights, **more).tolist()
    inquiry = inquiry_of(problem, on_done)
    x = _as_good_as_before(run, problem, inquiry, list(rows))
    return find_certainty(
        inquiry, x, list(rows), wanted, partial(noise_scale, problem), settle=True
    )


def _as_good_as_before(
    run: RunReader, problem: Problem, inquiry: Inquiry, rows: Sequence[int]
) -> FloatArray:
    """Return models, (n_model, n_param), search coordinates; some of them fitted again.

    Those are that are worse with the steps that are taken here than with the search's.
    """
    stored = run.evaluations(rows)
    found = problem.evaluate(stored.coordinates)
    before, now = (weighted_sums(e.scores, problem.weights).tolist() for e in (stored, found))
    x = stored.coordinates.copy()
    for place, row in enumerate(rows):
        if now[place] > _WORSE * before[place] + _WORSE_BY:
            _log.warning(_HANGS_ON_STEPS, row, before[place], now[place])
            point = settled(inquiry, x[place]).point
            x[place] = inquiry.space.from_unit(point.unit[None])[0]
    return x


def profile_of(
    run: RunReader,
    problem: Problem,
    parameter: str,
    *,
    row: int | None = None,
    n_point: int = 21,
    between: tuple[float, float] | None = None,
    scale: str | float = MISFIT,
    on_done: OnDone | None = None,
) -> Iterator[Profile]:
    """Yield a profile as far as it is known; the parameters are those of `ProfileTask`.

    Parameters
    ----------
    parameter
        Its name, or a part of it that no other has.
    row
        The evaluation to begin with; None: the best one.
    """
    wanted = scale_from(scale, problem)
    inquiry = inquiry_of(problem, on_done)
    column = column_of(inquiry, parameter)
    if row is None:
        row = int(good_rows(run, problem.space, problem.weights, 1)[0])
    (x,) = run.evaluations([row]).coordinates
    return scan(ProfileTask(inquiry, column, x, n_point, between, wanted))


def scale_from(word: str | float, problem: Problem) -> ResidualScale | FindScale | None:
    """Return the scale that a word means, or what finds it; None: from what models miss.

    Parameters
    ----------
    word
        `misfit`: from what the models miss; `noise`: from the recording's noise; or the variance of
        a residual.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    check_scale(word)
    if word == MISFIT:
        return None
    return partial(noise_scale, problem) if word == NOISE else ResidualScale(float(word), "given")


def check_scale(word: str | float) -> None:
    """Raise UsageError unless a word means a scale; see `scale_from`."""
    if word in (MISFIT, NOISE):
        return
    try:
        variance = float(word)
    except ValueError:
        variance = np.nan
    if not 0 < variance < np.inf:
        raise UsageError(
            f"--scale {word!s:.60}: expected {MISFIT} (what the models miss), {NOISE} (the noise "
            "of the recording), or a number above 0 (the variance of a weighted residual)"
        )
