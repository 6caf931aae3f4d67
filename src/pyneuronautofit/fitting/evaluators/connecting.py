"""From the options to a fit whose candidates workers evaluate."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pyneuronautofit._bounded import read_bytes
from pyneuronautofit.errors import NotAvailableError, UsageError
from pyneuronautofit.fitting.evaluators.cluster import ClusterEvaluator
from pyneuronautofit.fitting.evaluators.crew import Crew
from pyneuronautofit.fitting.evaluators.tls import FOLDER, TlsFiles
from pyneuronautofit.fitting.evaluators.work_order import order_of
from pyneuronautofit.fitting.options import (
    WORKERS_WAIT_MIN,
    FitOptions,
    WorkerOptions,
    is_scheduler,
)
from pyneuronautofit.fitting.resumed.resume import OpenedFit

_log = logging.getLogger(__name__)

_S_PER_MINUTE = 60.0
_LOOK_S = 1.0
# What a scheduler writes is whole after so long.
_WRITTEN_S = 2.0
_SAID_S = 5.0
_TLS = "tls://"


def on_workers(opened: OpenedFit, config: FitOptions, directory: Path) -> OpenedFit:
    """Return a fit as its options want it: evaluated by workers, or here.

    Parameters
    ----------
    directory
        The working directory that the model may depend on.

    Raises
    ------
    UsageError
        If the options contradict each other, or a file that they name is not what it should be.
    """
    if config.workers is None and config.scheduler_file is None:
        for flag, value in (
            ("--workers-tls", config.workers_tls),
            ("--workers-wait", config.workers_wait),
        ):
            if value is not None:
                raise UsageError(f"{flag} is for --workers or --scheduler-file: give one of them")
        return opened
    if config.workers is not None and config.scheduler_file is not None:
        raise UsageError("--workers and --scheduler-file both name a scheduler: leave one out")
    if config.prepare:
        raise UsageError("--prepare compiles and compares here: leave the workers out")
    connect = _connecting(config)
    order = partial(order_of, opened, directory, config)
    # What workers cannot have is said at once.
    order()
    evaluator = ClusterEvaluator(opened, order, connect, _wait_s(config))
    return replace(opened, problem=replace(opened.problem, evaluator=evaluator))


def _connecting(config: FitOptions) -> Callable[[], Crew]:
    """Return what connects with the scheduler of some options."""
    try:
        from pyneuronautofit.fitting.evaluators.dask_crew import DaskCrew  # noqa: PLC0415
    except ImportError as error:
        raise NotAvailableError(
            f"--workers and --scheduler-file need dask.distributed ({error}): install it with pip "
            "install 'pyneuronautofit[cluster]', here and where the workers run"
        ) from error
    tls = None if config.workers_tls is None else TlsFiles(Path(config.workers_tls))
    if tls is not None:
        tls.check("--workers-tls")
    path = None if config.scheduler_file is None else Path(config.scheduler_file).absolute()
    if path is None:
        return lambda: DaskCrew(*_encrypted(str(config.workers), tls))

    def connect() -> Crew:
        # A dry run waits for nobody.
        address = _awaited(path, 0.0 if config.dry_run else _wait_s(config))
        beside = TlsFiles(path.parent / FOLDER)
        if tls is None and address.startswith(_TLS) and beside.folder.is_dir():
            beside.check("--scheduler-file: its folder")
            return DaskCrew(*_encrypted(address, beside))
        return DaskCrew(*_encrypted(address, tls))

    return connect


def _wait_s(config: WorkerOptions) -> float:
    """Return how long there may be no worker."""
    minutes = WORKERS_WAIT_MIN if config.workers_wait is None else config.workers_wait
    return _S_PER_MINUTE * minutes


def _encrypted(address: str, tls: TlsFiles | None) -> tuple[str, TlsFiles | None]:
    """Return address and files of a scheduler, having made sure that they go together."""
    if address.startswith(_TLS) != (tls is not None):
        raise UsageError(
            f"{address}: a scheduler that is called tls:// encrypts, and needs --workers-tls "
            "FOLDER; one that is called tcp:// does not, and has none"
        )
    return address, tls


def _awaited(path: Path, wait_s: float) -> str:
    """Return the address that a scheduler file has, once it is there."""
    began, said = time.monotonic(), False
    while not path.exists():
        waited_s = time.monotonic() - began
        if waited_s >= wait_s or not path.parent.is_dir():
            minutes = f"{wait_s / _S_PER_MINUTE:g} minutes (--workers-wait)"
            after = f", after {minutes}" if waited_s >= wait_s > 0 else ""
            raise UsageError(
                f"--scheduler-file {path}: there is no such file{after}. A scheduler writes it "
                "when it begins: has it begun, and is that its name?"
            )
        if waited_s > _SAID_S and not said:
            _log.warning("waiting for the scheduler, which writes %s when it begins", path)
            said = True
        time.sleep(_LOOK_S)
    content = _scheduler_file(path)
    address = content.get("address") if isinstance(content, dict) else None
    expected = is_scheduler(address) if isinstance(address, str) else "one"
    if expected is not None:
        raise UsageError(
            f"--scheduler-file {path}: it has no address of a scheduler; expected {expected}, as "
            "dask.distributed writes it"
        )
    return str(address)


def _scheduler_file(path: Path) -> Any:
    """Return what a scheduler file has; None if that cannot be read.

    A scheduler writes it in place, so what is no JSON yet may be in a moment.
    """
    until = time.monotonic() + _WRITTEN_S
    while True:
        try:
            return json.loads(read_bytes(path, UsageError))
        except (OSError, ValueError, RecursionError):
            if time.monotonic() >= until:
                return None
        time.sleep(_LOOK_S / 4.0)
