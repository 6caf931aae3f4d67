"""A scheduler of dask.distributed and its workers, as processes that a test kills."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cli.clusters.real_slurm import until


class Cluster:
    """A scheduler and workers without nannies, loopback only; all end with the block."""

    def __init__(self, folder, *, ttl_s=60, environment=None):
        self.folder, self.file = Path(folder), Path(folder) / "scheduler.json"
        self.environment = {
            **os.environ,
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{ttl_s}s",
            **(environment or {}),
        }
        self.workers = []
        self.scheduler = None

    def __enter__(self):
        self.start_scheduler()
        return self

    def __exit__(self, *_exc):
        for process in [*self.workers, self.scheduler]:
            _end(process)

    @property
    def address(self):
        return json.loads(self.file.read_text())["address"]

    def start_scheduler(self):
        if self.scheduler is not None:
            _end(self.scheduler)
        self.file.unlink(missing_ok=True)
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        until(self._has_begun, "there is a scheduler", 60)

    def add(self, *words, **environment):
        """Start a worker of one thread."""
        worker = self._start(
            "worker", "--nthreads", "1", "--no-nanny", "--memory-limit", "0",
            "--local-directory", str(self.folder), "--host", "127.0.0.1", *words, **environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def _start(self, what, *words, **environment):
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self.file)]
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, "--no-dashboard", *words],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                cwd=self.folder, env={**self.environment, **environment},
            )  # fmt: skip

    def _has_begun(self):
        with contextlib.suppress(OSError, ValueError):
            return bool(self.address)
        return False


def _end(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill(process, number=signal.SIGKILL):
    """Send a signal to a process and all that it has started."""
    os.killpg(process.pid, number)


def happened(crew, kind, limit_s=30.0):
    """Return the first event of a kind; what comes before it is of no interest."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        for event in crew.events(0.2):
            if isinstance(event, kind):
                return event
    raise AssertionError(f"no {kind.__name__} within {limit_s:g} s")
