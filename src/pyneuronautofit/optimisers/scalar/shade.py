"""Differential evolution that learns its own settings, with a population that shrinks: L-SHADE.

Source: Tanabe & Fukunaga 2014, "Improving the search performance of SHADE using linear population
size reduction", IEEE CEC, 1658-1665; the numbers in brackets are those of docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.optimisers._random import generator_from
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.optimisers.population import Population, empty_population
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.optimisers.scalar.summing import Summing, needed
from pyneuronautofit.space import ParameterSpace

#: Members at the end of a search.
LEAST = 12
# The best of these parts are followed; so many generations are remembered; so many beaten members
# are kept, by the size of the population. All are those of the paper.
_BEST_PART, _MEMORY, _ARCHIVE_PART = 0.11, 6, 1.0
_SPREAD = 0.1


@dataclass(frozen=True)
class ShadeState:
    """All that changes during a search.

    Attributes
    ----------
    n_told
        Candidates told so far.
    generator
        State of the random generator, as numpy gives it.
    members
        The current population, best first by merit.
    merits : FloatArray, shape (n_member,)
        What is minimised.
    beaten : FloatArray, shape (n_beaten, n_param), search coordinates
        Former members.
    steps, rates : FloatArray, shape (6,)
        What is remembered of steps (F) and crossover rates (CR) that were successful.
    place
        Which of these is forgotten next.
    asked_steps, asked_rates : FloatArray, shape (n_cand,)
        Those of the candidates that were asked for last.
    """

    n_told: int
    generator: Json
    members: Population
    merits: FloatArray
    beaten: FloatArray
    steps: FloatArray
    rates: FloatArray
    place: int
    asked_steps: FloatArray
    asked_rates: FloatArray


@dataclass(frozen=True)
class Shade(Summing):
    """L-SHADE.

    Attributes
    ----------
    space
        What is searched.
    merits
        How candidates are ordered.
    population_size
        Members at the beginning.
    evaluations
        How many candidates the search has in all.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; see `initial_candidates`.
    """

    space: ParameterSpace
    merits: Merits
    population_size: int
    evaluations: int
    initial: FloatArray | None = None

    def batch_size(self, _generation: int) -> int:
        """Return how many candidates a generation has, at most."""
        return self.population_size

    def lasting(self, _generations: int, evaluations: int) -> Shade:
        """Return the strategy for a search of so many evaluations."""
        return replace(self, evaluations=evaluations)

    def init(self, seed: int) -> ShadeState:
        """Return the state before the initial population."""
        generator = np.random.default_rng(seed).bit_generator.state
        none = np.empty(0)
        middle = np.full(_MEMORY, 0.5)
        nobody = empty_population(len(self.space))
        return ShadeState(
            0, generator, nobody, none, nobody.x, middle, middle.copy(), 0, none, none
        )

    def ask(self, state: ShadeState) -> tuple[FloatArray, ShadeState]:
        """Propose the initial population, or a child of every member."""
        rng = generator_from(state.generator)
        left = max(self.evaluations - state.n_told, 0)
        steps = rates = np.empty(0)
        if len(state.members):
            steps, rates = _drawn_settings(state, rng)
            x = self._children(state, steps, rates, rng)
        else:
            x = initial_candidates(self.space, self.population_size, self.initial, rng)
        x, steps, rates = x[:left], steps[:left], rates[:left]
        asked = replace(
            state, generator=rng.bit_generator.state, asked_steps=steps, asked_rates=rates
        )
        return x, asked

    def tell(
        self,
        state: ShadeState,
        x: FloatArray,
        scores: FloatArray,
        residuals: FloatArray | None = None,
    ) -> ShadeState:
        """Let children take the places of members that are no better, and learn from them."""
        told = Population(x, scores)
        merits = self.merits.mixed(scores, needed(residuals))
        n_told = state.n_told + len(x)
        if not len(state.members):
            first = replace(state, n_told=n_told, members=told, merits=merits)
            return self._shrunk(first)
        own = state.merits[: len(x)]
        better, not_worse = merits < own, merits <= own
        # One that takes the place of a failed one gains as much as it is.
        gains = np.where(np.isfinite(own), own, 2 * merits)[better] - merits[better]
        learnt = _learnt(state, state.asked_steps[better], state.asked_rates[better], gains)
        # Members that were not asked for a child stay.
        places = np.where(not_worse, len(state.members) + np.arange(len(x)), np.arange(len(x)))
        places = np.concatenate([places, np.arange(len(x), len(state.members))])
        joined = state.members.joined(told)
        both = np.concatenate([state.merits, merits])
        beaten = np.concatenate([state.beaten, state.members.x[: len(x)][better]])
        return self._shrunk(
            replace(
                learnt,
                n_told=n_told,
                members=joined.take(places),
                merits=both[places],
                beaten=beaten,
            )
        )

    def phase(self, _state: ShadeState) -> str:
        """Return nothing: every generation is like the others."""
        return ""

    def population(self, state: ShadeState) -> Population:
        """Return the current members, best first by what the search minimises."""
        return state.members

    def _children(
        self, state: ShadeState, steps: FloatArray, rates: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        """Return a child of every member: current-to-pbest/1 and binomial crossover (eq. 22)."""
        unit = self.space.to_unit(state.members.x)
        n, n_param = unit.shape
        pool = (
            np.concatenate([unit, self.space.to_unit(state.beaten)]) if len(state.beaten) else unit
        )
        n_best = max(round(_BEST_PART * n), 2)
        best = unit[rng.integers(0, n_best, n)]
        first = _others(np.arange(n), n, rng)
        second = _others(np.arange(n), len(pool), rng, first)
        step = steps[:, None]
        mutant = unit + step * (best - unit) + step * (unit[first] - pool[second])
        # Half the way to the bound that was passed, as the paper has it.
        mutant = np.where(mutant < 0, unit / 2, np.where(mutant > 1, (1 + unit) / 2, mutant))
        crossed = rng.random((n, n_param)) < rates[:, None]
        crossed[np.arange(n), rng.integers(0, n_param, n)] = True
        return self.space.from_unit(np.where(crossed, mutant, unit))

    def _shrunk(self, state: ShadeState) -> ShadeState:
        """Return the state with as many members as there are to be now, best first (eq. 24)."""
        part = min(state.n_told / max(self.evaluations, 1), 1.0)
        least = min(LEAST, self.population_size)
        size = round(self.population_size + part * (least - self.population_size))
        order = np.argsort(state.merits, kind="stable")[:size].astype(np.int64)
        rng = generator_from(state.generator)
        beaten, most = state.beaten, round(_ARCHIVE_PART * len(order))
        if len(beaten) > most:
            beaten = beaten[np.sort(rng.permutation(len(beaten))[:most])]
        return replace(
            state,
            generator=rng.bit_generator.state,
            members=state.members.take(order),
            merits=state.merits[order],
            beaten=beaten,
        )


def _drawn_settings(state: ShadeState, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw a step and a crossover rate for every member from what was successful."""
    n = len(state.members)
    remembered = rng.integers(0, _MEMORY, n)
    rates = np.clip(rng.normal(state.rates[remembered], _SPREAD), 0.0, 1.0)
    steps = np.zeros(n)
    while (wrong := steps <= 0).any():
        drawn = state.steps[remembered[wrong]] + _SPREAD * rng.standard_cauchy(int(wrong.sum()))
        steps[wrong] = drawn
    return np.minimum(steps, 1.0), rates


def _learnt(
    state: ShadeState, steps: FloatArray, rates: FloatArray, gains: FloatArray
) -> ShadeState:
    """Return the state with a new memory: Lehmer means of what was successful (eq. 23)."""
    if not len(gains) or gains.sum() <= 0:
        return state
    weights = gains / gains.sum()
    new_steps, new_rates = state.steps.copy(), state.rates.copy()
    new_steps[state.place] = (weights * steps**2).sum() / (weights * steps).sum()
    total = (weights * rates).sum()
    new_rates[state.place] = (weights * rates**2).sum() / total if total > 0 else 0.0
    place = (state.place + 1) % _MEMORY
    return replace(state, steps=new_steps, rates=new_rates, place=place)


def _others(
    own: IntArray, n: int, rng: np.random.Generator, taken: IntArray | None = None
) -> IntArray:
    """Draw for everybody somebody of 0 .. n - 1 who is neither himself nor the one taken."""
    drawn = rng.integers(0, n, len(own))
    while True:
        wrong = drawn == own
        if taken is not None:
            wrong |= drawn == taken
        if not wrong.any():
            return drawn
        drawn[wrong] = rng.integers(0, n, int(wrong.sum()))
