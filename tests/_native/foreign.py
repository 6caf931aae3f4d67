"""Files of somebody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

#: A user who is neither the administrator nor, anywhere, a person.
NOBODY = 61_234


def make_foreign(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file belong to somebody else.

    Where only the administrator may give files away, the user becomes somebody else instead.
    """
    if os.geteuid() == 0:
        os.chown(path, NOBODY, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
