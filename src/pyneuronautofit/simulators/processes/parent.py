"""A worker process ends when its parent does, also where it hears nothing more from it."""

from __future__ import annotations

import os
import signal
import threading
import time

# The system has ended the worker by then, where it can (see `_programs`).
_EVERY_S = 1.0


def end_with(parent: int) -> None:
    """End this process and its group soon after `parent` has ended, which began it.

    It does not matter when that was: what is compared is who the parent is now.
    """
    # A process without a parent gets another one.
    watch = threading.Thread(target=_watch, args=(parent,), name="watch", daemon=True)
    watch.start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY_S)
    os.killpg(0, signal.SIGKILL)
