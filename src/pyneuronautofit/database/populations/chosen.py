"""The models of a run, of a run's file or of a database that a population is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.database.collected import Floors, Selection
from pyneuronautofit.database.database import Database, read_database
from pyneuronautofit.database.populations.points import (
    ModelPoints,
    coordinates_of,
    reach_of,
    searched,
)
from pyneuronautofit.errors import DatabaseError, RunError, UsageError
from pyneuronautofit.fitting.outcome.counted import mode_codes, weights_of
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.runs import RunReader, find_store, is_store, open_run
from pyneuronautofit.space import ParameterSpace, parse_parameters

_NO_CELL = "no target"


def chosen_of(name: str, selection: Selection) -> ModelPoints:
    """Return the chosen models of a source.

    Parameters
    ----------
    name
        A run's stamp, its store, or a file of models.
    selection
        Which of them; its distance is not looked at.

    Raises
    ------
    DatabaseError, RunError
        If there is no such source, or none of its models is chosen.
    UsageError
        If the selection does not fit.
    """
    store = _store_of(name)
    if store is None:
        return of_database(read_database(Path(name)), selection)
    with open_run(store) as run:
        return of_run(run, selection)


def of_run(run: RunReader, selection: Selection) -> ModelPoints:
    """Return the chosen models of a run; see `chosen_of`."""
    rows = selection.rows(run)
    found = run.evaluations(rows)
    markers, codes = np.array(run.header.markers), mode_codes(run)
    good = np.flatnonzero(np.isfinite(found.scores).all(axis=1))
    rows, found = rows[good], found.take(good)
    declared = parse_parameters(run.header.parameters)
    columns = searched(declared)
    parameters = tuple(declared[k] for k in columns)
    low, high = reach_of(declared)
    values = found.parameters[:, columns]
    return _not_empty(
        ModelPoints(
            parameters=parameters,
            coordinates=coordinates_of(parameters, values, rows, run.path.stem),
            low=low[columns],
            high=high[columns],
            sources=(run.path.stem,),
            source=np.zeros(len(rows), dtype=np.int64),
            numbers=rows,
            cells=(run.header.target,),
            cell=np.zeros(len(rows), dtype=np.int64),
            sums={code: found.scores[:, markers == code].sum(axis=1) for code in codes},
            totals=weighted_sums(found.scores, weights_of(run)),
        ),
        selection,
        "" if len(rows) else selection.least(run),
    )


def of_database(database: Database, selection: Selection) -> ModelPoints:
    """Return the chosen models of a database or of a run's file; see `chosen_of`."""
    declared = database.space()
    columns = searched(declared)
    if not columns:
        raise DatabaseError(
            f"{database.path}: its header declares no searched parameters; expected under "
            '"parameters" a list of [name, scale, low, high]'
        )
    database.require_complete()
    stored = database.stored
    parameters = tuple(declared[k] for k in columns)
    low, high = reach_of(declared)
    numbers = np.array([model.number for model in stored.models], dtype=np.int64)
    values = stored.values_for(ParameterSpace(declared))[:, columns]
    names = [model.target or _NO_CELL for model in stored.models]
    listed = [name for name in database.content.get("targets") or [] if name in names]
    cells = tuple(dict.fromkeys([*listed, *names]))
    points = ModelPoints(
        parameters=parameters,
        coordinates=coordinates_of(parameters, values, numbers, str(database.path)),
        low=low[columns],
        high=high[columns],
        sources=(database.path.name,),
        source=np.zeros(len(numbers), dtype=np.int64),
        numbers=numbers,
        cells=cells,
        cell=np.array([cells.index(name) for name in names], dtype=np.int64),
        sums=_sums(database),
        totals=_weighted(database),
    )
    return _not_empty(points.take(_rows(points, database, selection)), selection)


def is_run(name: str) -> bool:
    """Tell whether a source is a run, and not a file of models."""
    return _store_of(name) is not None


def _store_of(name: str) -> Path | None:
    """Return the store of a run; None where a file of models is meant."""
    path = Path(name)
    if path.is_file():
        return path if is_store(path) else None
    try:
        return find_store(name, Path.cwd())
    except RunError as error:
        raise RunError(f"{error}; or the path of a model database") from error


def _not_empty(points: ModelPoints, selection: Selection, least: str = "") -> ModelPoints:
    if not len(points):
        raise DatabaseError(
            f"no model of {points.sources[0]} is {selection.name}{least and f' ({least})'}. Choose "
            "larger thresholds"
        )
    return points


def _rows(points: ModelPoints, database: Database, selection: Selection) -> IntArray:
    """Return which models of a file are chosen; without a choice all of them."""
    passing = np.ones(len(points), dtype=bool)
    for code, limit in selection.thresholds.items():
        if isinstance(limit, Floors):
            raise UsageError(
                f"--max {code}={limit}: {database.path} is a file of models, and a noise floor is "
                "known of a run alone: give the runs themselves, or a number"
            )
        if code not in points.sums:
            raise UsageError(
                f"--max {code}={limit:g}: {database.path} has no scores of the mode {code}"
                + (
                    f"; its modes are {quoted(points.sums)}"
                    if points.sums
                    else ", as it does not say which number is of which mode; give the runs "
                    "themselves, or their -final.json"
                )
            )
        passing &= points.sums[code] <= limit
    rows = np.flatnonzero(passing)
    if selection.best is None:
        return rows
    if not np.isfinite(points.totals).any():
        raise UsageError(
            f"--best {selection.best}: the models of {database.path} have no weighted-fitness, so "
            "nobody knows which are the best; give the runs themselves"
        )
    rows = rows[np.isfinite(points.totals[rows])]
    return rows[np.argsort(points.totals[rows], kind="stable")[: selection.best]]


def _sums(database: Database) -> Mapping[str, FloatArray]:
    """Return the sums of every mode, where the file says which number is of which."""
    markers: Json = database.content.get("markers")
    if not isinstance(markers, list) or not all(isinstance(each, str) for each in markers):
        return {}
    scores = [record.get("fitness") for record in database.records]
    rows = [_numbers(each, len(markers)) for each in scores]
    found = np.array(rows, dtype=np.float64).reshape(len(rows), len(markers))
    of = np.array(markers)
    return {code: found[:, of == code].sum(axis=1) for code in dict.fromkeys(markers)}


def _numbers(value: Json, n: int) -> list[float]:
    """Return the numbers of a fitness vector; nan where it has none."""
    values = value if isinstance(value, list) and len(value) == n else [None] * n
    return [_number(each) for each in values]


def _weighted(database: Database) -> FloatArray:
    values = [record.get("weighted-fitness") for record in database.records]
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: Json) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else float("nan")
