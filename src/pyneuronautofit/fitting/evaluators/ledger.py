"""Which candidates of a generation are still to be evaluated, and which are given up."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

#: A chunk is sent whole so often; then its candidates go alone, since one of them may be to blame.
WHOLE_TRIES = 2
#: A candidate is given up when so many workers that had nothing else to do have failed over it:
#: fewer may have been taken away by chance.
ALONE_TRIES = 5


@dataclass(frozen=True)
class Parcel:
    """Candidates that go to a worker together.

    Attributes
    ----------
    rows
        Their rows.
    n_failed
        How many workers have failed over it.
    """

    rows: range
    n_failed: int = 0


class Ledger:
    """The parcels of a generation.

    Parameters
    ----------
    chunks
        The rows of each, in order; together all candidates, every one once.
    """

    def __init__(self, chunks: Sequence[range]) -> None:
        self._waiting = deque(Parcel(rows) for rows in chunks)
        self._n_open = sum(map(len, chunks))

    @property
    def is_done(self) -> bool:
        """Whether something is known of every candidate."""
        return self._n_open == 0

    @property
    def has_more(self) -> bool:
        """Whether there are parcels that nobody has."""
        return bool(self._waiting)

    def take(self) -> Parcel:
        """Return the parcel that is next; it is the caller's from now on."""
        return self._waiting.popleft()

    def done(self, parcel: Parcel) -> None:
        """Take notice that a parcel's candidates are evaluated."""
        self._n_open -= len(parcel.rows)

    def give_back(self, parcel: Parcel) -> None:
        """Take a parcel back that a worker did not evaluate, which is not the parcel's fault."""
        self._waiting.appendleft(parcel)

    def failed(self, parcel: Parcel) -> range:
        """Take a parcel back over which a worker has died, or failed; others come first.

        Returns
        -------
        range
            The candidates that are given up: none, or the parcel's only one.
        """
        n_failed = parcel.n_failed + 1
        if len(parcel.rows) > 1 and n_failed >= WHOLE_TRIES:
            alone = [Parcel(parcel.rows[place : place + 1]) for place in range(len(parcel.rows))]
            self._waiting.extend(alone)
            return range(0)
        if len(parcel.rows) == 1 and n_failed >= ALONE_TRIES:
            self._n_open -= 1
            return parcel.rows
        self._waiting.append(replace(parcel, n_failed=n_failed))
        return range(0)
