"""How strong a synapse has to be to make a model fire, for mixes of AMPA and NMDA."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.database.database import Database
from pyneuronautofit.database.journal import Journal
from pyneuronautofit.database.models import StoredModels
from pyneuronautofit.database.probing import ask_each
from pyneuronautofit.errors import UsageError
from pyneuronautofit.probes.tests import Probe, Probed, SynapseThresholds
from pyneuronautofit.simulators import RunStatus

#: The key of the conductances in a model, and of the mixes in the header.
KEY = "gsynmin"

_MOST_NAMED = 6
# Mixes that are closer are the same: they were computed in another order.
_SAME = 1e-9


@dataclass(frozen=True)
class SynminResult:
    """What was found about one model.

    Attributes
    ----------
    number
        Its id.
    gsynmin
        For every mix the smallest conductance that fires, uS; None where there is none.
    reasons
        For every mix why there is none; "" where there is one.
    silent
        For every mix the tried conductances above the smallest that did not fire, uS.
    settled
        Whether the model was at rest when the events arrived.
    status, message
        How its simulation ended: the name of a `RunStatus`, and what was wrong. A model that could
        not be simulated has no conductances at all.
    """

    number: int
    gsynmin: tuple[float | None, ...]
    reasons: tuple[str, ...]
    silent: tuple[tuple[float, ...], ...]
    settled: bool
    status: str
    message: str

    @property
    def failed(self) -> bool:
        """Whether the model could not be simulated."""
        return self.status != RunStatus.OK.name


def pair_shares(ampa: Sequence[float], nmda: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Return the mixes (AMPA, NMDA): the first of one with the first of the other, and so on.

    Raises
    ------
    UsageError
        If there are more of one than of the other, or a mix has neither.
    """
    if len(ampa) != len(nmda):
        raise UsageError(
            f"-A has {len(ampa)} value(s) of AMPA and -N {len(nmda)} of NMDA, which are paired: "
            "give as many of both"
        )
    mixes = tuple(zip(ampa, nmda, strict=True))
    for place, mix in enumerate(mixes, 1):
        if sum(mix) <= 0.0:
            raise UsageError(f"mix {place} of -A and -N has neither AMPA nor NMDA: both are 0")
    return mixes


def balance(mixes: Iterable[tuple[float, float]]) -> list[float]:
    """Return what the header says of mixes: -1 is AMPA alone, 1 is NMDA alone."""
    return [(nmda - ampa) / (nmda + ampa) for ampa, nmda in mixes]


def same_mixes(database: Database, balances: Sequence[float]) -> bool:
    """Return whether the database's conductances are for these mixes."""
    known = [value for value in database.content.get(KEY) or [] if value is not None]
    return len(known) == len(balances) and all(
        abs(one - other) <= _SAME for one, other in zip(known, balances, strict=True)
    )


def require_same_mixes(database: Database, balances: Sequence[float], number: int) -> None:
    """Raise UsageError if other models than one have conductances that are for other mixes."""
    if same_mixes(database, balances):
        return
    pairs = zip(database.stored.models, database.records, strict=True)
    others = [str(model.number) for model, record in pairs if record.get(KEY)]
    others = [other for other in others if other != str(number)]
    if others:
        raise UsageError(
            f"-n {number}: in {database.path} other models ({quoted(others, _MOST_NAMED)}) have "
            f"{KEY} for other mixes of AMPA and NMDA, and one list of mixes stands for all. Give "
            "the same -A and -N, leave out -n, or take the model out first with select"
        )


def find_thresholds(
    stored: StoredModels,
    probe: Probe,
    journal: Journal,
    initial_mV: Sequence[Mapping[str, float]],
    n_mix: int,
) -> Iterator[SynminResult]:
    """Find the smallest conductances of models and yield each model as it is finished.

    Parameters
    ----------
    probe
        Built for a `SynapseTest`.
    journal
        What was finished before an interruption.
    initial_mV
        For every model the voltages to begin with.
    n_mix
        Mixes of the test.
    """

    def evaluate(probed: Probed) -> Json:
        if probed.answer is None:
            nothing = {"gsynmin": [None] * n_mix, "reasons": [""] * n_mix, "silent": [[]] * n_mix}
            message = f"{probed.status.value}: {probed.message}"
            return {**nothing, "settled": True, "status": probed.status.name, "message": message}
        answer: SynapseThresholds = probed.answer
        return {
            "gsynmin": [each.conductance_uS for each in answer.thresholds],
            "reasons": [each.reason for each in answer.thresholds],
            "silent": [list(each.silent_above_uS) for each in answer.thresholds],
            "settled": answer.settled,
            "status": RunStatus.OK.name,
            "message": "",
        }

    for finding in ask_each(probe, stored, evaluate, journal, initial_mV):
        yield _from_json(stored.models[finding.place].number, finding.result)


def _from_json(number: int, found: Mapping[str, Json]) -> SynminResult:
    return SynminResult(
        number,
        tuple(found["gsynmin"]),
        tuple(found["reasons"]),
        tuple(tuple(each) for each in found["silent"]),
        settled=found["settled"],
        status=found["status"],
        message=found["message"],
    )


def with_thresholds(
    database: Database, balances: Sequence[float], results: Iterable[SynminResult]
) -> Database:
    """Return the database with `gsynmin` in the models that were searched, and in the header.

    A model that could not be simulated keeps what it had, but not if that was for other mixes.
    """
    by_number = {result.number: result for result in results}
    same = same_mixes(database, balances)
    records = [
        _with_gsynmin(record, by_number.get(model.number), keep=same)
        for model, record in zip(database.stored.models, database.records, strict=True)
    ]
    header = {} if same else {KEY: list(balances)}
    return database.with_records(records, **header)


def _with_gsynmin(
    record: dict[str, Json], result: SynminResult | None, *, keep: bool
) -> dict[str, Json]:
    if result is None or (result.failed and keep):
        return record
    return {**record, KEY: None if result.failed else list(result.gsynmin)}


def remarks(result: SynminResult, balances: Sequence[float]) -> list[str]:
    """Return what has to be said about a model: what failed, and what is not as it should be."""
    if result.failed:
        return [f"the simulation failed: {result.message}"]
    said = [
        f"{reason} for {_mixes(balances, [r == reason for r in result.reasons])}"
        for reason in dict.fromkeys(result.reasons)
        if reason
    ]
    wavering = [bool(silent) for silent in result.silent]
    if any(wavering):
        place = wavering.index(True)
        shown = quoted([f"{each:.6g}" for each in result.silent[place]], _MOST_NAMED)
        said.append(
            f"firing is not monotone for {_mixes(balances, wavering)}: with {balances[place]:g} it "
            f"does not fire at {shown} uS, but at less"
        )
    if not result.settled:
        said.append("it was not quite at rest when the events arrived")
    return said


def _mixes(balances: Sequence[float], chosen: Sequence[bool]) -> str:
    named = [f"{value:g}" for value, each in zip(balances, chosen, strict=True) if each]
    if len(named) == len(balances):
        return "any mix"
    return f"the mix {named[0]}" if len(named) == 1 else f"the mixes {quoted(named, _MOST_NAMED)}"
