"""Good candidates made better: several starts at once, the better ones longer, then jumps.

A wave of starts is polished, again and again the better half of them. Then, as long as there are
evaluations left, jumps from the best one are tried, the best of them polished. See docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.optimisers._random import generator_from
from pyneuronautofit.optimisers.polish.distinct import distinct
from pyneuronautofit.optimisers.polish.jumps import LONGEST, SHORTEST, jumped
from pyneuronautofit.optimisers.polish.start import LocalSearch, Start
from pyneuronautofit.optimisers.population import Population
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.space import ParameterSpace

#: Starts of the first wave, which are so far apart at least, and how often each takes slopes
#: before the better half goes on.
N_START, _START_APART, _WAVE_STEPS = 6, 0.03, 5
# Jumps that are tried at once, how many of them are polished for how long, and the best of these.
_N_JUMP, _N_CLIMB, _CLIMB_STEPS, _LAST_STEPS = 24, 3, 4, 30
# A wave of jumps that gains less than this part was in vain: the next one leads farther, by this
# factor, up to so many times as far.
_GAIN, _FARTHER, _FARTHEST = 0.05, 1.4, 3.0
# After so many waves in vain jumps from a model with a wrong number of spikes lead nowhere.
_LOST_AFTER = 2
# Where a wave was in vain, every second one starts from another good model, and leads so far that
# what it finds is distinct: at most so many times as bad as the best one, or as this merit.
_WIDE = (0.05, 0.1)
_GOOD_ENOUGH, _GOOD_MERIT = 3.0, 1.0
# So many results are remembered, and so many distinct models kept.
_N_GOOD, _N_KEPT = 24, 200

LOOK, WAVE, JUMP, CLIMB, LAST = "look", "wave", "jump", "climb", "last"


@dataclass(frozen=True)
class RefinementState:
    """All that changes during a refinement.

    Attributes
    ----------
    generator
        State of the random generator, as numpy gives it.
    n_told
        Candidates told so far.
    phase
        What is asked for next: `look` at the candidates to begin with, a `wave` of starts, a
        `jump`, a `climb` of the best jumps, or of the `last` one of them.
    n_wave
        Jumps so far.
    given : FloatArray, shape (n_given, n_param), search coordinates
        Candidates to begin with, until they were looked at.
    starts
        What is polished at present.
    left : IntArray, shape (n_start,)
        How often each may still take slopes.
    good : Population
        The best results so far, best first: their differences are directions of jumps.
    kept : Population
        The distinct models among all that was evaluated, best first.
    reach
        How many times as far jumps lead at present.
    before
        The best merit before the present wave of jumps.
    n_vain
        Waves of jumps since one gained anything worth it.
    astray
        Whether the best model has spikes too many or too few: slopes do not say how to mend that.
    """

    generator: Json
    n_told: int
    phase: str
    n_wave: int
    given: FloatArray
    starts: tuple[Start, ...]
    left: IntArray
    good: Population
    kept: Population
    reach: float = 1.0
    before: float = np.inf
    n_vain: int = 0
    astray: bool = False


@dataclass(frozen=True)
class Refinement:
    """Polishing, and jumps between.

    Attributes
    ----------
    space
        What is searched.
    merits
        How candidates are ordered.
    evaluations
        How many there may be in all.
    """

    space: ParameterSpace
    merits: Merits
    evaluations: int

    @property
    def local(self) -> LocalSearch:
        """What polishes one start."""
        return LocalSearch(self.space, self.merits)

    @property
    def largest_batch(self) -> int:
        """How many candidates are asked for at once, at most."""
        return max(N_START * max(int(self.space.continuous.sum()), 12), _N_JUMP)

    def begin(self, given: FloatArray, generator: Json, n_told: int = 0) -> RefinementState:
        """Return the state before candidates (n_given, n_param), search coordinates, are refined.

        Parameters
        ----------
        given : FloatArray, shape (n_given, n_param), search coordinates
        generator
            State of the random generator.
        n_told
            Evaluations that are used already.
        """
        nobody = Population(given[:0], np.empty((0, 0)))
        none = np.empty(0, dtype=np.int64)
        return RefinementState(generator, n_told, LOOK, 0, given, (), none, nobody, nobody)

    def ask(self, state: RefinementState) -> tuple[FloatArray, RefinementState]:
        """Propose what the present phase needs; nothing where too few evaluations are left."""
        rng = generator_from(state.generator)
        if state.phase == LOOK:
            x = state.given
        elif state.phase == JUMP:
            base, lengths = self._base(state, rng)
            x = jumped(self.space, base, state.good.x, rng, n_jump=_N_JUMP, lengths=lengths)
        else:
            x = np.concatenate([self.local.ask(start) for start in self._asking(state)])
        if state.n_told + len(x) > self.evaluations:
            x = x[:0]
        return x, replace(state, generator=rng.bit_generator.state)

    def tell(
        self, state: RefinementState, x: FloatArray, scores: FloatArray, residuals: FloatArray
    ) -> RefinementState:
        """Learn what became of the candidates, and go on to the next phase where one is over."""
        kept = self._distinct(state.kept, Population(x, scores))
        state = replace(state, n_told=state.n_told + len(x), kept=kept)
        if state.phase == LOOK:
            return self._looked(state, x, scores, residuals)
        if state.phase == JUMP:
            return self._jumped(state, x, scores, residuals)
        return self._going_on(self._told(state, x, scores, residuals))

    def phase(self, state: RefinementState) -> str:
        """Return in a few words what comes next."""
        n = len(self._asking(state))
        if state.phase == WAVE:
            return f"polish of {n} start(s)"
        if state.phase in (CLIMB, LAST):
            return f"jump {state.n_wave}, polish of {n}"
        return f"jump {state.n_wave + 1}" if state.phase == JUMP else "starts"

    def is_lost(self, state: RefinementState) -> bool:
        """Tell whether jumps lead nowhere: the best model has other spikes, and keeps them."""
        return state.phase == JUMP and state.astray and state.n_vain >= _LOST_AFTER

    def begun_anew(self, state: RefinementState, given: FloatArray) -> RefinementState:
        """Return the state before other candidates are refined; what was found is kept."""
        return replace(state, phase=LOOK, given=given, reach=1.0, before=np.inf, n_vain=0)

    def population(self, state: RefinementState) -> Population:
        """Return the distinct models so far, best first."""
        return state.kept

    def _asking(self, state: RefinementState) -> tuple[Start, ...]:
        """Return the starts that go on."""
        return tuple(
            start
            for start, left in zip(state.starts, state.left.tolist(), strict=True)
            if not start.done and (left > 0 or len(start.jacobian))
        )

    def _looked(
        self, state: RefinementState, x: FloatArray, scores: FloatArray, residuals: FloatArray
    ) -> RefinementState:
        merits = self.merits.mixed(scores, residuals)
        usable = np.flatnonzero(np.isfinite(merits))
        chosen = usable[distinct(self.space.to_unit(x[usable]), merits[usable], _START_APART)]
        starts = tuple(
            self.local.begin(x[place], scores[place], residuals[place])
            for place in chosen[:N_START].tolist()
        )
        left = np.full(len(starts), _WAVE_STEPS, dtype=np.int64)
        if not starts:
            # Nothing can be simulated here: look elsewhere.
            rng = generator_from(state.generator)
            given = self.space.sample(rng, max(len(x), 1))
            return replace(state, given=given, generator=rng.bit_generator.state)
        return self._going_on(replace(state, phase=WAVE, given=x[:0], starts=starts, left=left))

    def _jumped(
        self, state: RefinementState, x: FloatArray, scores: FloatArray, residuals: FloatArray
    ) -> RefinementState:
        merits = self.merits.mixed(scores, residuals)
        order = np.argsort(merits, kind="stable")[:_N_CLIMB]
        starts = tuple(
            self.local.begin(x[place], scores[place], residuals[place], fine=True)
            for place in order.tolist()
            if np.isfinite(merits[place])
        )
        if not starts:
            return state
        left = np.full(len(starts), _CLIMB_STEPS, dtype=np.int64)
        n_wave = state.n_wave + 1
        return self._going_on(replace(state, phase=CLIMB, starts=starts, left=left, n_wave=n_wave))

    def _told(
        self, state: RefinementState, x: FloatArray, scores: FloatArray, residuals: FloatArray
    ) -> RefinementState:
        """Return the state with every start that asked told what it asked for."""
        starts, left = list(state.starts), state.left.copy()
        asking, begin = {id(start) for start in self._asking(state)}, 0
        for place, start in enumerate(state.starts):
            if id(start) not in asking:
                continue
            part = slice(begin, begin + self.local.n_asked(start))
            begin = part.stop
            left[place] -= not len(start.jacobian)
            starts[place] = self.local.tell(start, x[part], scores[part], residuals[part])
        return replace(state, starts=tuple(starts), left=left)

    def _going_on(self, state: RefinementState) -> RefinementState:
        """Return the state, or that behind its round where nobody asks for anything any more."""
        return state if self._asking(state) else self._round_over(state)

    def _round_over(self, state: RefinementState) -> RefinementState:
        """Return the state in which the better starts go on, or what comes after the last one."""
        scores = np.stack([start.scores for start in state.starts])
        residuals = np.stack([start.residuals for start in state.starts])
        order = np.argsort(self.merits.mixed(scores, residuals), kind="stable")
        good = self._with(state.good, np.stack([start.x for start in state.starts]), scores)
        astray = state.astray
        sums = self.merits.plain(scores)
        best = int(np.argmin(sums))
        if not len(state.good) or sums[best] < self.merits.plain(state.good.scores[:1])[0]:
            astray = not self.merits.rows.counts_match(residuals[best])
        state = replace(state, good=good, astray=astray)
        starts = [state.starts[place] for place in order.tolist()]
        if state.phase == LAST or len(starts) == 1:
            return self._before_jump(state)
        n_going_on = max(len(starts) // 2, 1) if state.phase == WAVE else 1
        # The last one goes on as long as it gains anything.
        n_step = _WAVE_STEPS if n_going_on > 1 else _LAST_STEPS
        phase = WAVE if state.phase == WAVE else LAST
        going_on = tuple(starts[:n_going_on])
        left = np.full(len(going_on), n_step, dtype=np.int64)
        return self._going_on(replace(state, phase=phase, starts=going_on, left=left))

    def _base(
        self, state: RefinementState, rng: np.random.Generator
    ) -> tuple[FloatArray, tuple[float, float]]:
        """Return where the next jumps begin, and how far they lead."""
        if state.reach > 1.0 and state.n_wave % 2:
            merits = self.merits.plain(state.kept.scores)
            most = max(_GOOD_ENOUGH * float(merits[0]), _GOOD_MERIT)
            n_good = int((merits <= most).sum())
            return state.kept.x[rng.integers(0, max(n_good, 1))], _WIDE
        return state.good.x[0], (SHORTEST * state.reach, LONGEST * state.reach)

    def _distinct(self, kept: Population, told: Population) -> Population:
        """Return the distinct ones of former and new models."""
        told = told.take(np.flatnonzero(told.finite))
        if not len(told):
            return kept
        both = kept.joined(told) if len(kept) else told
        chosen = distinct(self.space.to_unit(both.x), self.merits.plain(both.scores))
        return both.take(chosen[:_N_KEPT])

    def _before_jump(self, state: RefinementState) -> RefinementState:
        """Return the state before jumps, which lead farther the longer they are in vain."""
        now = float(self.merits.plain(state.good.scores[:1])[0])
        gained = now < state.before * (1 - _GAIN)
        reach = 1.0 if gained else min(state.reach * _FARTHER, _FARTHEST)
        none = np.empty(0, dtype=np.int64)
        return replace(
            state,
            phase=JUMP,
            starts=(),
            left=none,
            reach=reach,
            before=now,
            n_vain=0 if gained else state.n_vain + 1,
        )

    def _with(self, good: Population, x: FloatArray, scores: FloatArray) -> Population:
        """Return the best of former and new results, each once."""
        both = Population(x, scores) if not len(good) else good.joined(Population(x, scores))
        merits = self.merits.plain(both.scores)
        kept = distinct(self.space.to_unit(both.x), merits, least=1e-9)
        return both.take(kept[:_N_GOOD])
