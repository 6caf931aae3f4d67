"""A plug-in's function or class as an evaluation mode of the table."""

from __future__ import annotations

import dataclasses
from functools import lru_cache, partial
from typing import Any, ClassVar

from pyneuronautofit._options import field_names
from pyneuronautofit._plugins import PlugIn, place_of
from pyneuronautofit._text import told
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import PyNeuronAutofitError, UsageError
from pyneuronautofit.objectives._base import BoundObjective, Objective, Score
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.custom.calls import NegativeOnce, bound_function, real_numbers
from pyneuronautofit.objectives.custom.functions import (
    SETTINGS,
    ObjectiveFunction,
    objective,
    title_of,
)
from pyneuronautofit.objectives.target import Target


@lru_cache(maxsize=256)
def mode_of(plug_in: PlugIn) -> type[Objective]:
    """Return a plug-in as a mode; raises UsageError if it cannot be one."""
    return made_mode(plug_in.thing, plug_in.code, plug_in.origin)


def made_mode(thing: Any, code: str, origin: str) -> type[Objective]:
    """Return a function or a class as a mode.

    Parameters
    ----------
    thing
        An `ObjectiveFunction`, a function that could be one, or a class as of `Objective`.
    code
        What it is called in -m.
    origin
        Where it is from, for messages.

    Raises
    ------
    UsageError
        If it cannot be one.
    """
    if isinstance(thing, type):
        return _of_class(thing, code, origin)
    if isinstance(thing, ObjectiveFunction):
        return _of_function(thing, code)
    if callable(thing):
        return _of_function(objective(thing), code)
    raise UsageError(
        f"{origin}: the evaluation mode {code} is {type(thing).__name__}: expected a function, or "
        "a class with the method bind"
    )


def _of_function(function: ObjectiveFunction, code: str) -> type[Objective]:
    asked = function.asks_for()
    settings = [(name, Any) for name in SETTINGS if name in asked]
    return dataclasses.make_dataclass(
        "FunctionMode",
        settings,
        bases=(_FunctionMode,),
        namespace={
            "__doc__": function.title,
            "code": code,
            "title": function.title,
            "unit": function.unit,
            "scale": function.scale,
            "function": function,
        },
        frozen=True,
    )


@dataclasses.dataclass(frozen=True)
class _FunctionMode:
    """A mode that a function is; subclasses have the settings that it asks for."""

    code: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str]
    scale: ClassVar[float | None]
    traced: ClassVar[bool] = False
    function: ClassVar[ObjectiveFunction]

    def bind(self, target: Target) -> BoundObjective:
        """Ask the function about the recording."""
        settings = {name: getattr(self, name) for name in field_names(self)}
        return BoundObjective.summed(bound_function(self.function, self.code, target, settings))


def _of_class(given: Any, code: str, origin: str) -> type[Objective]:
    """Return a class with what it lacks: a title, a unit, a scale; and errors that say whose."""
    said = f"{code}, {given.__name__} of {origin}"
    if not callable(getattr(given, "bind", None)) or not hasattr(given, "__dataclass_fields__"):
        raise UsageError(
            f"{said}: expected a frozen dataclass with a method bind(target) that returns a "
            "BoundObjective"
        )
    missing = [
        field.name
        for field in dataclasses.fields(given)
        if field.init
        and field.name not in SETTINGS
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise UsageError(
            f"{said}: nobody knows its field {missing[0]}: expected a default value, or the name "
            f"of a setting ({', '.join(SETTINGS)})"
        )
    usual = {"title": title_of(given) or code, "unit": "1", "scale": None, "traced": False}
    lacking = {name: value for name, value in usual.items() if not hasattr(given, name)}

    def bind(self: Any, target: Target) -> BoundObjective:
        try:
            bound = given.bind(self, target)
        except PyNeuronAutofitError:
            raise
        except (Exception, SystemExit) as error:
            raise UsageError(
                f"{said}: it failed for the recording: {place_of(error)}: {told(error)}"
            ) from error
        if not isinstance(bound, BoundObjective):
            raise UsageError(
                f"{said}: its bind returned {bound!r:.60}: expected a BoundObjective, such as "
                "BoundObjective.summed(score)"
            )
        guarded = partial(_guarded, said=said, negative=NegativeOnce())
        own = guarded(Candidates.of(target), score=bound.score, n_score=None)
        return BoundObjective(
            partial(guarded, score=bound.score, n_score=own.shape[1]),
            partial(guarded, score=bound.collapsed, n_score=1),
        )

    made: type[Objective] = type(given.__name__, (given,), {**lacking, "code": code, "bind": bind})
    return made


def _guarded(
    candidates: Candidates,
    *,
    score: Score,
    said: str,
    n_score: int | None,
    negative: NegativeOnce,
) -> FloatArray:
    """Return the scores of somebody else's mode; raises UsageError if they are none."""
    try:
        found = real_numbers(score(candidates), said)
    except PyNeuronAutofitError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"{said}: {place_of(error)}: {told(error)}") from error
    n_cand = candidates.shape[0]
    wrong = found.ndim != 2 or len(found) != n_cand or found.shape[1] != (n_score or found.shape[1])
    if wrong:
        expected = f"({n_cand}, {'n_score' if n_score is None else n_score})"
        raise UsageError(
            f"{said}: it returned an array of shape {found.shape} for {n_cand} candidates: "
            f"expected {expected}"
        )
    negative.look(found, said)
    return found
