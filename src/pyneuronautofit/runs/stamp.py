"""The run stamp, and the names of a run's files."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyneuronautofit._plugins import for_file_name
from pyneuronautofit._text import shortened
from pyneuronautofit._words import unusable_name
from pyneuronautofit.errors import OutputError


@dataclass(frozen=True)
class RunFiles:
    """Where a run writes.

    Attributes
    ----------
    folder
        The folder of all files.
    stamp
        What their names begin with.
    """

    folder: Path
    stamp: str

    @property
    def log(self) -> Path:
        """The compressed log."""
        return self.folder / f"{self.stamp}.log.gz"

    @property
    def store(self) -> Path:
        """The run store: all that the run keeps."""
        return self.folder / f"{self.stamp}.sqlite"

    @property
    def _real_store(self) -> Path:
        """The store itself, where its name here is a link: a store has one lock."""
        store = self.store
        return Path(os.path.realpath(store)) if store.is_symlink() else store

    @property
    def lock(self) -> Path:
        """Is there, and locked, while a process writes the store."""
        return self._real_store.with_suffix(".lock")

    @property
    def stop(self) -> Path:
        """Is there for a moment, while somebody asks the run to stop."""
        return self._real_store.with_suffix(".stop")

    @property
    def evaluations(self) -> Path:
        """Every evaluation."""
        return self.folder / f"{self.stamp}-arXive.json"

    @property
    def checkpoint(self) -> Path:
        """The population of the last checkpoint."""
        return self.folder / f"{self.stamp}-chpnt.json"

    @property
    def final(self) -> Path:
        """The final population and the archive."""
        return self.folder / f"{self.stamp}-final.json"

    @property
    def adaptations(self) -> Path:
        """The trace of the weights (the flag -Z)."""
        return self.folder / f"{self.stamp}-KrWtLg.json"

    def prepare(self) -> None:
        """Make the folder, and refuse to write over another run.

        Raises
        ------
        OutputError
            If files of this stamp exist, or the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"the output folder {self.folder} cannot be made: {error.strerror}. "
                "Choose another with --output"
            ) from error
        self.refuse_taken()

    def refuse_taken(self) -> None:
        """Raise OutputError if files of this stamp exist, or there can be none."""
        # SQLite's own file beside a store that is being made has the longest name.
        wrong = unusable_name(f".{self.stamp}.sqlite.new-journal")
        if wrong:
            raise OutputError(
                f"the run's stamp {shortened(self.stamp)} is too long: {wrong}, and those of the "
                "run are longer than the stamp. Choose a shorter one with -a"
            )
        if self.folder.exists() and not self.folder.is_dir():
            raise OutputError(
                f"the output folder {self.folder} is a file. Choose another with --output"
            )
        results = (self.evaluations, self.checkpoint, self.final, self.adaptations)
        taken = [path for path in (self.store, self.log, *results) if path.exists()]
        if taken:
            go_on = f", or go on with --resume {self.store}" if self.store.exists() else ""
            raise OutputError(
                f"there is already a run with the stamp {self.stamp}: {taken[0]} exists. "
                f"Choose another stamp (-a), iteration (-i) or folder (--output){go_on}"
            )


def make_stamp(
    recording: Path,
    version: str,
    modes: str,
    algorithm: str,
    *,
    log_search: bool,
    now: datetime,
    slurm_id: str | None = None,
    given: str | None = None,
    iteration: int | None = None,
) -> str:
    """Make the stamp `<recording>-v<version>-<date>-<time>-<7 digits>-<modes>-<L or F><algorithm>`.

    Parameters
    ----------
    modes
        Their codes; names in braces stand between + in the stamp.
    algorithm
        Its letter, or its name in braces.
    log_search
        L in the stamp, else F.
    slurm_id
        Takes the place of the random digits.
    given
        The stamp of -a: takes the place of all that.
    iteration
        Adds `-I<3 digits>`.
    """
    digits = f"{secrets.randbelow(10_000_000):07d}" if slurm_id is None else slurm_id.zfill(7)
    stamp = given or "-".join(
        [
            recording.stem,
            f"v{_for_file_name(version)}",
            now.strftime("%Y%m%d-%H%M%S"),
            digits,
            for_file_name(modes),
            ("L" if log_search else "F") + for_file_name(algorithm),
        ]
    )
    return stamp if iteration is None else f"{stamp}-I{iteration:03d}"


def _for_file_name(text: str) -> str:
    return re.sub(r"[^\w.+]+", "_", text)
