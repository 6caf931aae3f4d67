"""The screen: rich's console, but nothing is lost when nobody reads on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich.console import Console

from pyneuronautofit._atomic import is_standard_output


class Screen(Console):
    """Standard output. Where its reader leaves (`| head`), the work goes on in silence.

    Parameters
    ----------
    outputs
        What the command writes. If standard output is one of them (-o /dev/stdout), words go to
        standard error: nobody wants them in a file.
    """

    def __init__(self, *outputs: str | Path | None) -> None:
        written = [Path(output) for output in outputs if output is not None]
        super().__init__(highlight=False, stderr=any(map(is_standard_output, written)))

    def on_broken_pipe(self) -> None:
        """Write into nothing from now on, instead of ending the program."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
