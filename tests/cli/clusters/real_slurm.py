"""A real SLURM on this computer, for tests: virtual nodes, loopback only."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import REPOSITORY

#: Starts and stops it; not a part of the project.
SCRIPT = "tools/slurm-local.sh"
_WAIT_S = 300.0
_OVER = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "PREEMPTED"}


@contextmanager
def started(n_node: int) -> Iterator[Slurm]:
    """Start SLURM and stop it in the end; skip the test where that is not possible."""
    shared = Path(os.environ.get("PYNEURONAUTOFIT_SHARED", REPOSITORY.parent / "shared"))
    script = shared / SCRIPT
    if not script.is_file():
        pytest.skip(f"needs {script}, which starts a SLURM for tests, and is not here")
    # Its daemons want every user to reach their folder, and pytest's are for one alone.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    environment = {
        **os.environ,
        "SLURM_LOCAL_DIR": str(folder),
        "SLURM_LOCAL_NODES": str(n_node),
    }
    began = subprocess.run(
        ["bash", str(script), "start"],
        env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if began.returncode:
        pytest.skip(f"there is no SLURM here, and none could be installed: {began.stderr[-300:]}")
    try:
        yield Slurm({**environment, "SLURM_CONF": str(folder / "slurm.conf")})
    finally:
        subprocess.run(["bash", str(script), "stop"], env=environment, check=False, timeout=120)


class Slurm:
    """Its commands, as a user calls them."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *words: object) -> str:
        """Run a command, and return what it prints."""
        done = subprocess.run(
            [str(word) for word in words],
            env=self.environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout.strip()

    def told(self, job: object, name: str) -> str:
        """Return what SLURM says of a job."""
        found = self("scontrol", "show", "job", job, "--oneliner").splitlines()[0]
        return dict(word.partition("=")[::2] for word in found.split()).get(name, "")

    def is_over(self, job: object) -> bool:
        """Tell whether a job has ended."""
        return self.told(job, "JobState") in _OVER

    def requeue(self, job: object) -> None:
        """Put a job into the queue again, and let it begin at once: SLURM waits two minutes."""
        self("scontrol", "requeue", job)
        until(lambda: self.told(job, "JobState") in {"PENDING", "RUNNING"}, f"{job} is requeued")
        self.hurry(job)

    def hurry(self, job: object) -> None:
        """Let a job that was requeued begin at once."""
        if self.told(job, "JobState") == "PENDING":
            subprocess.run(
                ["scontrol", "update", f"JobId={job}", "StartTime=now"],
                env=self.environment, check=False, capture_output=True, timeout=60,
            )  # fmt: skip


def until(true, what, limit_s=_WAIT_S):
    """Wait until something is so."""
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.2)
