"""A search algorithm as a function: the easy form.

The function proposes the next candidates. Which of all become the population is decided for it, by
fronts of non-dominated models and crowding within a front, as in NSGA-II. It is called with what
its parameters ask for, by their names.

| parameter | what it gets |
|---|---|
| `x` | the population, best first, (n_member, n_param), search coordinates |
| `scores` | its scores, (n_member, n_score); lower is better; a failed model is a row of nan |
| `low`, `high` | bounds of every parameter of every member, (n_member, n_param) |
| `space` | the `ParameterSpace` that is searched |
| `rng` | a numpy `Generator`: the only source of chance, so that runs can be repeated |
| `size` | how many candidates are wanted |
| `generation` | the number of this generation, from 1 |

It returns candidates of shape (size, n_param) in search coordinates, logarithms of parameters whose
scale is 'log'. What is outside the bounds becomes the nearest bound.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, overload

from pyneuronautofit._plugins import asked_for, place_of_function

_KNOWN = ("x", "scores", "low", "high", "space", "rng", "size", "generation")


@dataclass(frozen=True)
class SearchFunction:
    """A function that is a search algorithm; it can be called as before.

    Attributes
    ----------
    function
        What is called; this module says with what.
    name
        What the search is called in -A.
    about
        How it chooses, in a few words.
    """

    plug_in_kind: ClassVar[str] = "STRATEGIES"

    function: Callable[..., Any]
    name: str
    about: str

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function."""
        return self.function(*arguments, **named)

    @property
    def where(self) -> str:
        """Its name and place, for messages."""
        return place_of_function(self.function, self.name)

    def asks_for(self) -> tuple[str, ...]:
        """Return the names of its parameters that it is called with.

        Raises
        ------
        UsageError
            If nobody knows what one of them is.
        """
        return asked_for(self.function, _KNOWN, self.where)


@overload
def strategy(function: Callable[..., Any]) -> SearchFunction: ...


@overload
def strategy(
    *, name: str = "", about: str = ""
) -> Callable[[Callable[..., Any]], SearchFunction]: ...


def strategy(
    function: Callable[..., Any] | None = None, *, name: str = "", about: str = ""
) -> SearchFunction | Callable[[Callable[..., Any]], SearchFunction]:
    """Make a function a search algorithm, as a decorator with settings or without.

    Parameters
    ----------
    function
        Proposes candidates; the documentation of this module says how, docs/plugins.md shows it.
    name
        Its name in -A; the function's where none is given.
    about
        How it chooses; the first line of the function's documentation where none is given.

    Examples
    --------
    >>> @strategy
    ... def shaken(x, size, rng):
    ...     "Members of the population, shaken."
    ...     chosen = x[rng.integers(len(x), size=size)]
    ...     return chosen + rng.normal(0.0, 0.01, chosen.shape)
    >>> shaken.name, shaken.about
    ('shaken', 'Members of the population, shaken')
    """

    def made(function: Callable[..., Any]) -> SearchFunction:
        own = name or str(getattr(function, "__name__", type(function).__name__))
        lines = (inspect.getdoc(function) or own).splitlines()
        return SearchFunction(function, own, about or lines[0].strip().rstrip("."))

    return made if function is None else made(function)
