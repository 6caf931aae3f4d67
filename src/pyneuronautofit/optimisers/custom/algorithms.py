"""A plug-in's function or class as an algorithm of the table."""

from __future__ import annotations

import dataclasses
import inspect
from functools import lru_cache
from typing import Any, ClassVar

from pyneuronautofit._plugins import PlugIn
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.algorithm import (
    Algorithm,
    PopulationOptions,
    SearchTask,
    population_size_of,
)
from pyneuronautofit.optimisers.custom.functions import SearchFunction, strategy
from pyneuronautofit.optimisers.custom.guard import blamed_on, guarded_strategy
from pyneuronautofit.optimisers.custom.proposing import Proposing


@lru_cache(maxsize=256)
def algorithm_of_plug_in(plug_in: PlugIn) -> type[Algorithm]:
    """Return a plug-in as an algorithm; raises UsageError if it cannot be one."""
    return made_algorithm(plug_in.thing, plug_in.code, plug_in.origin)


def made_algorithm(thing: Any, code: str, origin: str) -> type[Algorithm]:
    """Return a function or a class as an algorithm.

    Parameters
    ----------
    thing
        A `SearchFunction`, a function that could be one, or a class as of `Algorithm`.
    code
        Its name in braces.
    origin
        Where it is from, for messages.

    Raises
    ------
    UsageError
        If it cannot be one.
    """
    if isinstance(thing, type):
        return _of_class(thing, code, origin)
    if isinstance(thing, SearchFunction):
        return _of_function(thing, code, origin)
    if callable(thing):
        return _of_function(strategy(thing), code, origin)
    raise UsageError(
        f"{origin}: the search {code} is {type(thing).__name__}: expected a function, or a class "
        "with the method strategy"
    )


def _of_function(function: SearchFunction, code: str, origin: str) -> type[Algorithm]:
    function.asks_for()
    said = f"-A {code}, {function.name} of {origin}"
    own = {"function": function, "code": code, "name": function.name, "about": function.about}
    made: type[Algorithm] = type(
        "FunctionAlgorithm", (_FunctionAlgorithm,), {**own, "__doc__": function.about, "said": said}
    )
    return made


@dataclasses.dataclass(frozen=True, kw_only=True)
class _FunctionAlgorithm(PopulationOptions):
    """An algorithm that a function is."""

    code: ClassVar[str]
    name: ClassVar[str]
    about: ClassVar[str]
    function: ClassVar[SearchFunction]
    said: ClassVar[str]

    def strategy(self, task: SearchTask) -> Strategy[Any]:
        """Return the strategy that searches."""
        size = population_size_of(self, task)
        made = Proposing(self.function, task.space, size, task.initial)
        return guarded_strategy(made, self.said)


def _of_class(given: Any, code: str, origin: str) -> type[Algorithm]:
    """Return a class with what it lacks, and errors that say whose they are."""
    said = f"-A {code}, {given.__name__} of {origin}"
    if not callable(getattr(given, "strategy", None)) or not hasattr(given, "__dataclass_fields__"):
        raise UsageError(
            f"{said}: expected a frozen dataclass with a method strategy(task) that returns a "
            "Strategy"
        )
    lines = (inspect.getdoc(given) or code).splitlines()
    usual = {
        "name": given.__name__,
        "about": lines[0].strip().rstrip("."),
        "leaves_trace": False,
        "plans": False,
    }
    lacking = {name: value for name, value in usual.items() if not hasattr(given, name)}

    def guarded(self: Any, task: SearchTask) -> Strategy[Any]:
        with blamed_on(said):
            made = given.strategy(self, task)
        missing = [name for name in _METHODS if not hasattr(made, name)]
        if missing:
            raise UsageError(
                f"{said}: its strategy lacks {', '.join(missing)}: expected a Strategy, which "
                "pyneuronautofit.testing.check_strategy looks at"
            )
        return guarded_strategy(made, said)

    own = {**lacking, "code": code, "strategy": guarded}
    made: type[Algorithm] = type(given.__name__, (given,), own)
    return made


_METHODS = (
    "needs_residuals",
    "counts_evaluations",
    "population_size",
    "batch_size",
    "lasting",
    "init",
    "ask",
    "tell",
    "phase",
    "population",
    "scalars",
    "adaptation",
)
