"""`certainty RUN`: which parameters the data fix, which they leave open, and what goes together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN, same_option
from pyneuronautofit._plugins import PluginOptions
from pyneuronautofit._words import RUN_NAME, WRITTEN, text
from pyneuronautofit.certainty import (
    MISFIT,
    certainty_lines,
    certainty_of,
    check_scale,
    opened_exactly,
)
from pyneuronautofit.certainty.drawing import certainty_drawing
from pyneuronautofit.cli.outputs import check_outputs, run_inputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_run import opened_run
from pyneuronautofit.database.starts import selected_rows
from pyneuronautofit.fitting import KnownProjectOptions, SimulationOptions, option
from pyneuronautofit.plots import check_figure_path, save_certainty
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Says how well the data fix the parameters of a run's models.

Every parameter is moved a little, and what changes in the traces is weighed against what the models
miss: which parameters and directions are fixed and how well, which are left open, which are at
their bounds, which make up for each other. The best model is looked at, and distinct ones that are
about as good. Nothing of the run is changed."""


@dataclass(frozen=True, kw_only=True)
class CertaintyConfig(KnownProjectOptions, PluginOptions):
    """What is asked about which models."""

    run: str = option(
        "", group="", metavar="RUN", parse=RUN_NAME, help="a run's stamp, or its .sqlite file"
    )
    models: str | None = option(
        None,
        "--models",
        group=MODEL,
        metavar="ROWS",
        parse=text,
        help="evaluations that are looked at: numbers or half-open ranges such as 7,12:15 "
        "(default: the best one, and distinct ones that are about as good)",
    )
    scale: str = option(
        MISFIT,
        "--scale",
        group=MODEL,
        metavar="WHAT",
        parse=text,
        help="what uncertainties are measured by: misfit: what the models miss; noise: the noise "
        "of the recording; or the variance of a weighted residual",
    )
    as_json: bool = option(False, "--json", group=RUN, help="print everything as JSON")
    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="draw it into this file (.png, .pdf, .svg)",
    )
    n_worker: int | None = same_option(SimulationOptions, "n_worker")


def run(argv: Sequence[str], prog: str) -> int:
    """Say how certain parameters are, and return the exit code."""
    config = parse_config(CertaintyConfig, argv, prog, DESCRIPTION)
    check_scale(config.scale)
    screen = Screen(config.out)
    if config.out is not None:
        check_figure_path(Path(config.out))
    with logging_to_screen(), opened_run(config.run) as stored:
        check_outputs(config, reads=run_inputs(stored))
        rows = None
        if config.models is not None:
            rows = list(dict.fromkeys(selected_rows(stored, config.models, "--models")))
        live = screen.status("simulating") if screen.is_terminal else nullcontext()
        exactly = opened_exactly(stored, config.project, rows=rows, n_worker=config.n_worker)
        with live as shown, exactly as problem:
            tell = None
            if shown is not None:
                tell = lambda done, n: shown.update(f"simulating: {done} of {n}")  # noqa: E731
            found = certainty_of(stored, problem, rows, config.scale, tell)
        heading = f"{stored.path.stem}: how well parameters are fixed"
    if config.out is not None:
        save_certainty(Path(config.out), heading, certainty_drawing(found))
    if config.as_json:
        screen.print_lines(json.dumps(found.as_json(), indent=2, allow_nan=False))
    else:
        for line in certainty_lines(found):
            screen.print(line, soft_wrap=True)
    return 0
