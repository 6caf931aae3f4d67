"""The option that names files with plug-ins."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import RUN, Resumed, option
from pyneuronautofit._words import READ


@dataclass(frozen=True, kw_only=True)
class PluginOptions:
    """Which files of one's own belong to the program, beside installed packages."""

    plugins: tuple[str, ...] = option(
        (),
        "--plugin",
        group=RUN,
        metavar="FILE.py",
        parse=READ,
        resumed=Resumed.CONTENT,
        help="a Python file with evaluation modes, searches or readers of your own, which is "
        "executed; may be given several times",
    )
