"""Where models settle without current: the initial states from which other tools begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import Json
from pyneuronautofit.database.database import Database
from pyneuronautofit.database.journal import Journal
from pyneuronautofit.database.models import StoredModels
from pyneuronautofit.database.probing import ask_each
from pyneuronautofit.probes.tests import Probe, Probed, Rest
from pyneuronautofit.simulators import RunStatus

#: The key of a model's record that says what is wrong with its `init`; there only where needed.
NOTE = "init-note"

# A voltage that moves by less than this in the last second has settled, for every purpose that
# an initial state has: published values are compared to 1e-4 mV.
SETTLED_MV = 1e-4
_LAST = 1000  # samples of a millisecond


@dataclass(frozen=True)
class RestResult:
    """What was found about one model.

    Attributes
    ----------
    number
        Its id.
    init
        The voltage of every section at the end, mV; None where the simulation failed.
    note
        "" for a model at rest; else how it moves, or why it failed.
    status
        How its simulation ended: the name of a `RunStatus`.
    """

    number: int
    init: Mapping[str, float] | None
    note: str
    status: str


def describe_motion(rest: Rest) -> str:
    """Return how a model moves at the end of a long rest; "" where it does not.

    It rests if it does not fire and the voltage of the last second stays within `SETTLED_MV`.
    Otherwise it oscillates if it turns around, and drifts if it goes one way.
    """
    watched = rest.watched_mV
    seconds = len(watched) / 1000.0
    spikes = int(((watched[1:] > 0) & (watched[:-1] <= 0)).sum())
    if spikes:
        return f"it fires without current: {spikes} spike(s) in the last {seconds:g} s"
    last = watched[-_LAST:]
    moved_mV = float(np.ptp(last))
    if moved_mV <= SETTLED_MV:
        return ""
    # Over the whole of the watched time: a slow wave may go one way for a second.
    steps = np.diff(watched)
    turns = int((np.diff(np.sign(steps[np.abs(steps) > SETTLED_MV / _LAST])) != 0).sum())
    if turns:
        return (
            f"its voltage oscillates: {moved_mV:.3g} mV from peak to peak in the last second, "
            f"{turns / 2 / seconds:.3g} Hz"
        )
    drift_mV = float(last[-1] - last[0])
    return f"its voltage still drifts: {drift_mV:+.3g} mV in the last second"


def find_rest(
    stored: StoredModels, probe: Probe, journal: Journal, initial_mV: list[dict[str, float]]
) -> Iterator[RestResult]:
    """Find the resting state of models and yield each as it is finished.

    Parameters
    ----------
    probe
        Built for a `RestTest`.
    journal
        What was finished before an interruption.
    initial_mV
        For every model the voltages to begin with; empty: the test's.
    """

    def evaluate(probed: Probed) -> Json:
        if probed.answer is None:
            note = f"the simulation failed: {probed.status.value}: {probed.message}"
            return {"init": None, "note": note, "status": probed.status.name}
        rest: Rest = probed.answer
        note = describe_motion(rest)
        return {"init": dict(rest.final_mV), "note": note, "status": RunStatus.OK.name}

    for finding in ask_each(probe, stored, evaluate, journal, initial_mV):
        yield RestResult(number=stored.models[finding.place].number, **finding.result)


def with_rest(database: Database, results: list[RestResult]) -> Database:
    """Return the database with `init` and `id` in every model of which there is a result.

    A model whose simulation failed keeps what it had; its `init-note` says why. So does that of a
    model which was not at rest.
    """
    by_number = {result.number: result for result in results}
    records = [
        _with_init(record, by_number.get(model.number))
        for model, record in zip(database.stored.models, database.records, strict=True)
    ]
    return database.with_records(records)


def _with_init(record: dict[str, Json], result: RestResult | None) -> dict[str, Json]:
    if result is None:
        return record
    changed = {**record, "id": result.number}
    if result.init is not None:
        changed["init"] = dict(result.init)
    changed.pop(NOTE, None)
    return {**changed, NOTE: result.note} if result.note else changed
