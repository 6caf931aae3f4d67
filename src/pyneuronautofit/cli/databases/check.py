"""`check DATABASE [ID]`: validates models, or plots how one of them answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._atomic import write_text
from pyneuronautofit._options import RUN
from pyneuronautofit._text import quoted
from pyneuronautofit._words import WRITTEN, whole
from pyneuronautofit.cli.databases.probing import ProbeOptions, build_probe, watched
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_model import model_of
from pyneuronautofit.database import Database, Journal, read_database
from pyneuronautofit.database.journal import journal_path, model_digest
from pyneuronautofit.database.tools.checking import (
    PLACES,
    CheckResult,
    check_models,
    checked,
    checked_path,
    first_spikes,
    judge,
    step_test,
)
from pyneuronautofit.errors import ModelError, OutputError, UsageError
from pyneuronautofit.fitting import option
from pyneuronautofit.plots import check_target, save_steps
from pyneuronautofit.probes.tests import StepTest
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Validates the models of a database with eight current steps, 25 to 200 pA for 1 s.

A model passes if at its weakest step with a somatic spike soma, axon(0.5) and axon(0) all cross
0 mV, no somatic spike starts after 2100 ms (the step ends at 2000), and no spike is more than 5 mV
higher at axon(0.5) than at axon(0). Those that pass are written to <name>-checked.json, their ids
renumbered. A model that stays depolarised after a spike (above -40 mV for more than 100 ms) is
warned of. With ID: plots the answers of this model instead (shown, or written with -o)."""

_DEGC = 35.0


