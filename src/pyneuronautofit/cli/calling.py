"""Command lines that work from where the user stands: what the program and a path are called."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_NAME = "pyneuronautofit"


def program_words() -> list[str]:
    """Return how this program is called here: as it was, but for its options.

    The command of an environment that is not activated is not found by its bare name.
    """
    called = sys.argv[0] if sys.argv else ""
    if Path(called).parts[-2:] == (_NAME, "__main__.py"):
        python, *_others = sys.orig_argv or [sys.executable]
        return [python, "-m", _NAME]
    if Path(called).name != _NAME:  # a program of somebody else has called us
        return [_NAME]
    found = shutil.which(_NAME)
    is_found = found is not None and os.path.realpath(found) == os.path.realpath(called)
    return [_NAME] if is_found else [called]


def from_here(path: Path) -> str:
    """Return a path as a word of a command line: relative where it is below this folder."""
    shown = path
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        shown = path.relative_to(Path.cwd())
    # A flag is what begins with a dash.
    return f"./{shown}" if str(shown).startswith("-") else str(shown)
