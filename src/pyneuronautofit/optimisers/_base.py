"""What a search strategy is: ask and tell around an explicit state.

A strategy is a frozen record of settings. Everything that changes during a search, the random
generator included, is in its state, which `ask` and `tell` take and return: a stored state *is* a
checkpoint, and a search continued from it does what the uninterrupted one would have done. Inputs
are never modified.
"""

from __future__ import annotations

from typing import ClassVar, Protocol, Self, TypeVar

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.population import Population
from pyneuronautofit.optimisers.weighting import Adaptation

StateT = TypeVar("StateT")


class Strategy(Protocol[StateT]):
    """A search algorithm that proposes candidates and learns from their scores.

    Attributes
    ----------
    needs_residuals
        Whether `tell` is to be given residuals, too.
    counts_evaluations
        Whether it knows when its evaluations are used up, and then asks for nothing any more.
        Others go on for as long as they are asked, by generations of one size.
    """

    needs_residuals: ClassVar[bool]
    counts_evaluations: ClassVar[bool]

    @property
    def population_size(self) -> int:
        """How many candidates the population has; the first `ask` proposes as many."""
        ...

    def batch_size(self, generation: int) -> int:
        """Return how many candidates a generation has, at most; the initial population is 0.

        All later ones have the same number.
        """
        ...

    def lasting(self, generations: int, evaluations: int) -> Self:
        """Return the strategy for a search of so many evaluations, in all.

        Whoever searches asks for it: the number stands in the budget alone. A strategy that does
        not care returns itself.

        Parameters
        ----------
        generations
            After the initial population; of strategies that count evaluations, without a meaning.
        evaluations
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
            None where the search is over.
        state
            To be given to `tell` with the scores.
        """
        ...

    def tell(
        self,
        state: StateT,
        x: FloatArray,
        scores: FloatArray,
        residuals: FloatArray | None = None,
    ) -> StateT:
        """Learn the scores of the candidates that `ask` proposed.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates
        scores : FloatArray, shape (n_cand, n_score)
            Lower is better; a failed candidate is a row of nan.
        residuals : FloatArray, shape (n_cand, n_residual + n_sweep), or None
            See `ResidualRows`; a failed candidate is a row of nan. None unless they are needed.
        """
        ...

    def phase(self, state: StateT) -> str:
        """Return in a few words what the search does next; empty where it is always the same."""
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
