"""`report RUN`: one HTML file that shows a run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import RUN
from pyneuronautofit._words import RUN_NAME, WRITTEN
from pyneuronautofit.cli.outputs import check_outputs, run_inputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fit import KnownProjectOptions, option
from pyneuronautofit.report import write_report
from pyneuronautofit.runs import open_run
from pyneuronautofit.sessions.logs import logging_to_screen

_log = logging.getLogger(__name__)

DESCRIPTION = """Writes a report of a run, which may be running, finished or killed: one HTML file.

It needs no network, and can be sent to somebody. The best models are simulated again for its
traces; where the recording or the model is gone, the page says so and has everything else. A model
of a folder that is neither the run's nor the working directory is loaded only with --project."""


@dataclass(frozen=True, kw_only=True)
class ReportConfig(KnownProjectOptions):
    """A report of a run."""

    run: str = option(
        "", group="", metavar="RUN", parse=RUN_NAME, help="a run's stamp, or its .sqlite file"
    )
    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="where to write (default: STAMP-report.html, beside the run)",
    )
    no_traces: bool = option(
        False, "--no-traces", group=RUN, help="simulate nothing: leave traces and spikes out"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Write the report and return the exit code."""
    config = parse_config(ReportConfig, argv, prog, DESCRIPTION)
    if config.out is not None and not Path(config.out).absolute().parent.is_dir():
        raise UsageError(f"-o {config.out}: the folder {Path(config.out).parent} does not exist")
    screen = Screen(config.out)
    with logging_to_screen(), open_run(config.run) as opened:
        for loss in opened.losses:
            _log.warning("%s is damaged: %s", opened.path, loss)
        beside = opened.path.with_name(f"{opened.path.stem}-report.html")
        path = beside if config.out is None else Path(config.out)
        others = [beside] if config.out is None else []
        check_outputs(config, reads=run_inputs(opened), writes=others)
        live = screen.status("opening the run") if screen.is_terminal else nullcontext()
        with live as shown:
            tell = (lambda _what: None) if shown is None else shown.update
            write_report(
                path, opened, traces=not config.no_traces, project=config.project, on_step=tell
            )
    screen.print(str(path), soft_wrap=True, markup=False, highlight=False)
    return 0
