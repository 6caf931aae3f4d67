"""The numbers that the page's script draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.fitting.outcome.counted import mode_codes
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.choice import Listed
from pyneuronautofit.report.findings.course import SearchCourse
from pyneuronautofit.report.findings.responses import ShownResponses
from pyneuronautofit.report.findings.spread import (
    PRESSING_PART,
    Spread,
    bounds_of,
    in_units,
    space_of,
)
from pyneuronautofit.report.findings.thinning import STEP_MV
from pyneuronautofit.report.findings.units import (
    mode_title,
    mode_unit,
    units_of_parameters,
)
from pyneuronautofit.runs import column_names
from pyneuronautofit.space import ParameterSpace

# Evaluations in the background of the scatter.
_MOST_POINTS = 2000


def chart_data(content: Content) -> Json:
    """Return everything that is drawn; numpy arrays are lists, nan is null."""
    run, space = content.run, space_of(content.run)
    names, labels = column_names(run)
    return {
        "modes": mode_list(mode_codes(run)),
        "course": {**_course(content.course, labels), "markers": run.header.markers},
        "models": _models(content.listed, space),
        "paths": [[path.text for path in parameter.targets] for parameter in space.parameters],
        "scales": [parameter.scale.code for parameter in space.parameters],
        "near": PRESSING_PART,
        "parameter_units": units_of_parameters(run),
        "sample": _sample(content.course.sums),
        "spreads": [_spread(spread, names) for spread in content.spreads],
        "responses": _responses(content.responses),
    }


def mode_list(codes: Sequence[str]) -> list[dict[str, str]]:
    """Return what the script calls every mode."""
    return [{"code": c, "title": mode_title(c), "unit": mode_unit(c)} for c in codes]


def _course(course: SearchCourse, labels: Sequence[str]) -> Json:
    by_mode = ("best", "population_best", "population_median")
    return {
        "generation": course.generation,
        "evaluations": course.n_evaluation,
        **{name: _columns(rounded(getattr(course, name))) for name in by_mode},
        "scalar_best": rounded(course.scalar_best),
        "scalar_median": rounded(course.scalar_median),
        "hypervolume": rounded(course.hypervolume),
        "weights": _columns(rounded(course.weights, 4)),
        "components": labels,
    }


def _models(listed: Listed, space: ParameterSpace) -> Json:
    rows, coordinates = listed.rows.tolist(), listed.evaluations.coordinates
    return {
        "row": rows,
        "sums": rounded(listed.sums),
        "population": [row in listed.in_population for row in rows],
        "archive": [row in listed.in_archive for row in rows],
        "title": {str(place): title for place, title in listed.titles.items()},
        # All digits: somebody may go on with them.
        "parameters": np.ascontiguousarray(listed.evaluations.parameters),
        "unit": rounded(in_units(space, coordinates), 4),
        "bounds": _moving_bounds(space, coordinates),
    }


def _moving_bounds(space: ParameterSpace, coordinates: FloatArray) -> Json:
    """Return column -> bounds of every model, of columns whose bounds are others' values."""
    moving = [
        column
        for column, parameter in enumerate(space.parameters)
        if not (isinstance(parameter.low, float) and isinstance(parameter.high, float))
    ]
    if not moving or not len(coordinates):
        return {}
    low, high = bounds_of(space, coordinates)
    return {str(k): {"low": rounded(low[:, k]), "high": rounded(high[:, k])} for k in moving}


def _sample(sums: FloatArray) -> FloatArray:
    """Return some of all evaluations that succeeded, evenly chosen."""
    good = sums[np.isfinite(sums).all(axis=1)]
    chosen = np.linspace(0, len(good) - 1, min(len(good), _MOST_POINTS)).round()
    return rounded(good[chosen.astype(np.int64)], 4)


def _spread(spread: Spread, names: Sequence[str]) -> Mapping[str, Json]:
    low, high = spread.bounds
    return {
        "name": names[spread.column],
        "column": spread.column,
        "scale": spread.parameter.scale.code,
        "low": low,
        "high": high,
        "points": rounded(spread.points, 3),
        "quartiles": rounded(spread.quartiles, 4),
        "pressing": spread.pressing,
    }


def _responses(found: tuple[ShownResponses, ...] | str) -> Json:
    return [] if isinstance(found, str) else [_on_recording(each) for each in found]


def _on_recording(found: ShownResponses) -> Json:
    return {
        "recording": found.recording,
        "held": [sweep in found.held_out for sweep in found.sweeps],
        "models": found.models,
        "sweeps": found.sweeps,
        "current": rounded(found.current_pA, 4),
        "count": found.counts,
        "rate": rounded(found.rates_Hz, 4),
        "latency": rounded(found.latency_ms, 5),
        "stimulus": found.stimulus_ms,
        "duration": found.n_sample * found.step_ms,
        "step": found.step_ms,
        "bin": found.traces.n_bin,
        "shape": found.traces.voltage_mV.shape,
        "unit": STEP_MV,
        "voltage": found.traces.text,
    }


def rounded(values: FloatArray, digits: int = 6) -> FloatArray:
    """Return numbers with so many digits: charts show no more, and text takes room."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        exponent = np.floor(np.log10(np.abs(values)))
        scale = 10.0 ** (digits - 1 - np.where(np.isfinite(exponent), exponent, 0.0))
        result = np.rint(values * scale) / scale
    return np.ascontiguousarray(np.where(np.isfinite(result), result, values))


def _columns(values: FloatArray) -> FloatArray:
    """Return a list for every column."""
    return np.ascontiguousarray(values.T)
