"""The rating page's server."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit.pages import PageAnswer, PageServer
from pyneuronautofit.rating.requests import Work, answer_get, answer_post


@dataclass(frozen=True)
class RatingSite:
    """A piece of work as a server answers it.

    Attributes
    ----------
    work
        What is shown and kept.
    command
        What the user calls the program.
    """

    work: Work
    command: str = "final-check"

    def get(self, path: str) -> PageAnswer:
        """Answer a request that changes nothing."""
        return answer_get(self.work, path)

    def post(self, path: str, body: bytes) -> PageAnswer:
        """Answer a request that changes something."""
        return answer_post(self.work, path, body)


class RatingServer(PageServer):
    """Serves one piece of work until it is closed.

    Parameters
    ----------
    work
        What is shown and kept.
    port
        Where it listens; 0: a free port.

    Raises
    ------
    UsageError
        If the port cannot be used.
    """

    def __init__(self, work: Work, port: int = 0) -> None:
        super().__init__(RatingSite(work), port)
