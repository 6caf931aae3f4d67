"""Models out of runs' stores: one run's as a file of models, or the best of many as a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import BoolArray, FloatArray, IntArray, Json
from pyneuronautofit.database.joint import RunPart, parts_of
from pyneuronautofit.database.models import StoredModels, models_of
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting.outcome.counted import floor_of, weights_of
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.runs import (
    Evaluations,
    RunReader,
    final_models,
    find_store,
    is_store,
    numbers,
    open_run,
)
from pyneuronautofit.space import BoundReference, ParameterSpace
from pyneuronautofit.space.scales import FIXED, LOG10

# The class of the built-in model, and where a project file has its own.
_BUILT_IN = ("pyneuronautofit.models.thalamocortical.cell", "ThalamocorticalCell")
_OF_PROJECT = "fitmeneuron"


def read_run_models(run: str, folder: Path) -> StoredModels | None:
    """Return the population and the archive of a run's store; None if `run` means no store.

    Parameters
    ----------
    run
        A stamp, or the path of a store.
    folder
        Where a stamp is sought, and relative paths begin.

    Raises
    ------
    DatabaseError
        If the run has no models yet.
    """
    path = folder / run
    if path.is_file() and not is_store(path):
        return None
    if not path.is_file():
        try:
            path = find_store(run, folder)
        except RunError:
            return None
    with open_run(path) as opened:
        records = [record for models in final_models(opened) for record in models.records()]
        return models_of({**opened.header.as_json(), "final": records}, path)


@dataclass(frozen=True)
class Floors:
    """A threshold in units of a run's noise floor.

    Attributes
    ----------
    factor
        How many floors.
    """

    factor: float

    def of(self, run: RunReader, code: str) -> float:
        """Return what it is in the unit of a mode.

        Raises
        ------
        RunError
            If the run does not know its floor.
        """
        floor = floor_of(run)
        level = np.nan if floor is None else floor.modes.get(code, np.nan)
        if not np.isfinite(level):
            why = "; ".join(floor.notes) if floor else "it is of a version that did not measure it"
            raise RunError(
                f"--max {code}={self}: {run.path.stem} has no noise floor: {why}. Give a number"
            )
        return self.factor * float(level)

    def __str__(self) -> str:
        """Return it as --max takes it."""
        return "floor" if self.factor == 1 else f"{self.factor:g}floor"


@dataclass(frozen=True)
class Selection:
    """Which models of a run are collected.

    Attributes
    ----------
    thresholds
        Mode letter -> the largest sum of its components, or so many noise floors; with them every
        evaluation of a run is looked at.
    best
        So many of each run, those of the least scalar fitness; None: all.
    only_archive
        Only non-dominated ones, also where there are thresholds or a number.
    distance
        Of models that are nearer to each other than this the first is kept: the root mean square
        of the differences of their search coordinates, each divided by the parameter's range.
    """

    thresholds: Mapping[str, float | Floors] = field(default_factory=dict)
    best: int | None = None
    only_archive: bool = False
    distance: float = 0.001

    @property
    def name(self) -> str:
        """What a model's key `selection` says."""
        limits = ", ".join(f"{code} <= {_shown(value)}" for code, value in self.thresholds.items())
        parts = [limits] if limits else []
        parts += [] if self.best is None else [f"best {self.best}"]
        return "; ".join(parts) or "non-dominated"

    @property
    def everything(self) -> bool:
        """Whether all evaluations of a run are looked at, not the non-dominated ones alone."""
        return bool(self.thresholds or self.best is not None) and not self.only_archive

    def least(self, run: RunReader) -> str:
        """Say how near a run comes to the thresholds, each for itself; empty without any."""
        found = run.evaluations(np.arange(run.n_evaluation) if self.everything else run.archive())
        markers, said = np.array(run.header.markers), []
        for code, limit in self.thresholds.items():
            sums = found.scores[:, markers == code].sum(axis=1)
            if np.isfinite(sums).any():
                most = f" (at most {limit.of(run, code):.4g})" if isinstance(limit, Floors) else ""
                said.append(f"{code} {np.nanmin(sums):.4g}{most}")
        return f"the least of {run.path.stem}: {', '.join(said)}" if said else ""

    def rows(self, run: RunReader) -> IntArray:
        """Return the rows of the chosen evaluations of a run, the best first where that is known.

        Raises
        ------
        UsageError
            If it has no such mode.
        """
        rows = np.arange(run.n_evaluation) if self.everything else run.archive()
        found = run.evaluations(rows)
        fitness = _scalar_fitness(run, found)
        if fitness is None and self.best is not None:
            # What most searches minimise, and what any other can be asked for.
            fitness = weighted_sums(found.scores, weights_of(run))
        order = np.arange(len(rows)) if fitness is None else np.argsort(fitness, kind="stable")
        kept = order[self._passes(run, found)[order]]
        return np.asarray(rows[kept[: self.best]], dtype=np.int64)

    def _passes(self, run: RunReader, found: Evaluations) -> BoolArray:
        """Return which evaluations succeeded and are within the thresholds."""
        markers = np.array(run.header.markers)
        passing = np.isfinite(found.scores).all(axis=1)
        for code, limit in self.thresholds.items():
            if code not in run.header.markers:
                raise UsageError(
                    f"--max {code}={_shown(limit)}: {run.path.stem} was not evaluated by mode "
                    f"{code}; its modes are {quoted(dict.fromkeys(run.header.markers))}"
                )
            most = limit.of(run, code) if isinstance(limit, Floors) else limit
            passing &= found.scores[:, markers == code].sum(axis=1) <= most
        return np.asarray(passing)


