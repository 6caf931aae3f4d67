"""When the phases of a search began: a population, the polish of its best, jumps."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from pyneuronautofit.optimisers.polish.refinement import LOOK, WAVE
from pyneuronautofit.optimisers.polish.sequel import SequelState
from pyneuronautofit.runs import RunReader
from pyneuronautofit.runs.store.encoding import Record

# One follows the other, and none comes again.
_PHASES = ("population", "polish of the best", "jumps from the best, and their polish")


@dataclass(frozen=True)
class Phase:
    """A phase that has begun.

    Attributes
    ----------
    name
        What it is, in a few words.
    generation
        The first generation, or batch, of it.
    evaluation
        The row number of its first evaluation.
    """

    name: str
    generation: int
    evaluation: int


def phases_of(run: RunReader) -> tuple[Phase, ...]:
    """Return the phases that have begun; empty for a search that is always the same.

    Raises
    ------
    RunError
        If a state of the search is damaged.
    """
    generations = run.generations
    if not generations or _phase_after(run, 0) is None:
        return ()
    # The state after a generation says what comes next. Few of them are looked at.
    found = [Phase(_PHASES[0], 0, 0)]
    for number, name in enumerate(_PHASES[1:], start=1):
        before = _first_of_at_least(run, number)
        if before + 1 >= len(generations):
            break  # its first generation is not finished
        begun = generations[before + 1]
        if begun.number == found[-1].generation:
            found.pop()  # there was nothing to do in it
        found.append(Phase(name, begun.number, begun.first_row))
    return tuple(found)


def _first_of_at_least(run: RunReader, phase: int) -> int:
    """Return the first generation that is followed by such a phase, or by a later one."""
    numbers = range(len(run.generations))
    return bisect_left(numbers, phase, key=lambda number: _phase_after(run, number) or 0)


def _phase_after(run: RunReader, generation: int) -> int | None:
    """Return the number of the phase that follows a generation; None: the search has none."""
    state = run.state(generation)
    if state.name != SequelState.__name__:
        return None
    refined = state.fields.get("refined")
    if not isinstance(refined, Record):
        return 0
    return 1 if refined.fields.get("phase") in (LOOK, WAVE) else 2
