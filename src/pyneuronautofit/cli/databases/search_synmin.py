"""`search-synmin DATABASE`: the smallest synaptic conductance that makes each model fire."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN, above, at_least, between
from pyneuronautofit._text import quoted
from pyneuronautofit._words import CHANGED, real, whole
from pyneuronautofit.cli.databases.check import check_folder
from pyneuronautofit.cli.databases.probing import ProbeOptions, build_probe, temperature_of, watched
from pyneuronautofit.cli.databases.shares import parse_shares
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_model import model_of
from pyneuronautofit.database import Database, Journal, StoredModels, read_database, write_added
from pyneuronautofit.database.journal import journal_path, model_digest
from pyneuronautofit.database.tools.synapses import (
    SynminResult,
    balance,
    find_thresholds,
    pair_shares,
    remarks,
    require_same_mixes,
    with_thresholds,
)
from pyneuronautofit.errors import ModelError, UsageError
from pyneuronautofit.fitting import option
from pyneuronautofit.plots import check_target, save_trial
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import SynapseTest
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.simulators.experiment import INITIAL_MV

DESCRIPTION = """Finds the smallest synaptic conductance that makes each model of a database fire.

Every model rests for 10 s, from the voltages of its `init` if it has one, else from -76 mV; then
one event arrives at a synapse of AMPA and NMDA receptors on the soma. The model has fired if the
soma rises above 0 mV within 5 s. For each mix of AMPA and NMDA the conductance is sought on 11
equally spaced values from -g to -G, between the first that fires and the one before it on 11 more,
and so on to the accuracy -a. Writes `gsynmin`; where there is none null, and the reason is listed.

-A and -N are paired: a number, a list, or first, last and how many, as (1, 0, 11) or
linspace(1,0,11).tolist(). With -X one trial is drawn instead, of the model -n and the single mix,
with the conductance -G."""

_MOST_NAMED = 12


@dataclass(frozen=True, kw_only=True)
class SearchSynminConfig(ProbeOptions):
    """A search for the smallest conductances."""

    number: int | None = option(
        None, "-n", "--model", group=MODEL, metavar="ID", parse=whole, help="this model only"
    )
    ampa: tuple[float, ...] = option(
        parse_shares("(1, 0, 11)"),
        "-A",
        "--ampa",
        group=MODEL,
        metavar="SHARES",
        parse=parse_shares,
        help="shares of AMPA, one for each mix (default: (1, 0, 11))",
    )
    nmda: tuple[float, ...] = option(
        parse_shares("(0, 1, 11)"),
        "-N",
        "--nmda",
        group=MODEL,
        metavar="SHARES",
        parse=parse_shares,
        help="shares of NMDA (default: (0, 1, 11))",
    )
    highest_uS: float = option(
        0.2,
        "-G",
        "--g-max",
        group=MODEL,
        metavar="US",
        parse=real,
        check=above(0.0),
        help="largest conductance, uS; with -X the conductance",
    )
    lowest_uS: float = option(
        0.0,
        "-g",
        "--g-min",
        group=MODEL,
        metavar="US",
        parse=real,
        check=at_least(0.0),
        help="smallest conductance, uS",
    )
    accuracy_uS: float = option(
        1e-3,
        "-a",
        "--accuracy",
        group=MODEL,
        metavar="US",
        parse=real,
        check=above(0.0),
        help="how close the last silent and the first firing conductance have to be, uS",
    )
    gabab_uS: float = option(
        0.0,
        "-B",
        "--gaba-b",
        group=MODEL,
        metavar="US",
        parse=real,
        check=at_least(0.0),
        help="conductance of GABA-B, which is open all the time, uS",
    )
    show: bool = option(
        False, "-X", "--show", group=RUN, help="draw one trial, of the model -n, instead"
    )
    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE",
        parse=CHANGED,
        help="where to write (default: in place), or with -X the figure (default: it is shown)",
    )
    # -n is the model here.
    n_worker: int | None = option(
        None,
        "-p",
        "--number-threads",
        group=RUN,
        metavar="NTH",
        parse=whole,
        check=between(1, 1024),
        help="number of threads or processes (default: all cores)",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Search, write, and return the exit code."""
    config = parse_config(SearchSynminConfig, argv, prog, DESCRIPTION)
    mixes = pair_shares(config.ampa, config.nmda)
    if not config.lowest_uS < config.highest_uS:
        raise UsageError(
            f"-g {config.lowest_uS:g} and -G {config.highest_uS:g}: expected the smallest and the "
            "largest conductance"
        )
    if config.show and (config.number is None or len(mixes) > 1):
        raise UsageError(
            "-X draws one trial: give one model with -n, and one number with -A and -N"
        )
    screen = Screen(config.out)
    with logging_to_screen("INFO"):
        database = read_database(Path(config.database))
        database.require_complete()
        test = SynapseTest(
            mixes,
            temperature_of(config, database.stored.temperature_degC),
            config.dt_ms,
            config.lowest_uS,
            config.highest_uS,
            config.accuracy_uS,
            config.gabab_uS,
        )
        stored, initial_mV = _chosen(database, config.number)
        _print_beginnings(screen, stored, initial_mV)
        if config.show:
            return _show(config, stored, initial_mV, test, screen)
        return _search(config, database, (stored, initial_mV), test, screen)