@dataclass
class Collection:
    """A database in the making.

    Attributes
    ----------
    selection
        Which models are taken.
    records
        Those that are in it.
    n_near
        How many were left out because they are near to another one.
    missed
        Of every run without a chosen model, how near it comes to the thresholds, in words.
    """

    selection: Selection
    records: list[Json] = field(default_factory=list)
    n_near: int = 0
    missed: list[str] = field(default_factory=list)
    _targets: list[str] = field(default_factory=list)
    _sources: list[str] = field(default_factory=list)
    _evaluations: dict[str, Json] = field(default_factory=dict)
    _kept: dict[tuple[str, ...], FloatArray] = field(default_factory=dict)
    _head: dict[str, Json] | None = None
    _first: str = ""

    def add(self, run: RunReader) -> int:
        """Take the models of a run, and return how many that were.

        Raises
        ------
        RunError
            If they are of another cell than those of the first run.
        UsageError
            If the selection does not fit the run.
        """
        self._check_alike(run)
        rows = self.selection.rows(run)
        if not len(rows) and (least := self.selection.least(run)):
            self.missed.append(least)
        found = run.evaluations(rows)
        fitness = _scalar_fitness(run, found)
        space = ParameterSpace.from_rows(run.header.parameters, log_search=run.info.log_search)
        ranges = _ranges(space)
        scaled = found.coordinates / np.where(ranges > 0, ranges, np.inf)
        taken = self._far_apart(scaled, space.names)
        parts = parts_of(run)
        for place in taken:
            for part in parts:
                record = self._record(part, found, place)
                record["src"] = _place(run.path.name, self._sources)
                record["row"] = int(rows[place])
                if fitness is not None:
                    # Of a joint fit that of all cells.
                    record["weighted-fitness"] = float(fitness[place])
                self.records.append(record)
        self.n_near += (len(rows) - len(taken)) * len(parts)
        return len(taken) * len(parts)

    def _record(self, part: RunPart, found: Evaluations, place: int) -> dict[str, Json]:
        """Return what a model says about one cell."""
        names = [[path.text for path in parameter.targets] for parameter in part.space.parameters]
        values = zip(names, found.parameters[place][part.columns].tolist(), strict=True)
        return {
            "parameters": {name: value for same, value in values for name in same},
            "fitness": numbers(found.scores[place][part.components]),
            "target": _place(part.target, self._targets),
            "evaluation": self._evaluation(part.evaluation),
            **({"cell": part.cell} if part.cell else {}),
            "selection": self.selection.name,
            "id": len(self.records),
        }

    def content(self) -> dict[str, Json]:
        """Return the database."""
        return {
            **(self._head or {}),
            "targets": self._targets,
            "evaluations": self._evaluations,
            "sources": self._sources,
            "models": self.records,
            "discarded": [],
        }

    def _check_alike(self, run: RunReader) -> None:
        head = _head(run)
        if self._head is None:
            self._head, self._first = head, run.path.stem
        for key, value in head.items():
            if self._head[key] != value:
                shown = "" if key == "parameters" else f" ({self._head[key]!r} and {value!r})"
                raise RunError(
                    f"{self._first} and {run.path.stem} cannot be collected together: their {key} "
                    f"differ{shown}"
                )

    def _far_apart(self, scaled: FloatArray, names: tuple[str, ...]) -> list[int]:
        """Return which models have no nearer one among those that are kept, and keep them.

        Those of other parameters, the ones of a joint fit, cannot be near.
        """
        before = self._kept.get(names, scaled[:0])
        n_kept, taken = len(before), []
        kept = np.concatenate([before, scaled])
        for place, point in enumerate(scaled):
            nearest = np.sqrt(((kept[:n_kept] - point) ** 2).mean(axis=1)).min(initial=np.inf)
            if nearest >= self.selection.distance and nearest > 0:
                kept[n_kept] = point
                n_kept += 1
                taken.append(place)
        self._kept[names] = kept[:n_kept].copy()
        return taken

    def _evaluation(self, settings: Json) -> str:
        """Return the key of the evaluation's settings."""
        text = json.dumps(settings, sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:16].upper()
        self._evaluations[key] = settings
        return key


