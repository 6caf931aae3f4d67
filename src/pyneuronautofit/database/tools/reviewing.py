"""Models over their recordings, as figures for a person to judge.

Simulation is quicker than drawing, so figures are drawn by processes of their own, some at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.database.database import Database
from pyneuronautofit.database.journal import Journal
from pyneuronautofit.database.models import StoredModels
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.reduction import Downsampler, reduce_traces
from pyneuronautofit.plots import save_sweeps
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import RunStatus, Simulator, available_cores
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool

_TIME_LIMIT_S = 600.0
_DRAWINGS_PER_WORKER = 100


@dataclass(frozen=True)
class Subject:
    """A model, and what stands above its figure.

    Attributes
    ----------
    number
        Its id.
    heading
        Its target, source, selection.
    paths
        The files that its figure is written to; none: it is shown.
    """

    number: int
    heading: str
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class ReviewBench:
    """What all models of one recording share.

    Attributes
    ----------
    target
        The recording that models are compared with.
    titles
        One per sweep.
    simulator
        Simulates all sweeps of the recording.
    downsampler
        Reduces traces to the target's samples; or None.
    """

    target: Recording
    titles: tuple[str, ...]
    simulator: Simulator
    downsampler: Downsampler | None


@dataclass(frozen=True)
class Reviewed:
    """What became of a model's figure: "" in `problem`, or why there is none."""

    number: int
    problem: str


@dataclass(frozen=True)
class _Drawing:
    paths: tuple[Path, ...]
    recorded_mV: FloatArray
    model_mV: FloatArray
    step_ms: float
    titles: tuple[str, ...]
    heading: str


def paths_of(patterns: Sequence[str], number: int) -> tuple[Path, ...]:
    """Return the files of a model: `{}` of every pattern is its id."""
    return tuple(Path(pattern.replace("{}", str(number))) for pattern in patterns)


def check_patterns(patterns: Sequence[str], n_model: int) -> None:
    """Raise UsageError if figures of several models would be written to one file."""
    for pattern in patterns:
        if n_model > 1 and "{}" not in pattern:
            raise UsageError(
                f"{pattern}: {n_model} figures would be written to this one file; put {{}} where "
                "the id of the model is to stand, as in model-{}.png"
            )


def heading_of(database: Database, place: int, recording: str) -> str:
    """Return what stands above a model's figure."""
    record = database.records[place]
    number = database.stored.models[place].number
    parts = [f"model {number}", f"target {recording}"]
    sources, source = database.content.get("sources"), record.get("src")
    if isinstance(source, int) and isinstance(sources, list) and 0 <= source < len(sources):
        parts.append(f"source {sources[source]}")
    if record.get("selection") is not None:
        parts.append(f"selection {record['selection']}")
    return "   ".join(parts)


def sweep_titles(target: Recording, window: StimulusWindow) -> tuple[str, ...]:
    """Return a title for every sweep: its number, and its mean current within the stimulus."""
    current_pA = target.current_pA[:, window.first : window.last + 1].mean(axis=1)
    pairs = zip(target.numbers, current_pA, strict=True)
    return tuple(f"sweep {number}: {mean:.0f} pA" for number, mean in pairs)


def review(
    bench: ReviewBench,
    stored: StoredModels,
    subjects: Sequence[Subject],
    journal: Journal | None,
    n_worker: int | None = None,
) -> Iterator[Reviewed]:
    """Simulate models and draw each over the recording; yields them as they are finished.

    Parameters
    ----------
    stored, subjects
        The models, in the same order.
    journal
        Knows what was drawn before an interruption; None where figures are shown.
    n_worker
        Number of drawing processes; None: one per available core.
    """
    keys = [
        journal.key([dict(model.parameters), each.heading, list(map(str, each.paths))])
        if journal is not None
        else ""
        for model, each in zip(stored.models, subjects, strict=True)
    ]
    rest = [place for place, key in enumerate(keys) if not _is_drawn(journal, key, subjects[place])]
    for place in sorted(set(range(len(keys))) - set(rest)):
        yield Reviewed(subjects[place].number, "")
    if not rest:
        return
    chosen = replace(stored, models=tuple(stored.models[place] for place in rest))
    table = chosen.table()
    bench.simulator.check(table)
    pool = _drawers(n_worker) if journal is not None else None
    try:
        for block in bench.simulator.stream(table):
            drawings: list[_Drawing] = []
            places: list[int] = []
            for row, candidate in enumerate(block.candidates.tolist()):
                place = rest[candidate]
                status = block.traces.status[row]
                if status is not RunStatus.OK:
                    message = f"{status.value}: {block.traces.messages[row]}"
                    yield Reviewed(subjects[place].number, message)
                    continue
                drawings.append(_drawing(bench, subjects[place], block.traces.voltage_mV[row]))
                places.append(place)
            for done, problem in _draw(pool, drawings):
                place = places[done]
                if journal is not None and not problem:
                    journal.keep(keys[place], "drawn")
                yield Reviewed(subjects[place].number, problem)
    finally:
        if pool is not None:
            pool.close()


def _is_drawn(journal: Journal | None, key: str, subject: Subject) -> bool:
    known: Json = None if journal is None else journal.find(key)
    return known is not None and all(path.exists() for path in subject.paths)


def _drawing(bench: ReviewBench, subject: Subject, voltage_mV: FloatArray) -> _Drawing:
    reduced = reduce_traces(voltage_mV[None], bench.downsampler)[0]
    return _Drawing(
        subject.paths,
        bench.target.voltage_mV,
        np.asarray(reduced),
        bench.target.step_ms,
        bench.titles,
        subject.heading,
    )


def _draw(pool: WorkerPool | None, drawings: Sequence[_Drawing]) -> Iterator[tuple[int, str]]:
    if pool is None:
        for place, drawing in enumerate(drawings):
            _save(drawing)
            yield place, ""
        return
    for outcome in pool.map(drawings):
        ok = outcome.status is RunStatus.OK
        yield outcome.task, "" if ok else f"the figure cannot be drawn: {outcome.message}"


def _drawers(n_worker: int | None) -> WorkerPool:
    number = n_worker or available_cores()
    return WorkerPool(Job(_make_drawer, None), number, _TIME_LIMIT_S, _DRAWINGS_PER_WORKER)


def _make_drawer(_setup: None) -> Callable[[_Drawing], None]:
    """Return what draws, in a worker process."""
    return _save


def _save(drawing: _Drawing) -> None:
    save_sweeps(
        drawing.paths,
        drawing.recorded_mV,
        drawing.model_mV,
        step_ms=drawing.step_ms,
        titles=drawing.titles,
        heading=drawing.heading,
    )
