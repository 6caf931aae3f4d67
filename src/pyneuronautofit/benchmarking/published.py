"""The built-in cell's published models as a regression: what was published is found again.

A published database has for every model its resting voltages (`init`) and, for mixes of AMPA and
NMDA, the smallest conductance of a synapse that makes it fire (`gsynmin`). Both are found anew by
the tools that find them for any database.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyneuronautofit._types import Json
from pyneuronautofit.database import Database, Journal, StoredModels, read_database
from pyneuronautofit.database.journal import model_digest
from pyneuronautofit.database.tools.resting import find_rest
from pyneuronautofit.database.tools.synapses import KEY, find_thresholds
from pyneuronautofit.errors import UsageError
from pyneuronautofit.models import CellSource, load_model
from pyneuronautofit.probes.preferred import PreferredProbe
from pyneuronautofit.probes.tests import RestTest, SynapseTest

#: How the values were made that are published: temperatures, step, and the grid of conductances.
REST_DEGC, SYNAPSE_DEGC, DT_MS = 36.0, 35.0, 0.025
HIGHEST_US, ACCURACY_US = 0.4, 1e-4
#: What counts as found again: resting voltages, and conductances, which lie on a grid.
REST_TOLERANCE_MV, SYNAPSE_TOLERANCE_US = 1e-4, 1e-9
#: Models with --quick: enough to notice that something has changed.
QUICK_MODELS = 3


@dataclass(frozen=True)
class PublishedValue:
    """A published value beside the one that was found.

    Attributes
    ----------
    quantity
        `rest` (mV) or `synapse` (uS).
    model
        The number of the model.
    place
        The section, or the mix (from -1, AMPA alone, to 1, NMDA alone).
    published, found
        None: there is none.
    """

    quantity: str
    model: int
    place: str
    published: float | None
    found: float | None

    @property
    def difference(self) -> float:
        """How far they are apart; inf where one of them alone is there."""
        if self.published is None or self.found is None:
            return 0.0 if self.published is self.found else math.inf
        return abs(self.published - self.found)

    @property
    def agrees(self) -> bool:
        """Whether the published value is found again."""
        most = REST_TOLERANCE_MV if self.quantity == "rest" else SYNAPSE_TOLERANCE_US
        return self.difference <= most


@dataclass(frozen=True)
class PublishedModels:
    """A published database, as far as it is to be found again.

    Attributes
    ----------
    database
    stored
        The models.
    initial_mV
        Their published resting voltages: section -> mV.
    balances
        The mixes of AMPA and NMDA that are asked for, from -1 to 1.
    gsynmin
        Model by model the published conductances of these mixes, uS.
    """

    database: Database
    stored: StoredModels
    initial_mV: Sequence[Mapping[str, float]]
    balances: tuple[float, ...]
    gsynmin: Sequence[Sequence[float | None]]


def read_published(path: Path, *, quick: bool) -> PublishedModels:
    """Read a published database.

    Raises
    ------
    PyNeuronAutofitError
        If it is none, or no model of it has what is to be found again.
    """
    database = read_database(path)
    balances = [value for value in database.content.get(KEY) or [] if value is not None]
    records, stored, initial = database.records, database.stored, database.initial_mV()
    chosen = [
        place
        for place, record in enumerate(records)
        if initial[place] and len(record.get(KEY) or ()) >= len(balances) > 0
    ]
    if not chosen:
        raise UsageError(
            f"--database {path}: expected models with init and {KEY}, as a published database has "
            f"them, found {len(records)} without. Give another file, or leave the flag out"
        )
    chosen = chosen[:QUICK_MODELS] if quick else chosen
    # The ends and the middle: AMPA alone, as much of both, NMDA alone.
    places = sorted({0, len(balances) // 2, len(balances) - 1})
    return PublishedModels(
        database,
        replace(stored, models=tuple(stored.models[place] for place in chosen)),
        [initial[place] for place in chosen],
        tuple(float(balances[place]) for place in places),
        [[_number(records[row][KEY][place]) for place in places] for row in chosen],
    )


def find_again(published: PublishedModels, output: Path, n_worker: int) -> Iterator[PublishedValue]:
    """Find the published values of the built-in cell's models anew; yield each.

    Parameters
    ----------
    output
        Beside it is kept what has been found, so that an interrupted search goes on.
    """
    # Its folder has no project file, so that this is the built-in cell.
    source = load_model(None, output.parent).cell_source
    yield from _rests(published, source, output, n_worker)
    yield from _thresholds(published, source, output, n_worker)


def _rests(
    published: PublishedModels, source: CellSource, output: Path, n_worker: int
) -> Iterator[PublishedValue]:
    test = RestTest(REST_DEGC, DT_MS)
    journal = Journal(output, "benchmark rest", repr(test), model_digest(source))
    by_number = dict(_numbered(published, published.initial_mV))
    with PreferredProbe(source, test, n_worker) as probe:
        for found in find_rest(published.stored, probe, journal, []):
            for name, value in by_number[found.number].items():
                now = None if found.init is None else found.init.get(name)
                yield PublishedValue("rest", found.number, name, value, now)


def _thresholds(
    published: PublishedModels, source: CellSource, output: Path, n_worker: int
) -> Iterator[PublishedValue]:
    mixes = tuple(((1.0 - b) / 2.0, (1.0 + b) / 2.0) for b in published.balances)
    test = SynapseTest(mixes, SYNAPSE_DEGC, DT_MS, 0.0, HIGHEST_US, ACCURACY_US)
    journal = Journal(output, "benchmark synapse", repr(test), model_digest(source))
    by_number = dict(_numbered(published, published.gsynmin))
    with PreferredProbe(source, test, n_worker) as probe:
        for found in find_thresholds(
            published.stored, probe, journal, published.initial_mV, len(mixes)
        ):
            each = zip(published.balances, by_number[found.number], found.gsynmin, strict=True)
            for balance, value, now in each:
                yield PublishedValue("synapse", found.number, f"{balance:g}", value, now)


def _numbered(published: PublishedModels, values: Sequence[Json]) -> Iterator[tuple[int, Json]]:
    numbers = [model.number for model in published.stored.models]
    return zip(numbers, values, strict=True)


def _number(value: Json) -> float | None:
    return None if value is None else float(value)