def _shown(limit: float | Floors) -> str:
    return str(limit) if isinstance(limit, Floors) else f"{limit:g}"


def _head(run: RunReader) -> dict[str, Json]:
    """Return what has to be the same in all runs of a database."""
    project = run.info.places["project"]
    module, cell = _BUILT_IN if project is None else (Path(project).stem, _OF_PROJECT)
    header = run.header
    return {
        "version": header.version,
        "module": module,
        "cell": cell,
        "temperature": header.temperature_degC,
        "setcable": "setcable",
        # Those of one cell, which are the same for all.
        "parameters": parts_of(run)[0].space.as_rows(),
        # Whoever reads the masks has to know how ranges are written.
        "program": header.program,
    }


def _scalar_fitness(run: RunReader, found: Evaluations) -> FloatArray | None:
    """Return the fitness under the last weights; None if the search has no weights."""
    weights = None if run.last is None else run.weights(run.last.number)
    return None if weights is None else weights.scalars(found.scores)


def _ranges(space: ParameterSpace) -> FloatArray:
    """Return how far search coordinates can be apart, shape (n_param,)."""
    reach: list[tuple[float, float]] = []
    ranges = []
    for parameter in space.parameters:
        ends = [
            end
            for bound in (parameter.low, parameter.high)
            for end in (reach[bound.column] if isinstance(bound, BoundReference) else (bound,))
        ]
        reach.append((min(ends), max(ends)))
        low, high = reach[-1]
        is_log = parameter.scale is LOG10 and space.log_search
        ranges.append(np.log10(high / low) if is_log else high - low)
        if parameter.scale is FIXED:
            ranges[-1] = 0.0
    return np.array(ranges)


def _place(value: str, values: list[str]) -> int:
    """Return where a value is in a list, to which it is added if it is new."""
    if value not in values:
        values.append(value)
    return values.index(value)
