"""How much memory the content of a file may take: the one place that decides it.

Two limits, of which the smaller counts. The first goes by the size of the file, since no sound one
unpacks to a hundred times of what it holds; small files are allowed more. The second is absolute.
Whoever has a file that needs more sets PYNEURONAUTOFIT_MOST_MB, and then that alone counts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit.errors import PyNeuronAutofitError, UsageError

#: The environment variable that sets the limit, in MB (10^6 bytes).
VARIABLE = "PYNEURONAUTOFIT_MOST_MB"

_MB = 1_000_000
# Bytes that every file may take, times of its own size, and bytes that none may take.
_ANY, _TIMES, _MOST = 64 * _MB, 100, 4_000 * _MB
# What can be counted with: no machine has a million terabytes.
_LARGEST_MB = 10**12


@dataclass(frozen=True)
class Allowance:
    """What the content of one file may take.

    Attributes
    ----------
    path
        The file, for messages.
    file_bytes
        Its size.
    most_bytes
        What its content may take in memory.
    error
        The class of the error where it would take more.
    """

    path: Path
    file_bytes: int
    most_bytes: int
    error: type[PyNeuronAutofitError]

    def check(self, n_bytes: int, what: str) -> None:
        """Refuse content that would take more than is allowed.

        Parameters
        ----------
        n_bytes
            What it would take.
        what
            What it is, for the message: "the array voltage".

        Raises
        ------
        PyNeuronAutofitError
            Of the class `error`: if it would.
        """
        if n_bytes > self.most_bytes:
            raise self.error(
                f"{self.path}: {what} would take {_said(n_bytes)} of memory, but for a file of "
                f"{_said(self.file_bytes)} at most {_said(self.most_bytes)} are taken: it is "
                "damaged, or was made to fill the memory. If you know that it is sound, set the "
                f"environment variable {VARIABLE}, such as {VARIABLE}={_enough_MB(n_bytes)}"
            )


def allowance_of(
    path: Path, file_bytes: int | None, error: type[PyNeuronAutofitError]
) -> Allowance:
    """Return what the content of a file may take.

    Parameters
    ----------
    file_bytes
        The size of the file; None: as the file system says.
    error
        The class of the error where it would take more.

    Raises
    ------
    OSError
        If there is no such file.
    UsageError
        If the environment variable is no number of MB.
    """
    size = path.stat().st_size if file_bytes is None else file_bytes
    return Allowance(path, size, most_bytes(size, os.environ), error)


def most_bytes(file_bytes: int, environment: Mapping[str, str]) -> int:
    """Return how many bytes the content of a file of a size may take; raises UsageError."""
    said = environment.get(VARIABLE, "").strip()
    if not said:
        return min(max(_ANY, _TIMES * file_bytes), _MOST)
    if not (said.isascii() and said.isdigit() and 0 < len(said) < 20 and int(said) > 0):
        raise UsageError(
            f"{VARIABLE}={said:.40}: expected how many MB a file's content may take, such as 8000"
        )
    return min(int(said), _LARGEST_MB) * _MB


def _enough_MB(n_bytes: int) -> int:
    return min(-(-n_bytes // _MB), _LARGEST_MB)


def _said(n_bytes: int) -> str:
    if n_bytes < _MB:
        return f"{n_bytes} bytes"
    return f"{n_bytes / _MB:.4g} MB"
