"""`report RUN [RUN...]`: HTML files that show a run, or several; or a page that follows one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import RUN, at_least, same_option
from pyneuronautofit._plugins import PluginOptions
from pyneuronautofit._words import RUN_NAME, WRITTEN, whole
from pyneuronautofit.cli.outputs import check_outputs, run_inputs
from pyneuronautofit.cli.pages import PageOptions, open_in_browser
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_run import opened_run
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting import KnownProjectOptions, missing_plug_ins, option
from pyneuronautofit.pages import PageServer
from pyneuronautofit.report import (
    MOST_COMPARED,
    LiveSite,
    PageMaker,
    RunControl,
    best_stores,
    write_comparison,
    write_report,
)
from pyneuronautofit.runs import RunReader, find_store
from pyneuronautofit.sessions.interrupt import Interruption
from pyneuronautofit.sessions.logs import logging_to_screen

_log = logging.getLogger(__name__)

DESCRIPTION = """Writes a report of a run, which may be running, finished or killed: one HTML file.

It needs no network, and can be sent to somebody. The best models are simulated again for its
traces; where the recording or the model is gone, the page says so and has everything else. A model
of a folder that is neither the run's nor the working directory is loaded only with --project.

Of several runs that were fitted to one recording alike, one page has them side by side.

With --serve the report of a run is a web page on this computer that follows the run, and on which
the run can be stopped, and let go on."""


@dataclass(frozen=True, kw_only=True)
class ReportConfig(KnownProjectOptions, PluginOptions):
    """A report of a run, or a comparison of several."""

    runs: tuple[str, ...] = option(
        (), group="", metavar="RUN", parse=RUN_NAME, help="stamps of runs, or their .sqlite files"
    )
    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="where to write (default: STAMP-report.html, beside the run; of several runs "
        "comparison.html, beside the first)",
    )
    best: int | None = option(
        None,
        "--best",
        group=RUN,
        metavar="N",
        parse=whole,
        check=at_least(1),
        help="of more runs than N only the best are compared, by the least weighted sum; a page "
        f"has room for {MOST_COMPARED}",
    )
    no_traces: bool = option(
        False, "--no-traces", group=RUN, help="simulate nothing: leave traces and spikes out"
    )
    certainty: bool = option(
        False,
        "--certainty",
        group=RUN,
        help="find out how well the data fix the parameters, as the command certainty does, and "
        "say so in a section",
    )
    serve: bool = option(
        False,
        "--serve",
        group=RUN,
        help="open a web page on this computer that follows the run, and can stop it or let it go "
        "on",
    )
    port: int | None = same_option(PageOptions, "port")
    no_browser: bool = same_option(PageOptions, "no_browser")

    def check(self) -> None:
        """Raise UsageError where there is no run, or options do nothing or exclude each other."""
        if not self.runs:
            raise UsageError(
                "expected a run, or several to compare: stamps or .sqlite files. See "
                "pyneuronautofit report --help"
            )
        if self.out is not None and not Path(self.out).absolute().parent.is_dir():
            folder = Path(self.out).parent
            raise UsageError(f"-o {self.out}: the folder {folder} does not exist")
        if self.serve and self.out is not None:
            raise UsageError("--serve writes no file: leave out --serve, or -o")
        if self.serve and self.certainty:
            raise UsageError(
                "--certainty takes too long for a page that follows a run: leave out --serve, or "
                "--certainty"
            )
        for flag, given in (("--port", self.port is not None), ("--no-browser", self.no_browser)):
            if given and not self.serve:
                raise UsageError(f"{flag} is for the page: it needs --serve")


def run(argv: Sequence[str], prog: str) -> int:
    """Write the report, or serve it, and return the exit code."""
    config = parse_config(ReportConfig, argv, prog, DESCRIPTION)
    config.check()
    stores = list(dict.fromkeys(find_store(name, Path.cwd()) for name in config.runs))
    screen = Screen(config.out)
    if config.best is not None and len(stores) > config.best:
        stores = _chosen(stores, config.best, screen)
    if config.serve:
        if len(stores) > 1:
            raise UsageError(f"--serve follows one run, and {len(stores)} are given")
        return _serve(config, stores[0].absolute(), screen)
    with logging_to_screen(), ExitStack() as stack:
        opened = [stack.enter_context(opened_run(store)) for store in stores]
        for each in opened:
            if missing := missing_plug_ins(each.info.identity):
                _log.warning("%s: %s; the page says less without it", each.path.stem, missing)
        path = _compare(config, opened) if len(opened) > 1 else _report(config, opened[0], screen)
    screen.print(str(path), soft_wrap=True, markup=False, highlight=False)
    return 0


def _chosen(stores: Sequence[Path], most: int, screen: Screen) -> list[Path]:
    """Return the best of some runs, and say which they are."""
    with logging_to_screen():
        found = best_stores(stores, most)
    if not found:
        raise RunError(f"none of these {len(stores)} runs has a model: there is nothing to compare")
    names = ", ".join(store.stem for store in found)
    _say(screen, f"the best {len(found)} of {len(stores)} runs: {names}")
    return found


def _report(config: ReportConfig, opened: RunReader, screen: Screen) -> Path:
    """Write the report of a run, and return its path."""
    path = _path(config, opened.path.with_name(f"{opened.path.stem}-report.html"), [opened])
    live = screen.status("opening the run") if screen.is_terminal else nullcontext()
    with live as shown:
        tell = (lambda _what: None) if shown is None else shown.update
        write_report(
            path,
            opened,
            traces=not config.no_traces,
            project=config.project,
            certainty=config.certainty,
            on_step=tell,
        )
    return path


def _compare(config: ReportConfig, opened: Sequence[RunReader]) -> Path:
    """Write a page of several runs, and return its path."""
    for flag, given in (
        ("--no-traces", config.no_traces),
        ("--project", config.project),
        ("--certainty", config.certainty),
    ):
        if given:
            raise UsageError(
                f"{flag} is for one run: nothing is simulated where several are compared"
            )
    path = _path(config, opened[0].path.with_name("comparison.html"), opened)
    write_comparison(path, opened)
    return path


def _path(config: ReportConfig, usual: Path, opened: Sequence[RunReader]) -> Path:
    """Return where to write, if nothing is lost by that."""
    reads = [path for each in opened for path in run_inputs(each)]
    check_outputs(config, reads=reads, writes=[usual] if config.out is None else [])
    return usual if config.out is None else Path(config.out)


def _serve(config: ReportConfig, store: Path, screen: Screen) -> int:
    """Serve the report of a run until Ctrl-C, and return the exit code."""
    control = RunControl(store, config.project, config.plugins)
    with logging_to_screen(), Interruption() as interruption, closing(control):
        try:
            with interruption.allowed():
                _follow(config, store, control, screen)
        except KeyboardInterrupt:
            process = control.process
            said = "" if process is None else f"; the run goes on, in process {process}"
            _say(screen, f"the page has ended{said}")
    return 0


def _follow(config: ReportConfig, store: Path, control: RunControl, screen: Screen) -> None:
    """Serve the page until something interrupts it."""
    maker = PageMaker(store, config.project, traces=not config.no_traces)
    site = LiveSite(store, maker, control)
    with closing(maker), PageServer(site, config.port or 0) as server:
        maker.start()
        server.start()
        _say(screen, "Ctrl-C here ends the page, and no run")
        _say(screen, f"the page, for you alone: {server.url}")
        if not config.no_browser:
            open_in_browser(server.url_for_once)
        threading.Event().wait()


def _say(screen: Screen, text: str) -> None:
    screen.print(text, soft_wrap=True, markup=False)
