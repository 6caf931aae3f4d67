"""How much memory a worker process may have.

What simulates a candidate may ask for any amount of memory, and the system would give it until
something has to be killed, which may be another program. A limit on the data of a process (not on
its address space, of which libraries map much that they never use) makes such a request fail where
it is made.
"""

from __future__ import annotations

import os
import resource
import sys

from pyneuronautofit.errors import UsageError

#: The environment variable that says otherwise, in GB.
VARIABLE = "PYNEURONAUTOFIT_WORKER_MEMORY"

_GB = 10**9
_MOST_BYTES = 8 * _GB
_SHARE = 0.5


def memory_limit() -> int:
    """Return how many bytes a worker may have: as the user says, or 8 GB, or half of what is there.

    Raises
    ------
    UsageError
        If the environment variable has no such number.
    """
    chosen = os.environ.get(VARIABLE)
    if not chosen:
        return min(_MOST_BYTES, int(_SHARE * _memory_of_machine()))
    try:
        limit = int(float(chosen) * _GB)
    except (ValueError, OverflowError):
        limit = 0
    if limit <= 0:
        raise UsageError(
            f"the environment variable {VARIABLE} is {chosen[:40]!r}; expected how many GB of "
            "memory a worker process may have, such as 4"
        )
    return limit


def limit_memory(limit: int) -> None:
    """Let requests of this process fail that go beyond so many bytes of data."""
    if sys.platform != "linux":
        return  # there is such a limit, but nobody keeps it
    _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _memory_of_machine() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
