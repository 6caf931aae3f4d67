"""What a search strategy is: ask and tell around an explicit state.

A strategy is a frozen record of settings. Everything that changes during a search, the random
generator included, is in its state, which `ask` and `tell` take and return: a stored state *is* a
checkpoint, and a search continued from it does what the uninterrupted one would have done. Inputs
are never modified.
"""

from __future__ import annotations

from typing import Protocol, Self, TypeVar

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.population import Population
from pyneuronautofit.optimisers.weighting import Adaptation

StateT = TypeVar("StateT")


class Strategy(Protocol[StateT]):
    """A search algorithm that proposes candidates and learns from their scores."""

    @property
    def population_size(self) -> int:
        """How many candidates the population has; the first `ask` proposes as many."""
        ...

    def batch_size(self, generation: int) -> int:
        """Return how many candidates a generation has, at most; the initial population is 0.

        All later ones have the same number.
        """
        ...

    def lasting(self, generations: int) -> Self:
        """Return the strategy for a search of so many generations after the initial population.

        Whoever searches asks for it: the number stands in the budget alone. A strategy that does
        not care returns itself.
        """
        ...

    def init(self, seed: int) -> StateT:
        """Return the state before the first generation."""
        ...

    def ask(self, state: StateT) -> tuple[FloatArray, StateT]:
        """Propose candidates.

        Returns
        -------
        FloatArray, shape (n_cand, n_param), search coordinates
        state
            To be given to `tell` with the scores.
        """
        ...

    def tell(self, state: StateT, x: FloatArray, scores: FloatArray) -> StateT:
        """Learn the scores of the candidates that `ask` proposed.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates
        scores : FloatArray, shape (n_cand, n_score)
            Lower is better; a failed candidate is a row of nan.
        """
        ...

    def population(self, state: StateT) -> Population:
        """Return the current population: the best so far in the sense of the strategy."""
        ...

    def scalars(self, state: StateT, scores: FloatArray) -> FloatArray | None:
        """Return the fitness by which the strategy would order candidates now.

        Parameters
        ----------
        scores : FloatArray, shape (n_cand, n_score)

        Returns
        -------
        FloatArray, shape (n_cand,), or None
            Lower is better; None if the strategy does not sum components up.
        """
        ...

    def adaptation(self, state: StateT) -> Adaptation | None:
        """Return how the last `tell` adapted weights; None if it did not."""
        ...
