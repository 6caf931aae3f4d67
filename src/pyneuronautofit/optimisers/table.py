"""The search algorithms by letter. Adding one: a file, and a line in CLASSES."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pyneuronautofit._options import field_names, taken
from pyneuronautofit._registry import View, table_by
from pyneuronautofit._text import nearest, quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.algorithm import Algorithm, SearchTask
from pyneuronautofit.optimisers.auto.settings import AutoSettings
from pyneuronautofit.optimisers.nsga2 import NSGA2Settings
from pyneuronautofit.optimisers.polish.local import LocalRefinement, LocalSettings
from pyneuronautofit.optimisers.polish.sequel import Sequel
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.optimisers.scalar.options import ScalarOptions
from pyneuronautofit.optimisers.scalar.settings import CmaSettings, ShadeSettings
from pyneuronautofit.optimisers.settings import SearchSettings
from pyneuronautofit.optimisers.weighting import TraceOptions
from pyneuronautofit.optimisers.weightings.krayzman import KrayzmanSettings
from pyneuronautofit.optimisers.weightings.max_scaled import MaxScaledSettings
from pyneuronautofit.optimisers.weightings.positive import PositiveSettings
from pyneuronautofit.space import ParameterSpace

CLASSES: tuple[type[Algorithm], ...] = (
    KrayzmanSettings,
    NSGA2Settings,
    MaxScaledSettings,
    PositiveSettings,
    AutoSettings,
    ShadeSettings,
    LocalSettings,
    CmaSettings,
)


def _by_letter() -> Mapping[str, type[Algorithm]]:
    return table_by(lambda algorithm: algorithm.code, CLASSES)


#: Every algorithm's name by its letter.
ALGORITHMS: Mapping[str, str] = View(
    lambda: {letter: algorithm.name for letter, algorithm in _by_letter().items()}
)


#: What else people call them.
_ALSO_CALLED: Mapping[str, str] = MappingProxyType(
    {"KAMOGA": "K", "NSGA-II": "N", "L-SHADE": "D", "CMA-ES": "C"}
)


def algorithm_letter(name: str) -> str:
    """Return the letter of an algorithm given by its letter, its name, or the beginning of it.

    Case, and whatever is neither letter nor digit, does not matter: `nsga-2` is NSGA2.

    Raises
    ------
    UsageError
        If none is called so: another word that begins with the same letter is a mistake.
    """
    word = _plain(name)
    names = {_plain(known): letter for letter, known in ALGORITHMS.items()}
    others = {_plain(known): letter for known, letter in _ALSO_CALLED.items()}
    for letter in ALGORITHMS:
        if word == letter.casefold():
            return letter
    begun = {letter for known, letter in {**names, **others}.items() if known.startswith(word)}
    if word and len(begun) == 1:
        return begun.pop()
    like = nearest(name, [*ALGORITHMS.values(), *_ALSO_CALLED])
    raise UsageError(
        f"-A {name}: expected one of {quoted(ALGORITHMS.values())}, or its first letter"
        + (f"; did you mean {like}?" if like else "")
    )


def _plain(name: str) -> str:
    """Return a name as names are compared."""
    return "".join(each for each in name.casefold() if each.isalnum())


def algorithm_of(letter: str) -> type[Algorithm]:
    """Return the algorithm of a letter that `algorithm_letter` returned."""
    return _by_letter()[letter]


def algorithm_plans(name: str) -> bool:
    """Tell whether what an algorithm does depends on how many evaluations there will be."""
    return algorithm_of(algorithm_letter(name)).plans


def algorithms_that_read(name: str) -> str:
    """Return the letters of the algorithms that read an option, or leave what it is about.

    What everything is added up by, and what comes behind a search, concerns all of them.
    """
    if name in field_names(ScalarOptions):
        return "".join(_by_letter())
    traces = name in field_names(TraceOptions)
    return "".join(
        letter
        for letter, algorithm in _by_letter().items()
        if name in field_names(algorithm) or (traces and algorithm.leaves_trace)
    )


def about_algorithms() -> str:
    """Return what the help says about -A."""
    known = _by_letter()
    listed = "; ".join(f"{algorithm.name} - {algorithm.about}" for algorithm in known.values())
    return (
        f"algorithm for multiobjective evaluation. It can be: {listed}. An algorithm can be given "
        "by its name, the beginning of it (in any case; another word is refused) or "
        f"by its first letter: {quoted(known)}"
    )


def build_strategy(
    letter: str,
    space: ParameterSpace,
    settings: SearchSettings,
    *,
    n_score: int = 1,
    initial: FloatArray | None = None,
    make_merits: Callable[[], Merits] | None = None,
) -> Strategy[Any]:
    """Build the strategy of an algorithm from those options that it reads, and what follows it.

    Parameters
    ----------
    letter
        As `algorithm_letter` returned it.
    space, n_score, initial, make_merits
        See `SearchTask`.

    Raises
    ------
    UsageError
        If the options make no sense together.
    """
    task = SearchTask(space, n_score, initial, make_merits)
    strategy = taken(algorithm_of(letter), settings).strategy(task)
    if not settings.polish:
        return strategy
    if isinstance(strategy, Sequel | LocalRefinement):
        raise UsageError(
            f"--polish {settings.polish:g}: {ALGORITHMS[letter]} polishes by itself; leave it out"
        )
    return Sequel(space, task.merits, strategy, settings.polish)
