"""Scans: one parameter is held at one value after the other, and all others are fitted again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.directions import covariance_of, information
from pyneuronautofit.certainty.findings import values_at
from pyneuronautofit.certainty.profiling.profile import (
    THRESHOLD_68,
    THRESHOLD_95,
    Profile,
    ProfilePoint,
    bracket,
)
from pyneuronautofit.certainty.profiling.starts import FitStart, starts_at
from pyneuronautofit.certainty.refitting import ENOUGH, Refit, Refitting
from pyneuronautofit.certainty.scales import ResidualScale
from pyneuronautofit.certainty.settling import PART_OF_MOVE, settled
from pyneuronautofit.certainty.slopes import FindScale
from pyneuronautofit.errors import UsageError
from pyneuronautofit.space.parameter import BoundReference

#: How many values there may be: each is a fit.
N_POINT = (3, 1001)
# A profile reaches so many standard deviations to both sides, and farther, by this part of what it
# has, as long as it is below the threshold, so many times.
_REACH, _FARTHER, _MOST_TIMES = 3.0, 0.25, 8
_N_CROSSED = 4
# An interval's end is known well enough from a point that is so near to it, as a part of the
# interval or of the root of the rise; else there is another point between the two that are beside
# it, so many times, at least by this part away from either.
_WELL_KNOWN, _N_FINER, _LEAST_PART = 0.03, 6, 0.35


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
        self._tangent = np.zeros(len(free))
        self._tangent[free] = covariance[:, held][:, 0] / covariance[held, held]
        # Humps of which it was tried already.
        self._tried: set[float] = set()
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
        yield from self._compared()
        for _time in range(_N_FINER):
            finer = self._finer()
            if not finer:
                break
            self._extend(finer, [])
            yield self._profile()
            yield from self._compared()
        yield replace(self._profile(), complete=True)

    def _compared(self) -> Iterator[Profile]:
        """Compare points with their neighbours, as long as it helps."""
        for _time in range(_N_CROSSED):
            if not self._crossed():
                break
            yield self._profile()

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
                f"--between {value:g}: {space.names[column]} is searched between {low:g} and "
                f"{high:g}, and is not scanned beyond"
            )
        values[0, column] = value
        return float(space.to_unit(space.from_model(values))[0, column])

    def _bounds(self) -> tuple[float, float]:
        unit = self._inquiry.space.to_unit(self._task.x[None])[0]
        low, high = values_at(self._inquiry, unit, self._column, np.array([0.0, 1.0]))
        return low, high

    def _extend(self, below: Sequence[float], above: Sequence[float]) -> None:
        """Fit the points at these values, from what is known beside them."""
        wanted = [*below, *above]
        if wanted:
            self._refit(wanted, self._best_starts(wanted)[0])

    def _best_starts(self, values: Sequence[float]) -> tuple[list[FitStart], FloatArray]:
        """Return the best start of those that the others suggest for each value, and its square."""
        known = {at: point.unit for at, point in self._points.items()}
        asked = []
        for value in values:
            others = {at: unit for at, unit in known.items() if at != value}
            asked.append(starts_at(value, others, self._column, self._tangent))
        units = np.stack([start.unit for starts in asked for start in starts])
        squares = self._fit.square(self._inquiry.at_units(units))
        best, least, begin = [], [], 0
        for starts in asked:
            own = squares[begin : begin + len(starts)]
            best.append(starts[int(np.argmin(own))])
            least.append(float(own.min()))
            begin += len(starts)
        return best, np.array(least)

    def _refit(self, values: Sequence[float], starts: Sequence[FitStart]) -> None:
        """Keep what fits at values from these starts lead to, where it is better."""
        slopes = [self._points[start.near].jacobian for start in starts]
        points = self._fit.begin(np.stack([start.unit for start in starts]), slopes)
        for value, point, slope in zip(values, self._fit.fitted(points), slopes, strict=True):
            known = self._points.get(value)
            jacobian = point.jacobian if len(point.jacobian) else slope
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
        """Try every point with what the others found; tell whether that has helped anywhere."""
        order = sorted(self._points)
        if len(order) < 2:
            return False
        starts, squares = self._best_starts(order)
        before = self._squares([self._points[value] for value in order])
        humps = {point.at for point in self._profile().humps} - self._tried
        self._tried |= humps
        chosen = [
            k for k, value in enumerate(order) if squares[k] < before[k] - ENOUGH or value in humps
        ]
        if chosen:
            self._refit([order[k] for k in chosen], [starts[k] for k in chosen])
        after = self._squares([self._points[value] for value in order])
        return bool((after < before - ENOUGH).any())

    def _finer(self) -> list[float]:
        """Return where another point would say better where an interval ends."""
        profile, wanted = self._profile(), []
        for limit in (THRESHOLD_95, THRESHOLD_68):
            for side in profile.sides:
                inner, outer = bracket(side, limit)
                if inner is None or outer is None:
                    continue
                low, high = np.sqrt([max(inner.rise, 0.0), outer.rise])
                width, reach = abs(outer.at - inner.at), abs(outer.at - side[0].at)
                near = min(np.sqrt(limit) - low, high - np.sqrt(limit))
                if width > _WELL_KNOWN * reach and near > _WELL_KNOWN * np.sqrt(limit):
                    part = (np.sqrt(limit) - low) / (high - low) if np.isfinite(high) else 0.5
                    part = float(np.clip(part, _LEAST_PART, 1.0 - _LEAST_PART))
                    wanted.append(inner.at + part * (outer.at - inner.at))
        return sorted(set(wanted) - set(self._points))

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
