"""Kills a command at any moment, starts it again, and looks at what has become of its files."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from kills.jobs import Job, content, n_generation

#: A process that takes longer hangs, s.
PATIENCE_S = 600.0
#: So soon what a killed process has started must be gone, s.
ORPHANS_S = 20.0


class Fault(AssertionError):
    """Something was lost, or is not what it would have been."""


@dataclass
class Tally:
    """What has been done so far."""

    n_kill: int = 0
    n_round: int = 0
    n_too_late: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


class Killing:
    """One job, again and again, with a folder of its own for each round.

    Parameters
    ----------
    job
    material : Path
        What the command needs; each round has a copy of it.
    folder : Path
        Where the rounds are.
    environment
        Of the processes.
    report
        Called after every round.
    """

    def __init__(
        self,
        job: Job,
        material: Path,
        folder: Path,
        environment: Mapping[str, str],
        rng: Random,
        report: Callable[[Killing], None],
    ) -> None:
        self._report = report
        self.job = job
        self.tally = Tally()
        self._material = material
        self._folder = folder
        self._environment = dict(environment)
        self._rng = rng
        began = time.monotonic()
        whole = self._new_round()
        self._finish(whole)
        self._wanted = job.result(whole)
        self._lasts_s = time.monotonic() - began
        # What was there before is a whole file, too.
        self._before = {n: content(material / n) for n in job.outputs if (material / n).exists()}

    def kill(self, n_kill: int, most_in_a_round: int = 12) -> None:
        """Kill it so many times, in rounds that each end with a result that is compared."""
        began = time.monotonic()
        while self.tally.n_kill < n_kill and len(self.tally.faults) < 3:
            folder = self._new_round()
            try:
                self._round(folder, min(most_in_a_round, n_kill - self.tally.n_kill))
            except Fault as fault:
                self.tally.faults.append(str(fault))
            self._report(self)
        self.tally.seconds = time.monotonic() - began

    def _round(self, folder: Path, n_kill: int) -> None:
        self.tally.n_round += 1
        ended = False
        for number in range(n_kill):
            # Those that go on where they were get somewhere only if they are not killed too soon.
            shortest = 0.3 if self.job.again and number % 2 else 0.0
            delay_s = self._lasts_s * self._rng.uniform(shortest, 1.0)
            if not self._killed(folder, delay_s):
                self.tally.n_too_late += 1
                ended = True
                break
            self.tally.n_kill += 1
            self._check_whole(folder)
            if self._has_done_its_work(folder):
                ended = True
                break
        # What has ended is not called again: some tools begin where they ended the last time.
        if not ended:
            self._finish(folder)
        found = self.job.result(folder)
        for name, wanted in self._wanted.items():
            if found[name] != wanted:
                where = difference(wanted, found[name])
                raise Fault(f"{name} is not what it is without a kill: {where}")
        self._check_inputs(folder)

    def _has_done_its_work(self, folder: Path) -> bool:
        """Whether it was killed when all was written that there was to write."""
        if self.job.store is not None:
            return False
        names = [name for name in self.job.outputs if (folder / name).exists()]
        return set(names) >= self._wanted.keys() and self.job.result(folder) == self._wanted

    def _killed(self, folder: Path, delay_s: float) -> bool:
        """Start it, and kill it after some time; False if it was ready before."""
        n_before = n_generation(folder / self.job.store) if self.job.store else 0
        process = self._start(folder)
        try:
            process.wait(delay_s)
        except subprocess.TimeoutExpired:
            pass
        else:
            _check_end(process, folder)
            return False
        # The process alone, or with all that it has started, as a batch system does.
        alone = self._rng.random() < 0.5
        if alone:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self._check_orphans(process.pid)
        if self.job.store and n_generation(folder / self.job.store) < n_before:
            raise Fault("generations were lost")
        return True

    def _finish(self, folder: Path) -> None:
        process = self._start(folder)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Fault(f"it still ran after {PATIENCE_S:.0f} s") from None
        _check_end(process, folder)

    def _start(self, folder: Path) -> subprocess.Popen[str]:
        environment = self._environment
        if self.job.compiles:
            cache = folder / "cache"
            cache.mkdir(mode=0o700, exist_ok=True)
            environment = {**environment, "PYNEURONAUTOFIT_CACHE": str(cache)}
        # Errors into a file: a pipe that nobody empties would hold the process up.
        with (folder / "errors.txt").open("w") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "pyneuronautofit", *self.job.line(folder, self._rng)],
                cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=errors, text=True,
                start_new_session=True,
            )  # fmt: skip

    def _check_whole(self, folder: Path) -> None:
        """Every output is not there, or the one before, or the one that it has to be."""
        for name in self.job.outputs:
            if name == self.job.store or not (folder / name).exists():
                continue
            try:
                found = content(folder / name)
            except Exception as error:
                raise Fault(f"{name} is not whole: {error!r}") from error
            # A run writes files while it runs, and tools add to a database model by model.
            if self.job.store is None and name not in self._before and found != self._wanted[name]:
                raise Fault(f"{name} is neither what it was nor what it has to be")
            if name in self._before:
                _check_kept(name, self._before[name], found)
        self._check_inputs(folder)

    def _check_inputs(self, folder: Path) -> None:
        for path in sorted(self._material.rglob("*")):
            name = str(path.relative_to(self._material))
            if not path.is_file() or name in self.job.outputs or "__pycache__" in name:
                continue
            if name.endswith(("-shm", "-wal", ".lock")):
                continue
            if _digest(folder / name) != _digest(path):
                raise Fault(f"{name}, an input, is not what it was")

    def _check_orphans(self, session: int) -> None:
        deadline = time.monotonic() + ORPHANS_S
        while left := _processes_of(session):
            if time.monotonic() > deadline:
                os.killpg(session, signal.SIGKILL)
                raise Fault(f"processes lived on: {'; '.join(left)}")
            time.sleep(0.02)

    def _new_round(self) -> Path:
        # Always the same: messages that are compared name files in it.
        folder = self._folder
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(self._material, folder)
        return folder


def _check_end(process: subprocess.Popen[str], folder: Path) -> None:
    if process.returncode:
        said = (folder / "errors.txt").read_text()[-1000:]
        raise Fault(f"exit code {process.returncode}: {said}")


def _check_kept(name: str, before: Any, found: Any) -> None:
    """Whatever a database held before it still holds."""
    kept = {_parameters(model["parameters"]) for model in found["models"]}
    for model in before["models"]:
        if _parameters(model["parameters"]) not in kept:
            raise Fault(f"{name} has lost a model")


def _parameters(parameters: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(parameters.items()))


def difference(wanted: Any, found: Any, place: str = "") -> str | None:
    """Say where two values first differ."""
    if wanted == found:
        return None
    if isinstance(wanted, dict) and isinstance(found, dict) and wanted.keys() == found.keys():
        return next(filter(None, (difference(wanted[k], found[k], f"{place}/{k}") for k in wanted)))
    both = isinstance(wanted, list | tuple) and isinstance(found, list | tuple)
    if both and len(wanted) == len(found):
        return next(
            filter(None, (difference(*w, f"{place}/{k}") for k, w in enumerate(zip(wanted, found))))
        )
    return f"{place}: {wanted!r:.300} and {found!r:.300}"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _processes_of(session: int) -> list[str]:
    """Return the command lines of the living processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _parent, _group, of_session = fields[:4]
        if int(of_session) == session and state not in "ZX":
            found.append(words[:100] or entry.name)
    return found
