"""The search algorithms by letter. Adding one: a file, and a line in CLASSES.

Plug-ins are looked up beside them, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pyneuronautofit._options import field_names, taken_as_far
from pyneuronautofit._plugins import (
    STRATEGY,
    explicit_plug_ins,
    find_plug_in,
    name_in,
    plug_ins,
    usable_plug_ins,
)
from pyneuronautofit._registry import table_by
from pyneuronautofit._text import nearest, quoted, shortened
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.algorithm import Algorithm, SearchTask
from pyneuronautofit.optimisers.auto.settings import AutoSettings
from pyneuronautofit.optimisers.custom import algorithm_of_plug_in
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


def _built_in() -> Mapping[str, type[Algorithm]]:
    return table_by(lambda algorithm: algorithm.code, CLASSES)


class _Names(Mapping[str, str]):
    """What algorithms are called; a plug-in is loaded when its name is asked for."""

    def __getitem__(self, letter: str) -> str:
        return algorithm_of(letter).name

    def __iter__(self) -> Iterator[str]:
        return iter({**_built_in(), **usable_plug_ins(STRATEGY, algorithm_of_plug_in)})

    def __len__(self) -> int:
        return sum(1 for _letter in self)


#: Every algorithm's name by its letter; that of a plug-in by its own name in braces.
ALGORITHMS: Mapping[str, str] = _Names()

# Two entries of one letter are found at import.
_built_in()


#: What else people call them.
_ALSO_CALLED: Mapping[str, str] = MappingProxyType(
    {"KAMOGA": "K", "NSGA-II": "N", "L-SHADE": "D", "CMA-ES": "C"}
)


def algorithm_letter(name: str) -> str:
    """Return the letter of an algorithm given by its letter, its name, or the beginning of it.

    Case, and whatever is neither letter nor digit, does not matter: `nsga-2` is NSGA2.

    A plug-in has its name in braces instead of a letter, and is given by its whole name, with
    braces or without.

    Raises
    ------
    UsageError
        If none is called so: another word that begins with the same letter is a mistake.
    """
    folded = name_in(name).casefold()
    given = {name_in(each.code).casefold(): each.code for each in explicit_plug_ins(STRATEGY)}
    if folded in given:
        return given[folded]
    if name[:1] != "{":
        letter = _letter_of_built_in(name)
        if letter:
            return letter
    # Which packages there are is looked up only for what is no name of a built-in algorithm.
    plugged = {name_in(code).casefold(): code for code in plug_ins(STRATEGY)}
    if folded in plugged:
        return plugged[folded]
    if name[:1] == "{":
        meant = nearest(name, plugged.values())
        raise UsageError(
            f"-A {shortened(name)}: this is a search of a plug-in that is not there: give --plugin "
            "FILE.py, or install the package that it is of"
            + (f"; or is {meant} meant?" if meant else "")
        )
    like = nearest(name, [*ALGORITHMS.values(), *_ALSO_CALLED])
    raise UsageError(
        f"-A {shortened(name)}: expected one of {quoted(ALGORITHMS.values())}, or its first letter"
        + (f"; did you mean {like}?" if like else "")
    )


def _letter_of_built_in(name: str) -> str:
    """Return the letter of the algorithm that is called so, or whose name begins so; "": none."""
    word = _plain(name)
    names = {_plain(algorithm.name): letter for letter, algorithm in _built_in().items()}
    others = {_plain(known): letter for known, letter in _ALSO_CALLED.items()}
    for letter in _built_in():
        if word == letter.casefold():
            return letter
    begun = {letter for known, letter in {**names, **others}.items() if known.startswith(word)}
    return begun.pop() if word and len(begun) == 1 else ""


def _plain(name: str) -> str:
    """Return a name as names are compared."""
    return "".join(each for each in name.casefold() if each.isalnum())


def algorithm_name(name: str) -> str:
    """Return what an algorithm is called that was given by name; of a missing plug-in, its own."""
    try:
        return ALGORITHMS[algorithm_letter(name)]
    except UsageError:
        return name_in(name)


def stored_algorithm(name: str) -> str:
    """Return what a store calls an algorithm: that of a plug-in by its name in braces.

    Otherwise it would be taken for another one of the same first letter, where it is not there.
    """
    if name[:1] == "{":
        return name
    letter = algorithm_letter(name)
    return letter if len(letter) > 1 else name


def algorithm_of(letter: str) -> type[Algorithm]:
    """Return the algorithm of a letter that `algorithm_letter` returned."""
    built_in = _built_in()
    if letter in built_in:
        return built_in[letter]
    plug_in = find_plug_in(STRATEGY, letter)
    if plug_in is None:
        raise KeyError(letter)
    return algorithm_of_plug_in(plug_in)


def algorithm_plans(name: str) -> bool:
    """Tell whether what an algorithm does depends on how many evaluations there will be.

    Of a plug-in that is not there nobody knows; it cannot go on anyway.
    """
    try:
        return algorithm_of(algorithm_letter(name)).plans
    except UsageError:
        if name[:1] == "{":
            return False
        raise


def algorithms_that_read(name: str, *also: str) -> tuple[str, ...]:
    """Return the letters of the algorithms that read an option, or leave what it is about.

    What everything is added up by, and what comes behind a search, concerns all of them.

    Parameters
    ----------
    name
        The option's field.
    also
        Letters of algorithms that are looked at beside those that are built in; none: all.
    """
    letters = dict.fromkeys([*_built_in(), *also] if also else ALGORITHMS)
    if name in field_names(ScalarOptions):
        return tuple(letters)
    traces = name in field_names(TraceOptions)
    known = {letter: algorithm_of(letter) for letter in letters}
    return tuple(
        letter
        for letter, algorithm in known.items()
        if name in field_names(algorithm) or (traces and algorithm.leaves_trace)
    )


def about_algorithms() -> str:
    """Return what the help says about -A."""
    known = {letter: algorithm_of(letter) for letter in ALGORITHMS}
    listed = "; ".join(f"{algorithm.name} - {algorithm.about}" for algorithm in known.values())
    letters = [letter for letter in known if len(letter) == 1]
    return (
        f"algorithm for multiobjective evaluation. It can be: {listed}. An algorithm can be given "
        "by its name, the beginning of it (in any case; another word is refused) or "
        f"by its first letter: {quoted(letters)}"
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
    strategy = taken_as_far(algorithm_of(letter), settings).strategy(task)
    if not settings.polish:
        return strategy
    if isinstance(strategy, Sequel | LocalRefinement):
        raise UsageError(
            f"--polish {settings.polish:g}: {ALGORITHMS[letter]} polishes by itself; leave it out"
        )
    return Sequel(space, task.merits, strategy, settings.polish)
