"""`init RECORDING [-o FILE.toml]`: a run file to begin with, from what a recording and a model say.

Nothing is asked; what was found, and why each value is what it is, stands in the file.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pyneuronautofit._atomic import write_text
from pyneuronautofit._options import RUN, option, taken
from pyneuronautofit._text import clock_time, listed_numbers, shortened
from pyneuronautofit._words import WRITTEN
from pyneuronautofit.cli.calling import from_here
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.runfile import RunFileText, run_file_text
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import (
    FitOptions,
    ProjectOptions,
    RecordingOptions,
    build_problem,
    open_sweeps,
    stimulus_window,
)
from pyneuronautofit.fitting.suggested import Suggestion, Timing, measure, suggest
from pyneuronautofit.models import Model, load_model
from pyneuronautofit.recordings import ChosenSweeps, StimulusWindow
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.space import ParameterSpace

DESCRIPTION = """Writes a run file for a recording and a model.

It asks nothing: the file has what was found in both (sweeps, stimulus, spikes, parameters), the
options that follow from that, each with its reason, and all other flags as comments. It runs as it
is: pyneuronautofit --run FILE.toml"""

_ALGORITHM, _SEED = "Auto", 1
_MOST_SWEEPS = 60


@dataclass(frozen=True, kw_only=True)
class InitConfig(RecordingOptions, ProjectOptions):
    """What a run file is made for."""

    reads_run_file: ClassVar[bool] = False

    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE.toml",
        parse=WRITTEN,
        help="the file to write (default: the recording's name with .toml, here)",
    )
    force: bool = option(False, "--force", group=RUN, help="write over a file that is there")
    no_timing: bool = option(
        False,
        "--no-timing",
        group=RUN,
        help="simulate nothing, and do not say how long the search will take",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Look, write, and return the exit code."""
    config = parse_config(InitConfig, argv, prog, DESCRIPTION)
    path = Path(config.out or f"{Path(config.recording).stem}.toml")
    check_outputs(config, writes=[] if config.out else [path])
    if path.exists() and not config.force:
        raise UsageError(
            f"{path} is there already: give another name with -o, or write over it with --force"
        )
    with logging_to_screen():
        selection = open_sweeps(config)
        window = stimulus_window(config, selection.recording)
        model = load_model(config.project_path(), Path.cwd())
        space = ParameterSpace.from_rows(model.parameters)
        n_param = int((~space.fixed).sum())
        found = suggest(selection.recording, window, n_param)
        options = _options(config, model, found)
        # What is reduced has other samples, in which the stimulus is looked for again.
        known = window if model.downsampler is None else None
        problem = build_problem(options, selection.recording, model, window=known)
        timing = None if config.no_timing else measure(problem)
    about = RunFileText(
        [*_about(selection, window, found), "", *_about_model(model, space, n_param), ""],
        _notes(options, found, timing),
    )
    write_text(path, run_file_text(options, "fit", path, about))
    _print(Screen(path), path, about, options)
    return 0


def _options(config: InitConfig, model: Model, found: Suggestion) -> FitOptions:
    """Return the options that are suggested."""
    project = model.cell_source.project
    return FitOptions(
        **vars(taken(RecordingOptions, config)),
        # Whoever takes the file may be in another folder.
        project=config.project or (None if project is None else project.name),
        algorithm=_ALGORITHM,
        modes=found.modes,
        spike_threshold_mV=found.threshold_mV,
        hold_out=",".join(map(str, found.hold_out)) or None,
        evaluations=found.evaluations,
        seed=_SEED,
    )


def _about(selection: ChosenSweeps, window: StimulusWindow, found: Suggestion) -> Iterator[str]:
    """Yield the lines about the recording."""
    recording, left_out = selection.recording, selection.left_out
    yield (
        f"{recording.name}: {recording.n_sweep} sweeps of {recording.duration_ms:g} ms, samples "
        f"{recording.step_ms:g} ms apart"
    )
    yield f"  {recording.channels}"
    reason = window.reason and f", {window.reason}"
    yield f"  stimulus: {window.spelt(recording.step_ms)}{reason}"
    yield "  sweep  holding, pA  amplitude, pA  rests at, mV  spikes"
    for sweep in found.sweeps[:_MOST_SWEEPS]:
        held = "" if sweep.holding_pA is None else f"{sweep.holding_pA:g}"
        yield (
            f"  {sweep.number:5d}  {held:>11s}  {sweep.spelt_amplitude:>13s}  "
            f"{sweep.resting_mV:12.4g}  {sweep.spikes:6d}"
        )
    if len(found.sweeps) > _MOST_SWEEPS:
        yield f"  ... and {len(found.sweeps) - _MOST_SWEEPS} more: pyneuronautofit sweeps lists all"
    for reason in dict.fromkeys(each.reason for each in left_out):
        numbers = [each.sweep.number for each in left_out if each.reason == reason]
        yield f"  not used: sweep {listed_numbers(sorted(numbers))}: {reason}"


def _about_model(model: Model, space: ParameterSpace, n_param: int) -> Iterator[str]:
    n_fixed = len(space) - n_param
    fixed = f", {n_fixed} more are constant" if n_fixed else ""
    yield f"model: {model.description}, version {model.version}"
    yield f"  {n_param} searched parameters{fixed}"


def _notes(options: FitOptions, found: Suggestion, timing: Timing | None) -> dict[str, str]:
    """Return why options have their values."""
    notes = {
        "recording": "what is fitted; further recordings of the same cell make it a list",
        "algorithm": "a population first, then Gauss-Newton steps; a set of distinct models comes "
        "out. docs/search.md has the others",
        "modes": f"{found.why_modes}; --help lists all modes",
        "spike_threshold_mV": found.why_threshold,
        "hold_out": "not fitted, but simulated and shown beside the others: whether a model is "
        "right where nobody has looked",
        "seed": "the same numbers at every run; without it others",
        "evaluations": _about_time(found.evaluations, timing),
    }
    return {field: note for field, note in notes.items() if getattr(options, field) is not None}


def _about_time(evaluations: int, timing: Timing | None) -> str:
    if timing is None:
        return "for a first look; more of them find more distinct models"
    seconds = evaluations / timing.per_second
    said = (
        f"about {clock_time(seconds)} here, by {timing.per_second:.3g} evaluations per second "
        f"({timing.simulator}); more of them find more distinct models"
    )
    if timing.n_failed:
        said += (
            f". Of {timing.n_all} random candidates {timing.n_failed} could not be simulated, for "
            f"instance: {shortened(timing.reason, 200)}"
        )
    return said


def _print(screen: Screen, path: Path, about: RunFileText, options: FitOptions) -> None:
    """Say what was found, where it is, and what to type next."""
    lines = [*about.head]
    for name, value in (
        ("eval-mode", options.modes),
        ("spike-threshold", f"{options.spike_threshold_mV:g}"),
        ("hold-out", options.hold_out),
        ("evaluations", options.evaluations),
    ):
        field = {"eval-mode": "modes", "spike-threshold": "spike_threshold_mV"}.get(name, name)
        note = about.notes.get(field.replace("-", "_"))
        if value is not None and note is not None:
            lines.append(f"{name} {value}: {note}")
    command = shlex.join(["pyneuronautofit", "--run", from_here(path)])
    lines += ["", f"written: {path}", f"next:    {command}"]
    for line in lines:
        screen.print(line, soft_wrap=True)
