"""Asking a question about every model of a database: once, and not again after an interruption."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyneuronautofit._types import Json
from pyneuronautofit.database.journal import Journal
from pyneuronautofit.database.models import StoredModels
from pyneuronautofit.probes.tests import Probe, Probed

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """What was found about one model.

    Attributes
    ----------
    place
        Its place among the models.
    result
        What was made of its simulation: numbers and texts, as JSON holds them.
    """

    place: int
    result: Json


def ask_each(
    probe: Probe,
    stored: StoredModels,
    evaluate: Callable[[Probed], Json],
    journal: Journal,
    initial_mV: Sequence[Mapping[str, float]] = (),
) -> Iterator[Finding]:
    """Simulate all models that the journal does not know, and keep what was made of them.

    Parameters
    ----------
    evaluate
        Makes a result of a simulation, also of one that failed.
    initial_mV
        As `Probe.stream` takes them.

    Raises
    ------
    ModelError
        If the cell lacks what is needed.
    """
    beginnings = list(initial_mV) or [{}] * len(stored.models)
    pairs = zip(stored.models, beginnings, strict=True)
    keys = [journal.key([dict(model.parameters), dict(begin)]) for model, begin in pairs]
    rest = [place for place, key in enumerate(keys) if journal.find(key) is None]
    table = stored.table().rows(rest)
    begins = [beginnings[place] for place in rest]
    if rest:
        # A wrong name should be found before the first long simulation.
        probe.check(table, begins)
    known = sorted(set(range(len(keys))) - set(rest))
    if known:
        _log.info(
            "%d of %d models were finished before an interruption (%s)",
            len(known), len(keys), journal.path, extra={"notice": True},
        )  # fmt: skip
    for place in known:
        yield Finding(place, journal.find(keys[place]))
    for probed in probe.stream(table, begins):
        place = rest[probed.candidate]
        result = evaluate(probed)
        journal.keep(keys[place], result)
        yield Finding(place, result)
