"""How long the tools for model databases simulate, and how near to NEURON and published values.

    python benchmarks/probes.py DATABASE [--models 24] [--mixes 41] [--workers 2] [--neuron]

Steps: what `check` simulates. Rest: what `search-init -T 36` does, from -76 mV, against the
published `init` of the database. Thresholds: what `search-synmin` does from that `init`, accuracy
1e-4 uS up to 0.4 uS, against its published `gsynmin`; fewer mixes are taken at equal distances.
Time is on the clock, kernels and worker processes included, compiled before. With --neuron steps
and rests are simulated by NEURON, too, and compared.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pyneuronautofit.database import read_database
from pyneuronautofit.database.tools.checking import step_test
from pyneuronautofit.models import CellSource, load_model
from pyneuronautofit.probes.batch.simulator import BatchProbe
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.pool import Test
from pyneuronautofit.probes.tests import Probed, RestTest, SynapseTest
from pyneuronautofit.space import ParameterTable

N_PUBLISHED = 41


def timed(
    kind: Any, source: CellSource, test: Test, table: ParameterTable, initial: Any, *, n_worker: int
) -> tuple[float, list[Probed]]:
    """Return the seconds that a probe takes, and its answers in the order of the models."""
    with kind(source, test, n_worker) as probe:
        probe.check(table, initial)
    began = time.monotonic()
    with kind(source, test, n_worker) as probe:
        found = sorted(probe.stream(table, initial), key=lambda each: each.candidate)
    seconds = time.monotonic() - began
    failed = [each for each in found if each.answer is None]
    if failed:
        raise SystemExit(f"{len(failed)} models failed: {failed[0].message}")
    return seconds, found


def thresholds(args: argparse.Namespace, source: CellSource, database: Any) -> None:
    """Print how long the search takes, and how many values are the published ones."""
    places = np.unique(np.linspace(0, N_PUBLISHED - 1, args.mixes).round().astype(int))
    ampa, nmda = np.linspace(1.0, 0.0, N_PUBLISHED), np.linspace(0.0, 1.0, N_PUBLISHED)
    mixes = tuple((float(ampa[k]), float(nmda[k])) for k in places)
    test = SynapseTest(mixes, 35.0, 0.025, 0.0, 0.4, 1e-4)
    table = database.stored.table().rows(list(range(args.models)))
    initial = database.initial_mV()[: args.models]
    seconds, found = timed(BatchProbe, source, test, table, initial, n_worker=args.workers)
    answers = [threshold for each in found for threshold in each.answer.thresholds]
    published = [database.records[each.candidate]["gsynmin"][k] for each in found for k in places]
    same = [
        t.conductance_uS == g
        or (None not in (t.conductance_uS, g) and abs(t.conductance_uS - g) < 1e-9)
        for t, g in zip(answers, published, strict=True)
    ]
    print(
        f"thresholds: {seconds:.1f} s, {sum(t.n_trial for t in answers)} trials; "
        f"{sum(same)} of {len(same)} values as published, "
        f"{sum(bool(t.silent_above_uS) for t in answers)} not monotone"
    )


def steps(args: argparse.Namespace, source: CellSource, table: ParameterTable) -> None:
    """Print how long `check` simulates."""
    test = step_test(35.0, 0.025)
    seconds, found = timed(BatchProbe, source, test, table, (), n_worker=args.workers)
    print(f"steps: {seconds:.1f} s")
    if args.neuron:
        seconds, reference = timed(NeuronProbe, source, test, table, (), n_worker=args.workers)
        pairs = [(a.answer.voltage_mV, b.answer.voltage_mV) for a, b in zip(found, reference)]
        worst = max(float(np.abs(a - b).max()) for a, b in pairs)
        print(f"steps, NEURON: {seconds:.1f} s; voltages differ by {worst:.2g} mV at the most")


def rests(
    args: argparse.Namespace, source: CellSource, table: ParameterTable, database: Any
) -> None:
    """Print how long `search-init` simulates, and how near it comes to published values."""
    test = RestTest(36.0, 0.025)
    for kind in (BatchProbe, NeuronProbe)[: 2 if args.neuron else 1]:
        seconds, found = timed(kind, source, test, table, (), n_worker=args.workers)
        worst = max(
            abs(each.answer.final_mV[name] - value)
            for each in found
            for name, value in database.records[each.candidate]["init"].items()
        )
        print(f"rest, {kind.__name__}: {seconds:.1f} s; init differs by {worst:.2g} mV at the most")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--models", type=int, default=24)
    parser.add_argument("--mixes", type=int, default=N_PUBLISHED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--neuron", action="store_true")
    args = parser.parse_args()
    database = read_database(args.database)
    table = database.stored.table().rows(list(range(args.models)))
    with TemporaryDirectory() as folder:
        source = load_model(None, Path(folder)).cell_source
    steps(args, source, table)
    rests(args, source, table, database)
    thresholds(args, source, database)


if __name__ == "__main__":
    main()