def _chosen(database: Database, number: int | None) -> tuple[StoredModels, list[dict[str, float]]]:
    """Return the models to be searched, and the voltages that each begins with."""
    stored, initial_mV = database.stored, database.initial_mV()
    if number is None:
        return stored, initial_mV
    numbers = [model.number for model in stored.models]
    if number not in numbers:
        raise UsageError(
            f"-n {number}: there is no such model; the file has the models "
            f"{quoted(map(str, numbers), _MOST_NAMED)}"
        )
    place = numbers.index(number)
    return replace(stored, models=(stored.models[place],)), [initial_mV[place]]


def _print_beginnings(
    screen: Screen, stored: StoredModels, initial_mV: Sequence[dict[str, float]]
) -> None:
    without = [
        str(model.number)
        for model, begin in zip(stored.models, initial_mV, strict=True)
        if not begin
    ]
    if without:
        screen.print(
            f"{len(without)} model(s) without init ({quoted(without, _MOST_NAMED)}) begin at "
            f"{INITIAL_MV:g} mV; search-init finds where they rest",
            soft_wrap=True,
        )


def _search(
    config: SearchSynminConfig,
    database: Database,
    chosen: tuple[StoredModels, list[dict[str, float]]],
    test: SynapseTest,
    screen: Screen,
) -> int:
    out = Path(config.database if config.out is None else config.out)
    check_folder(out)
    in_place = [out] if config.out is None else []
    check_outputs(config, writes=[journal_path(out)], changes=in_place)
    stored, initial_mV = chosen
    balances = balance(test.mixes)
    if config.number is not None:
        require_same_mixes(database, balances, config.number)
    source = model_of(config, stored, config.database).cell_source
    # Whoever changes the simulator does so in order to see its own values.
    journal = Journal(out, "search-synmin", repr(test), model_digest(source), config.simulator)
    with build_probe(source, test, config) as probe:
        screen.print(
            f"{len(balances)} mix(es), conductances from {test.lowest_uS:g} to {test.highest_uS:g} "
            f"uS to {test.accuracy_uS:g} uS, at {test.temperature_degC:g} degC "
            f"({probe.description})",
            soft_wrap=True,
        )
        work = find_thresholds(stored, probe, journal, initial_mV, len(balances))
        found = list(watched(screen, work, len(stored.models), "searched"))
    by_number = {result.number: result for result in found}
    results = [by_number[model.number] for model in stored.models]

    def add(now: Database, same: Collection[int]) -> Database:
        if config.number is not None:
            require_same_mixes(now, balances, config.number)
        return with_thresholds(now, balances, [r for r in results if r.number in same])

    write_added(database, out, add, begins=True)
    journal.remove()
    _print_results(screen, results, balances)
    n_found = sum(value is not None for result in results for value in result.gsynmin)
    n_all = len(results) * len(balances)
    screen.print(f"{n_found} of {n_all} conductances found: {out}", soft_wrap=True)
    return 0


def _print_results(
    screen: Screen, results: Sequence[SynminResult], balances: Sequence[float]
) -> None:
    for result in results:
        for said in remarks(result, balances):
            screen.print(f"model {result.number}: {said}", soft_wrap=True, markup=False)


def _show(
    config: SearchSynminConfig,
    stored: StoredModels,
    initial_mV: Sequence[dict[str, float]],
    test: SynapseTest,
    screen: Screen,
) -> int:
    """Draw one trial, and return the exit code."""
    out = None if config.out is None else Path(config.out)
    check_target(out)
    check_outputs(config, strict=True)
    source = model_of(config, stored, config.database).cell_source
    trial = SynapseTrial(test, test.highest_uS)
    with build_probe(source, trial, config) as probe:
        probe.check(stored.table(), initial_mV)
        (probed,) = probe.stream(stored.table(), initial_mV)
    if probed.answer is None:
        raise ModelError(
            f"model {config.number} cannot be simulated: {probed.status.value}: {probed.message}"
        )
    fires = "fires" if probed.answer.fired else "does not fire"
    ampa, nmda = test.mixes[0]
    mix, degC = f"AMPA {ampa:g}, NMDA {nmda:g}", test.temperature_degC
    said = (
        f"model {config.number} {fires} with {trial.conductance_uS:g} uS, {mix}, at {degC:g} degC"
    )
    save_trial(
        out,
        probed.answer.voltage_mV,
        step_ms=test.dt_ms,
        first_ms=float(probed.answer.time_ms[0]),
        heading=f"model {config.number} at {degC:g} °C, {trial.conductance_uS:g} µS, {mix}",
    )
    screen.print(said if out is None else f"{said}: figure in {out}", soft_wrap=True, markup=False)
    return 0
