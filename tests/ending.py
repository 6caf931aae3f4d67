"""Processes that are to end."""

from __future__ import annotations

import time
from pathlib import Path

#: Nothing that ends needs so long.
HANGS_IN_S = 60.0


def ended(process: int) -> bool:
    """Wait until a process is no more, or until it has hung for long."""
    until = time.monotonic() + HANGS_IN_S
    while time.monotonic() < until:
        try:
            stat = Path(f"/proc/{process}/stat").read_text()
        except OSError:
            return True
        # Nobody may ask for the exit code of an orphan.
        if stat.rpartition(")")[2].split()[0] in "ZX":
            return True
        time.sleep(0.02)
    return False
