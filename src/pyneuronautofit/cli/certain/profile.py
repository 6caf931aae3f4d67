"""`profile RUN PARAMETER`: how good models can be for every value of one parameter."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, between, same_option
from pyneuronautofit._plugins import PluginOptions
from pyneuronautofit._words import RUN_NAME, real, text, whole
from pyneuronautofit.certainty import (
    N_POINT,
    Profile,
    check_scale,
    opened_exactly,
    profile_lines,
    profile_of,
)
from pyneuronautofit.certainty.drawing import profile_drawing
from pyneuronautofit.cli.certain.certainty import CertaintyConfig
from pyneuronautofit.cli.outputs import check_outputs, run_inputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_run import opened_run
from pyneuronautofit.database.starts import selected_rows
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import KnownProjectOptions, option
from pyneuronautofit.plots import check_figure_path, save_profile
from pyneuronautofit.sessions.interrupt import Interruption
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Holds one parameter of a run's best model at one value after the other.

All other parameters are fitted again for every value. Where the fit becomes worse by more than a
threshold, the interval of the parameter ends: that is its uncertainty without the assumption that
everything is straight. PARAMETER is its name, or a part of it that no other parameter has. After
Ctrl-C what is known so far is printed, and drawn. Nothing of the run is changed."""


@dataclass(frozen=True, kw_only=True)
class ProfileConfig(KnownProjectOptions, PluginOptions):
    """Which parameter is held where."""

    run: str = option(
        "", group="", metavar="RUN", parse=RUN_NAME, help="a run's stamp, or its .sqlite file"
    )
    parameter: str = option(
        "",
        group="",
        metavar="PARAMETER",
        parse=text,
        place=1,
        help="the parameter's name, or a part of it that no other has",
    )
    model: str | None = option(
        None,
        "--model",
        group=MODEL,
        metavar="ROW",
        parse=text,
        help="the evaluation to begin with (default: the one with the least weighted sum)",
    )
    n_point: int = option(
        21,
        "--points",
        group=MODEL,
        metavar="N",
        parse=whole,
        check=between(*N_POINT),
        help="how many values there are, at first",
    )
    between: tuple[float, float] | None = option(
        None,
        "--between",
        group=MODEL,
        metavar="VALUE",
        parse=real,
        count=2,
        help="the first and the last value (default: as far as the fit is not much worse)",
    )
    scale: str = same_option(
        CertaintyConfig,
        "scale",
        help="what a rise is measured by: misfit: what the model misses; noise: the noise of the "
        "recording; or the variance of a weighted residual",
    )
    as_json: bool = same_option(CertaintyConfig, "as_json")
    out: str | None = same_option(CertaintyConfig, "out")
    n_worker: int | None = same_option(CertaintyConfig, "n_worker")

    def row(self, rows: Sequence[int]) -> int:
        """Return the one evaluation that --model names.

        Raises
        ------
        UsageError
            If it names several.
        """
        if len(rows) != 1:
            raise UsageError(f"--model {self.model}: expected one evaluation, found {len(rows)}")
        return rows[0]


def run(argv: Sequence[str], prog: str) -> int:
    """Scan, say what was found, and return the exit code."""
    config = parse_config(ProfileConfig, argv, prog, DESCRIPTION)
    check_scale(config.scale)
    screen = Screen(config.out)
    if config.out is not None:
        check_figure_path(Path(config.out))
    with logging_to_screen(), opened_run(config.run) as stored:
        check_outputs(config, reads=run_inputs(stored))
        row = None
        if config.model is not None:
            row = config.row(selected_rows(stored, config.model, "--model"))
        rows = None if row is None else [row]
        with opened_exactly(stored, config.project, rows=rows, n_worker=config.n_worker) as problem:
            stages = profile_of(
                stored,
                problem,
                config.parameter,
                row=row,
                n_point=config.n_point,
                between=config.between,
                scale=config.scale,
            )
            found, code = _last(stages, screen)
        heading = stored.path.stem
    if config.out is not None:
        save_profile(Path(config.out), heading, profile_drawing(found))
    if config.as_json:
        screen.print_lines(json.dumps(found.as_json(), indent=2, allow_nan=False))
    else:
        for line in profile_lines(found):
            screen.print(line, soft_wrap=True)
    return code


def _last(stages: Iterator[Profile], screen: Screen) -> tuple[Profile, int]:
    """Return the last stage that there was before the end or an interruption, and the exit code."""
    found: Profile | None = None
    live = screen.status("fitting the model again") if screen.is_terminal else nullcontext()
    with live as shown, Interruption() as interruption:
        try:
            with interruption.allowed():
                for found in stages:
                    if shown is not None:
                        shown.update(f"{len(found.points)} values of {found.name}")
        except KeyboardInterrupt:
            if found is None:
                raise
            return found, interruption.code
    if found is None:
        raise UsageError("there is nothing to scan")
    return found, 0
