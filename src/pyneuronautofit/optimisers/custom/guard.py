"""A search of somebody else, whose errors say whose they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from pyneuronautofit._plugins import place_of
from pyneuronautofit._text import told
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import PyNeuronAutofitError, UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.population import Population
from pyneuronautofit.optimisers.weighting import Adaptation


@contextlib.contextmanager
def blamed_on(said: str) -> Iterator[None]:
    """Turn whatever is raised within a block into a UsageError that says whose code raised it."""
    try:
        yield
    except PyNeuronAutofitError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"{said}: it failed: {place_of(error)}: {told(error)}") from error


def guarded_strategy(inner: Strategy[Any], said: str) -> Strategy[Any]:
    """Return a strategy that does what another one does, with errors that say whose they are."""
    # What the class of a strategy says, this one has of the other.
    made: Any = GuardedStrategy(inner, said)
    return cast("Strategy[Any]", made)


@dataclass(frozen=True)
class GuardedStrategy:
    """A strategy that does what another one does.

    Attributes
    ----------
    inner
        The other one.
    said
        Whose it is, for messages.
    """

    inner: Strategy[Any]
    said: str

    @property
    def needs_residuals(self) -> bool:
        """As of `Strategy`."""
        return bool(self.inner.needs_residuals)

    @property
    def counts_evaluations(self) -> bool:
        """As of `Strategy`."""
        return bool(self.inner.counts_evaluations)

    @property
    def population_size(self) -> int:
        """As of `Strategy`."""
        return self.inner.population_size

    def batch_size(self, generation: int) -> int:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.batch_size(generation)

    def lasting(self, generations: int, evaluations: int) -> GuardedStrategy:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return GuardedStrategy(self.inner.lasting(generations, evaluations), self.said)

    def init(self, seed: int) -> Any:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.init(seed)

    def ask(self, state: Any) -> tuple[FloatArray, Any]:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.ask(state)

    def tell(
        self, state: Any, x: FloatArray, scores: FloatArray, residuals: FloatArray | None = None
    ) -> Any:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.tell(state, x, scores, residuals)

    def phase(self, state: Any) -> str:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.phase(state)

    def population(self, state: Any) -> Population:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.population(state)

    def scalars(self, state: Any, scores: FloatArray) -> FloatArray | None:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.scalars(state, scores)

    def adaptation(self, state: Any) -> Adaptation | None:
        """Do as `Strategy` says."""
        with blamed_on(self.said):
            return self.inner.adaptation(state)
