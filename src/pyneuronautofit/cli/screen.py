"""The screen: rich's console, but nothing is lost when nobody reads on."""

from __future__ import annotations

import os
import sys

from rich.console import Console


class Screen(Console):
    """Standard output. Where its reader leaves (`| head`), the work goes on in silence."""

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> None:
        """Write into nothing from now on, instead of ending the program."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
