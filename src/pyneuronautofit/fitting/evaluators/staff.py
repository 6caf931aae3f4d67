"""Who of the workers is accepted, refused or being asked, and who has something to do."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


class Standing(enum.Enum):
    """What is known of a worker."""

    UNKNOWN = "not asked yet"
    ASKED = "preparing"
    ACCEPTED = "accepted"
    REFUSED = "refused"


#: A worker that has failed so often in a row, over other candidates, fails over everything.
MOST_FAILURES = 3


@dataclass
class _Member:
    standing: Standing = Standing.UNKNOWN
    ticket: int | None = None
    n_failed: int = 0


class Staff:
    """The workers of a scheduler, by their addresses."""

    def __init__(self) -> None:
        self._members: dict[str, _Member] = {}
        self._by_ticket: dict[int, str] = {}

    def __str__(self) -> str:
        """Return how many there are of each standing."""
        count = Counter(member.standing for member in self._members.values())
        parts = [f"{n} {standing.value}" for standing in Standing if (n := count[standing])]
        return ", ".join(parts) or "there are none"

    @property
    def n_accepted(self) -> int:
        """How many are accepted."""
        return sum(each.standing is Standing.ACCEPTED for each in self._members.values())

    def unknown(self) -> list[str]:
        """Return those that are yet to be asked who they are."""
        return [a for a, each in self._members.items() if each.standing is Standing.UNKNOWN]

    def idle(self) -> list[str]:
        """Return those that are accepted, and have nothing to do."""
        return [
            address
            for address, each in self._members.items()
            if each.standing is Standing.ACCEPTED and each.ticket is None
        ]

    def come(self, address: str) -> None:
        """Take notice of a worker."""
        self._members[address] = _Member()

    def leave(self, address: str) -> int | None:
        """Take notice that a worker is gone; return what it was asked, if it was."""
        member = self._members.pop(address, None)
        if member is None or member.ticket is None:
            return None
        self._by_ticket.pop(member.ticket, None)
        return member.ticket

    def ask(self, address: str, ticket: int) -> None:
        """Take notice that a worker is asked who it is."""
        self._members[address].standing = Standing.ASKED
        self.give(address, ticket)

    def give(self, address: str, ticket: int) -> None:
        """Take notice that a worker has something to do."""
        self._members[address].ticket = ticket
        self._by_ticket[ticket] = address

    def finished(self, ticket: int) -> str | None:
        """Take notice of an answer; return whose it is, if that is known."""
        address = self._by_ticket.pop(ticket, None)
        if address is not None:
            self._members[address].ticket = None
        return address

    def accept(self, address: str) -> None:
        """Let a worker evaluate."""
        self._members[address].standing = Standing.ACCEPTED

    def refuse(self, address: str) -> None:
        """Let a worker evaluate nothing from now on."""
        self._members[address].standing = Standing.REFUSED

    def succeeded(self, address: str) -> None:
        """Take notice that a worker has done what it was asked."""
        if address in self._members:
            self._members[address].n_failed = 0

    def failed(self, address: str) -> bool:
        """Take notice that a worker has failed; return whether it does nothing else."""
        member = self._members.get(address)
        if member is None:
            return False
        member.n_failed += 1
        return member.n_failed >= MOST_FAILURES

    def forget_acceptance(self, address: str) -> None:
        """Have a worker asked once more who it is."""
        if address in self._members:
            self._members[address].standing = Standing.UNKNOWN

    def free(self, tickets: Iterable[int]) -> None:
        """Take notice that some questions are given up."""
        for ticket in list(tickets):
            self.finished(ticket)

    def start_anew(self) -> list[int]:
        """Have everybody asked who they are; return all questions, which are given up."""
        tickets = list(self._by_ticket)
        self._by_ticket.clear()
        for address in self._members:
            self._members[address] = _Member()
        return tickets
