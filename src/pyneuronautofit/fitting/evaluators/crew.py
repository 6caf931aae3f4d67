"""What a scheduler's workers are to the head: who is there, what is asked, what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias


@dataclass(frozen=True)
class WorkerCame:
    """A worker has come.

    Attributes
    ----------
    address
        Its name, which no other one has had.
    """

    address: str


@dataclass(frozen=True)
class WorkerWent:
    """A worker has left, died, or does not answer any more.

    Attributes
    ----------
    address
        Its name.
    """

    address: str


@dataclass(frozen=True)
class WorkerReply:
    """What became of a question.

    Attributes
    ----------
    ticket
        Of the question.
    content
        The answer; None: there is none.
    error
        Why there is none.
    """

    ticket: int
    content: Mapping[str, Any] | None
    error: str = ""


@dataclass(frozen=True)
class SchedulerWent:
    """The scheduler does not answer any more.

    Attributes
    ----------
    why
        What is known about it.
    """

    why: str


CrewEvent: TypeAlias = WorkerCame | WorkerWent | WorkerReply | SchedulerWent


class Crew(Protocol):
    """The workers of a scheduler. No call waits for any of them."""

    @property
    def address(self) -> str:
        """Where the scheduler is."""
        ...

    def events(self, timeout_s: float) -> Sequence[CrewEvent]:
        """Return what has happened since the last call; wait so long if nothing has."""
        ...

    def introduce(self, address: str, ticket: int, order: Mapping[str, Any]) -> None:
        """Ask a worker to open a problem (`WorkBench.introduce`)."""
        ...

    def evaluate(
        self, address: str, ticket: int, key: str, values: bytes, *, with_residuals: bool
    ) -> None:
        """Ask a worker to evaluate candidates (`WorkBench.evaluate`)."""
        ...

    def forget(self, tickets: Iterable[int]) -> None:
        """Give up questions; nothing is heard of them any more."""
        ...

    def close(self) -> None:
        """Leave the scheduler, at once."""
        ...
