"""`sweeps RECORDING`: what is in a recording, sweep by sweep, and where its stimulus is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.markup import escape
from rich.table import Table

from pyneuronautofit._options import RUN, same_option
from pyneuronautofit._words import WRITTEN
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.fitting import (
    EvaluationOptions,
    RecordingOptions,
    open_sweeps,
    option,
    stimulus_window,
)
from pyneuronautofit.plots import save_recording
from pyneuronautofit.recordings import (
    ChosenSweeps,
    LeftOut,
    Recording,
    StimulusWindow,
    SweepFacts,
    facts_of_sweeps,
)
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Prints what is in a recording.

For every sweep: what is held, how far the current goes, where the cell rests and how often it
spikes; and where the stimulus was found. --figure draws it."""


@dataclass(frozen=True, kw_only=True)
class SweepsConfig(RecordingOptions):
    """A look into a recording."""

    spike_threshold_mV: float = same_option(EvaluationOptions, "spike_threshold_mV")
    as_json: bool = option(False, "--json", group=RUN, help="print JSON instead of a table")
    figure: str | None = option(
        None,
        "--figure",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="draw the sweeps, the stimulus and what is held into this file (.png, .pdf, .svg)",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Look, print, and return the exit code."""
    config = parse_config(SweepsConfig, argv, prog, DESCRIPTION)
    screen = Screen(config.figure)
    wrong = ""
    window: StimulusWindow | None = None
    with logging_to_screen("WARNING"):
        selection = open_sweeps(config)
        recording = selection.recording
        try:
            window = stimulus_window(config, recording)
        except RecordingError as error:
            # What is there can be looked at all the same, and has to be, to say what is meant.
            wrong = str(error)
        sweeps = facts_of_sweeps(recording, window, config.spike_threshold_mV)
    if config.figure is not None:
        _draw(Path(config.figure), recording, window, sweeps)
    if config.as_json:
        found = _as_json(selection, window, sweeps, wrong)
        screen.print_lines(json.dumps(found, allow_nan=False))
    else:
        _print(screen, selection, window, sweeps, wrong)
    return 0


def _as_json(
    selection: ChosenSweeps, window: StimulusWindow | None, sweeps: Sequence[SweepFacts], wrong: str
) -> dict[str, object]:
    recording = selection.recording
    used = {
        sweep.number: {"used": True, "reason": "", "stimulus": stimulus, **asdict(sweep)}
        for sweep, stimulus in zip(sweeps, selection.stimuli, strict=True)
    }
    others = {
        left_out.sweep.number: {
            "used": False,
            "reason": left_out.reason,
            "stimulus": left_out.sweep.stimulus,
            "number": left_out.sweep.number,
        }
        for left_out in selection.left_out
    }
    return {
        "recording": recording.name,
        "step_ms": recording.step_ms,
        "duration_ms": recording.duration_ms,
        "window_ms": None if window is None else list(window.times_ms(recording.step_ms)),
        "window_reason": "" if window is None else window.reason,
        "wrong": wrong,
        "sweeps": [each for _number, each in sorted((used | others).items())],
    }


def _print(
    screen: Screen,
    selection: ChosenSweeps,
    window: StimulusWindow | None,
    sweeps: Sequence[SweepFacts],
    wrong: str,
) -> None:
    recording, left_out = selection.recording, selection.left_out
    screen.print(
        f"{recording.name}: {recording.n_sweep} sweeps of {recording.duration_ms:g} ms, samples "
        f"{recording.step_ms:g} ms apart; {recording.channels}",
        soft_wrap=True,
    )
    found = wrong
    if window is not None:
        reason = window.reason and f", {window.reason}"
        found = f"stimulus: {window.spelt(recording.step_ms)}{reason}"
    screen.print(found, soft_wrap=True)
    names = any([*selection.stimuli, *(each.sweep.stimulus for each in left_out)])
    columns = ["sweep", "holding, pA", "amplitude, pA", "rests at, mV", "spikes"]
    columns += ["stimulus"] if names else []
    columns += ["not used"] if left_out else []
    rows = {each.sweep.number: _row_left_out(each) for each in left_out}
    for sweep, stimulus in zip(sweeps, selection.stimuli, strict=True):
        rows[sweep.number] = [*_row(sweep), stimulus, ""]
    table = Table(*columns)
    for _number, (*facts, stimulus, reason) in sorted(rows.items()):
        shown = [*facts, *([stimulus] if names else []), *([reason] if left_out else [])]
        table.add_row(*map(escape, shown))
    screen.print(table)


def _row(sweep: SweepFacts) -> list[str]:
    return [
        str(sweep.number),
        "" if sweep.holding_pA is None else f"{sweep.holding_pA:g}",
        sweep.spelt_amplitude,
        f"{sweep.resting_mV:.4g}",
        str(sweep.spikes),
    ]


def _row_left_out(left_out: LeftOut) -> list[str]:
    return [str(left_out.sweep.number), "", "", "", "", left_out.sweep.stimulus, left_out.reason]


def _draw(
    path: Path, recording: Recording, window: StimulusWindow | None, sweeps: Sequence[SweepFacts]
) -> None:
    held = [sweep.holding_pA for sweep in sweeps if sweep.holding_pA is not None]
    save_recording(
        path,
        recording.voltage_mV,
        recording.current_pA,
        step_ms=recording.step_ms,
        window_ms=None if window is None else window.times_ms(recording.step_ms),
        holding_pA=np.array(held) if held else None,
        heading=recording.name,
    )
