"""The screen: rich's console, but nothing is lost when nobody reads on, and text is only text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pyneuronautofit._atomic import is_standard_output
from pyneuronautofit._text import printable


class Screen(Console):
    """Standard output. Where its reader leaves (`| head`), the work goes on in silence.

    Names and messages come from files of others. Nothing in them is markup to this screen, nor an
    order to the terminal.

    Parameters
    ----------
    outputs
        What the command writes. If standard output is one of them (-o /dev/stdout), words go to
        standard error: nobody wants them in a file.
    options
        As of rich's console.
    """

    def __init__(self, *outputs: str | Path | None, **options: Any) -> None:
        written = [Path(output) for output in outputs if output is not None]
        options.setdefault("stderr", any(map(is_standard_output, written)))
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts as lines: as rich's console, but for their ends of lines."""
        lines = (printable(o, in_a_line=True) if isinstance(o, str) else o for o in objects)
        super().print(*lines, **options)

    def print_lines(self, text: str) -> None:
        """Print a text of several lines."""
        super().print(text, soft_wrap=True)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield what is going to be written: here everything passes, whatever it is a part of."""
        for segment in super().render(renderable, options):
            # Control segments are rich's own orders.
            if segment.control or (segment.text.isascii() and segment.text.isprintable()):
                yield segment
            else:
                yield segment._replace(text=printable(segment.text))

    def on_broken_pipe(self) -> None:
        """Write into nothing from now on, instead of ending the program."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