@dataclass(frozen=True, kw_only=True)
class CheckConfig(ProbeOptions):
    """A validation of models."""

    number: int | None = option(
        None, group="", metavar="ID", parse=whole, help="plot the answers of this model instead"
    )
    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="where to write the database (default: <name>-checked.json beside it), or with ID the "
        "figure (default: it is shown)",
    )
    report: str | None = option(
        None,
        "--json",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="write verdict, reasons and measured numbers of every model as JSON",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Check, write, and return the exit code."""
    config = parse_config(CheckConfig, argv, prog, DESCRIPTION)
    screen = Screen(config.out, config.report)
    with logging_to_screen("INFO"):
        database = read_database(Path(config.database))
        database.require_complete()
        with _on_cells_with_an_axon():
            if config.number is not None:
                return _plot(config, database, config.number, screen)
            return _check(config, database, screen)


@contextmanager
def _on_cells_with_an_axon() -> Iterator[None]:
    """Say of a cell that lacks a place which is looked at that it cannot be checked."""
    try:
        yield
    except ModelError as error:
        if any(f"'{place}'" in str(error) for place in PLACES):
            raise ModelError(
                f"check looks at {quoted(PLACES)}, so it is for cells with a soma and an axon: "
                f"{error}"
            ) from error
        raise


def _test(config: CheckConfig, *, all_steps: bool = False) -> StepTest:
    degC = _DEGC if config.temperature_degC is None else config.temperature_degC
    return step_test(degC, config.dt_ms, all_steps=all_steps)


def _check(config: CheckConfig, database: Database, screen: Screen) -> int:
    out = checked_path(database.path) if config.out is None else Path(config.out)
    for path in (out, *([Path(config.report)] if config.report is not None else [])):
        check_folder(path)
    progress = journal_path(out)
    check_outputs(config, writes=[progress] if config.out is not None else [out, progress])
    source = model_of(config, database.stored, config.database).cell_source
    test = _test(config)
    journal = Journal(out, "check", repr(test), model_digest(source))
    stored = database.stored
    with build_probe(source, test, config) as probe:
        work = check_models(stored, probe, test, journal)
        found = list(watched(screen, work, len(stored.models), "checked"))
        description = probe.description
    by_number = {result.number: result for result in found}
    results = [by_number[model.number] for model in stored.models]
    checked(database, results).write(out)
    if config.report is not None:
        _write_report(Path(config.report), database, results, test)
    journal.remove()
    _print_results(screen, results)
    n_passed = sum(result.passed for result in results)
    screen.print(f"{n_passed} of {len(results)} models pass ({description}): {out}", soft_wrap=True)
    return 0


def check_folder(path: Path) -> None:
    """Raise OutputError unless a file can be written there: before long work, not after it."""
    if not path.absolute().parent.is_dir():
        raise OutputError(f"cannot write {path}: the folder {path.parent} does not exist")


def _write_report(
    path: Path, database: Database, results: Sequence[CheckResult], test: StepTest
) -> None:
    report = {
        "database": database.path.name,
        "temperature": test.temperature_degC,
        "dt": test.dt_ms,
        "steps_pA": list(test.amplitudes_pA),
        "passed": sum(result.passed for result in results),
        "models": [result.as_json() for result in results],
    }
    write_text(path, json.dumps(report, indent=1) + "\n")


def _print_results(screen: Screen, results: Sequence[CheckResult]) -> None:
    screen.print("at the weakest step that makes the soma fire, peaks in mV:")
    screen.print(_HEAD, soft_wrap=True, markup=False)
    for result in results:
        screen.print(_line(result), soft_wrap=True, markup=False)
    for result in results:
        for reason in result.reasons:
            screen.print(f"model {result.number} fails: {reason}", soft_wrap=True, markup=False)
        for warning in result.warnings:
            screen.print(f"model {result.number} {warning}", soft_wrap=True)


_HEAD = " model  verdict  step pA  spikes  last ms    soma  axon(0.5)  axon(0)  excess  spontaneous"


def _line(result: CheckResult) -> str:
    verdict = "passes" if result.passed else "fails"
    return (
        f"{result.number:6d}  {verdict:7s}  {_number(result.step_pA, 'g'):>7s}  "
        f"{result.n_spike:6d}  {_number(result.last_spike_ms):>7s}  "
        f"{_number(result.peak_soma_mV):>6s}  {_number(result.peak_middle_mV):>9s}  "
        f"{_number(result.peak_end_mV):>7s}  {_number(result.excess_mV):>6s}  "
        f"{result.n_spontaneous:11d}"
    )


def _number(value: float | None, form: str = ".1f") -> str:
    return "-" if value is None else format(value, form)


def _plot(config: CheckConfig, database: Database, number: int, screen: Screen) -> int:
    if config.report is not None:
        raise UsageError("--json and ID exclude each other: with ID a figure is made")
    out = None if config.out is None else Path(config.out)
    stored = database.stored.select([number])
    check_target(out)
    source = model_of(config, database.stored, config.database).cell_source
    test = _test(config, all_steps=True)
    with build_probe(source, test, config) as probe:
        probe.check(stored.table())
        (probed,) = probe.stream(stored.table())
    if probed.answer is None:
        raise ModelError(
            f"model {number} cannot be simulated: {probed.status.value}: {probed.message}"
        )
    result = judge(number, probed.answer, test)
    verdict = "passes" if result.passed else "fails: " + "; ".join(result.reasons)
    save_steps(
        out,
        probed.answer.voltage_mV,
        step_ms=test.dt_ms,
        places=[place.removesuffix(".v") for place in PLACES],
        titles=[f"{amplitude:g} pA" for amplitude in test.amplitudes_pA],
        heading=f"model {number} at {test.temperature_degC:g} °C",
        stimulus_ms=(test.onset_ms, test.onset_ms + test.duration_ms),
        spikes=first_spikes(probed.answer, test),
    )
    screen.print(f"model {number} {verdict}", soft_wrap=True, markup=False)
    for warning in result.warnings:
        screen.print(f"model {number} {warning}", soft_wrap=True)
    if out is not None:
        screen.print(f"figure in {out}", soft_wrap=True)
    return 0
