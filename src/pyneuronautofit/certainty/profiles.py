"""Profiles: how good models can be for every value of one parameter, all others fitted again.

The equations are those of docs/certainty.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.directions import covariance_of, information
from pyneuronautofit.certainty.findings import FindScale, values_at
from pyneuronautofit.certainty.refitting import ENOUGH, Refit, Refitting
from pyneuronautofit.certainty.scales import ResidualScale
from pyneuronautofit.certainty.settling import PART_OF_MOVE, settled
from pyneuronautofit.errors import UsageError
from pyneuronautofit.space.parameter import BoundReference

#: What the sum of squares may rise by: quantiles of chi-square with one degree of freedom (eq. 8).
THRESHOLD_68, THRESHOLD_95 = 1.0, 3.841459
# A profile reaches so many standard deviations to both sides, and farther, by this part of what it
# has, as long as it is below the threshold, so many times.
_REACH, _FARTHER, _MOST_TIMES = 3.0, 0.25, 8
_N_CROSSED = 3


@dataclass(frozen=True)
class ProfilePoint:
    """The best that there is for one value of the parameter.

    Attributes
    ----------
    value
        The parameter's.
    at
        The same as a part of its range.
    rise
        By how much the sum of squares over its variance is above the least of the profile.
    parameters : FloatArray, shape (n_param,), model values
        All of the model's.
    """

    value: float
    at: float
    rise: float
    parameters: FloatArray


@dataclass(frozen=True)
class Profile:
    """How good models can be for every value of one parameter.

    Attributes
    ----------
    name
        The parameter's.
    points
        In the order of its values.
    best
        Which of them is the least.
    scale
        The variance of a residual.
    bounds
        The parameter's bounds.
    start
        Its value before anything was fitted again.
    start_rise
        By how much the sum of squares over its variance was above the least then; inf where that
        model cannot be simulated any more.
    names
        Of all parameters.
    complete
        False where it was interrupted.
    n_evaluation
        How many candidates were simulated for it.
    """

    name: str
    points: tuple[ProfilePoint, ...]
    best: int
    scale: ResidualScale
    bounds: tuple[float, float]
    start: float
    start_rise: float
    names: tuple[str, ...]
    complete: bool
    n_evaluation: int

    def interval(self, threshold: float = THRESHOLD_95) -> tuple[float | None, float | None]:
        """Return between which values the profile is below a threshold; None: it has no such end.

        Where it crosses between two points, the root of the rise is taken to be straight there.
        """
        rises = np.sqrt(np.maximum([point.rise for point in self.points], 0.0))
        values = np.array([point.value for point in self.points])
        limit = float(np.sqrt(threshold))
        below = _crossing(values[self.best :: -1], rises[self.best :: -1], limit)
        above = _crossing(values[self.best :], rises[self.best :], limit)
        return below, above

    def as_json(self) -> dict[str, Json]:
        """Return everything in types that JSON has."""
        return {
            "parameter": self.name,
            "complete": self.complete,
            "best": self.points[self.best].value,
            "start": self.start,
            "start_rise": self.start_rise if isfinite(self.start_rise) else None,
            "interval_68": list(self.interval(THRESHOLD_68)),
            "interval_95": list(self.interval(THRESHOLD_95)),
            "threshold_68": THRESHOLD_68,
            "threshold_95": THRESHOLD_95,
            "bounds": list(self.bounds),
            "scale": {"variance": self.scale.variance, "source": self.scale.source},
            "points": [
                {
                    "value": point.value,
                    "rise": point.rise,
                    "parameters": dict(zip(self.names, point.parameters.tolist(), strict=True)),
                }
                for point in self.points
            ],
            "evaluations": self.n_evaluation,
        }


def _crossing(values: FloatArray, rises: FloatArray, limit: float) -> float | None:
    """Return where a curve first passes a limit, from its minimum on outwards; None: nowhere."""
    above = np.flatnonzero(rises > limit)
    if not len(above):
        return None
    k = int(above[0])
    if k == 0:
        return float(values[0])
    part = (limit - rises[k - 1]) / (rises[k] - rises[k - 1])
    return float(values[k - 1] + part * (values[k] - values[k - 1]))


@dataclass(frozen=True)
class ProfileTask:
    """What is to be found.

    Attributes
    ----------
    inquiry
        What is asked.
    column
        The parameter's.
    x : FloatArray, shape (n_param,), search coordinates
        The model to begin with.
    n_point
        How many values there are, at first.
    between
        The first and the last value; None: as far as the profile is interesting.
    scale
        The variance of a residual, or what finds it; None: from what the model misses.
    """

    inquiry: Inquiry
    column: int
    x: FloatArray
    n_point: int = 21
    between: tuple[float, float] | None = None
    scale: ResidualScale | FindScale | None = None


def column_of(inquiry: Inquiry, name: str) -> int:
    """Return the column of a parameter that can be scanned, by its name or by a unique part of it.

    Raises
    ------
    UsageError
        If there is no such parameter, or it cannot be scanned.
    """
    space = inquiry.space
    targets = {
        path.text: column
        for column, parameter in enumerate(space.parameters)
        for path in parameter.targets
    }
    parts = [column for text, column in targets.items() if name and name in text]
    if name in targets:
        column = targets[name]
    elif len(set(parts)) == 1:
        column = parts[0]
    else:
        among = [text for text in targets if name and name in text]
        like = nearest(name, targets)
        hint = f"it may be {quoted(among)}" if among else f"did you mean {like}?" if like else ""
        raise UsageError(
            f"{name!r:.80} is none of the searched parameters: {hint or quoted(targets, 40)}"
        )
    parameter = space.parameters[column]
    if not space.continuous[column]:
        raise UsageError(
            f"{parameter.name} is {'constant' if space.fixed[column] else 'a whole number'}: "
            "expected a parameter that can be moved a little"
        )
    if any(isinstance(bound, BoundReference) for bound in (parameter.low, parameter.high)):
        raise UsageError(
            f"{parameter.name} has another parameter's value as a bound, so its range moves while "
            "the others are fitted: it cannot be held; scan that other one"
        )
    return column


def scan(task: ProfileTask) -> Iterator[Profile]:
    """Yield the profile as far as it is known, again and again; the last one is complete.

    First the model is fitted again with all parameters. From there the parameter is held at one
    value after the other, to both sides at once, each beginning with what its neighbour found. In
    the end each is tried with what its neighbours on both sides found.
    """
    yield from _Scan(task).course()


class _Scan:
    """One scan, as far as it is."""

    def __init__(self, task: ProfileTask) -> None:
        self._task = task
        inquiry, self._column = task.inquiry, task.column
        self._inquiry = inquiry
        self._before = inquiry.count.n_asked
        free = inquiry.space.continuous
        begin = settled(inquiry, task.x, task.scale)
        best, slopes, scale = begin.point, begin.slopes, begin.scale
        moves = PART_OF_MOVE * slopes.moves
        self._scale = scale
        variance = max(scale.variance, 1e-12)
        held = np.flatnonzero(free) == self._column
        moved = free.copy()
        moved[self._column] = False
        self._fit = Refitting(inquiry, moved, moves[~held], variance)
        self._begun = float(self._fit.square(inquiry.residuals(task.x[None]))[0])
        covariance = covariance_of(information([slopes.jacobian], variance))
        self._deviation = float(np.sqrt(covariance[held, held][0]))
        # The slopes of all but the parameter's are a beginning for all points.
        weights = np.where(inquiry.rows.fine > 0, inquiry.rows.fine, 1.0)[:, None]
        first = np.ascontiguousarray(slopes.jacobian[:, ~held] / weights)
        self._points = {float(best.unit[self._column]): replace(best, jacobian=first)}
        self._middle = float(best.unit[self._column])

    def course(self) -> Iterator[Profile]:
        yield self._profile()
        below, above = self._values()
        while below or above:
            self._extend(below[:1], above[:1])
            below, above = below[1:], above[1:]
            yield self._profile()
        for _time in range(_MOST_TIMES if self._task.between is None else 0):
            below, above = self._beyond()
            if not below and not above:
                break
            self._extend(below, above)
            yield self._profile()
        for _time in range(_N_CROSSED):
            if not self._crossed():
                break
            yield self._profile()
        yield replace(self._profile(), complete=True)

    def _values(self) -> tuple[list[float], list[float]]:
        """Return where the parameter is held, below and above the best, from there outwards."""
        task, middle = self._task, self._middle
        if task.between is None:
            low = max(middle - _REACH * self._deviation, 0.0)
            high = min(middle + _REACH * self._deviation, 1.0)
        else:
            low, high = sorted(self._unit_of(value) for value in task.between)
        grid = np.linspace(low, high, task.n_point).tolist()
        self._step = (high - low) / max(task.n_point - 1, 1)
        # The best one may be one of them, but for rounding.
        apart = 1e-6 * max(self._step, 1e-9)
        return (
            [value for value in grid[::-1] if value < middle - apart],
            [value for value in grid if value > middle + apart],
        )

    def _unit_of(self, value: float) -> float:
        space, column = self._inquiry.space, self._column
        values = space.to_model(self._task.x[None]).values
        low, high = sorted(self._bounds())
        if not low <= value <= high:
            raise UsageError(
                f"--range {value:g}: {space.names[column]} is searched between {low:g} and "
                f"{high:g}, and is not scanned beyond"
            )
        values[0, column] = value
        return float(space.to_unit(space.from_model(values))[0, column])

    def _bounds(self) -> tuple[float, float]:
        unit = self._inquiry.space.to_unit(self._task.x[None])[0]
        low, high = values_at(self._inquiry, unit, self._column, np.array([0.0, 1.0]))
        return low, high

    def _extend(self, below: Sequence[float], above: Sequence[float]) -> None:
        """Fit the points at these values, from those that are next to them."""
        wanted = [*below, *above]
        neighbours = [min(self._points)] * len(below) + [max(self._points)] * len(above)
        self._refit(wanted, [self._points[near] for near in neighbours])

    def _refit(self, values: Sequence[float], starts: Sequence[Refit]) -> None:
        """Keep what fits at values from these starts lead to, where it is better."""
        units = np.stack([start.unit for start in starts])
        units[:, self._column] = values
        points = self._fit.begin(units, [start.jacobian for start in starts])
        for value, point, start in zip(values, self._fit.fitted(points), starts, strict=True):
            known = self._points.get(value)
            jacobian = point.jacobian if len(point.jacobian) else start.jacobian
            if known is None or self._squares([point])[0] < self._squares([known])[0]:
                self._points[value] = replace(point, jacobian=jacobian)

    def _squares(self, points: Sequence[Refit]) -> FloatArray:
        return self._fit.square(np.stack([point.residuals for point in points]))

    def _beyond(self) -> tuple[list[float], list[float]]:
        """Return where a profile goes on that has not passed the threshold, on each side."""
        profile = self._profile()
        first, last = profile.points[0], profile.points[-1]
        step = max(self._step, _FARTHER * (last.at - first.at))
        below = first.rise <= THRESHOLD_95 and first.at > 0.0
        above = last.rise <= THRESHOLD_95 and last.at < 1.0
        return (
            [max(first.at - step, 0.0)] if below else [],
            [min(last.at + step, 1.0)] if above else [],
        )

    def _crossed(self) -> bool:
        """Try every point with what its neighbours found; tell whether that has helped anywhere."""
        order = sorted(self._points)
        tasks = [
            (value, near)
            for k, value in enumerate(order)
            for near in (*order[max(k - 1, 0) : k], *order[k + 1 : k + 2])
        ]
        if not tasks:
            return False
        units = np.stack([self._points[near].unit for _value, near in tasks])
        units[:, self._column] = [value for value, _near in tasks]
        squares = self._fit.square(self._inquiry.at_units(units))
        own = dict(zip(order, self._squares([self._points[v] for v in order]), strict=True))
        better = [
            (value, self._points[near])
            for (value, near), square in zip(tasks, squares.tolist(), strict=True)
            if square < own[value] - ENOUGH
        ]
        if better:
            self._refit([value for value, _start in better], [start for _value, start in better])
        return bool(better)

    def _profile(self) -> Profile:
        order = sorted(self._points)
        squares = self._squares([self._points[value] for value in order])
        least = float(squares.min())
        space = self._inquiry.space
        units = np.stack([self._points[value].unit for value in order])
        parameters = space.to_model(space.from_unit(units)).values
        points = tuple(
            ProfilePoint(float(row[self._column]), at, float(square - least), row)
            for at, row, square in zip(order, parameters, squares.tolist(), strict=True)
        )
        before = space.to_model(self._task.x[None]).values[0, self._column]
        return Profile(
            name=space.names[self._column],
            points=points,
            best=int(np.argmin(squares)),
            scale=self._scale,
            bounds=self._bounds(),
            start=float(before),
            start_rise=self._begun - least,
            names=space.names,
            complete=False,
            n_evaluation=self._inquiry.count.n_asked - self._before,
        )


#: Called with the profile so far.
OnProfile = Callable[[Profile], None]
