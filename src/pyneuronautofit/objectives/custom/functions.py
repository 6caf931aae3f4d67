"""An evaluation mode as a function: the easy form.

A function is called with what its parameters ask for, by their names.

| parameter | what it gets |
|---|---|
| `voltage_mV` | voltages of a model, or of the recording, (n_sweep, n_sample), mV |
| `model_mV`, `recording_mV` | both, cut to the same number of samples, (n_sweep, n_sample), mV |
| `step_ms` | time between two samples, ms |
| `stimulus` | when it is, a `StimulusTimes` |
| a setting, such as `spike_threshold_mV` | its value, as of the flag |

With `voltage_mV` it returns *features*, whose absolute differences from those of the recording are
the components of the mode. With `model_mV` and `recording_mV` it returns the components themselves.
Either way an array of any shape, or a number; as many for every model. Arrays are read-only.
Parameters that have a default and none of these names keep it: they are settings of its own.

nan says that a model cannot be compared; it counts as failed. An exception is taken for the same,
and a warning says so once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, overload

from pyneuronautofit._plugins import asked_for, place_of_function
from pyneuronautofit.errors import UsageError

FEATURES = ("voltage_mV",)
ERRORS = ("model_mV", "recording_mV")
#: Settings of the evaluation that a function may ask for, as far as they are about scoring.
SETTINGS = (
    "before_spike",
    "after_spike",
    "spike_threshold_mV",
    "spike_count",
    "spike_zoom",
    "histogram_bins",
    "smoothing_kernel_ms",
)
_ALWAYS = ("step_ms", "stimulus")
_KNOWN = (*FEATURES, *ERRORS, *_ALWAYS, *SETTINGS)


@dataclass(frozen=True)
class StimulusTimes:
    """When the stimulus is.

    Attributes
    ----------
    first, last
        Its first and its last sample.
    begin_ms, end_ms
        The same as times, from the beginning of the sweep.
    """

    first: int
    last: int
    begin_ms: float
    end_ms: float


@dataclass(frozen=True)
class ObjectiveFunction:
    """A function that is an evaluation mode; it can be called as before.

    Attributes
    ----------
    function
        What is called; this module says with what.
    name
        What the mode is called in -m, in braces; or a free letter.
    title
        What it compares, in a few words.
    unit
        The unit of a component; 1: it has none.
    scale
        The difference, in that unit, that counts as much as a missing spike where components are
        added up; None: a part of what a voltage of zero would have.
    batched
        Whether it is called with the voltages of many models at a time, of shape (n_cand, n_sweep,
        n_sample), and returns something for each. `recording_mV` is that of one recording.
    """

    plug_in_kind: ClassVar[str] = "OBJECTIVES"

    function: Callable[..., Any]
    name: str
    title: str
    unit: str = "1"
    scale: float | None = None
    batched: bool = False

    def __post_init__(self) -> None:
        if self.scale is not None and not 0 < self.scale < float("inf"):
            raise UsageError(
                f"{self.where}: the scale is {self.scale!r}: expected a number above 0, or None"
            )

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
            If nobody knows what one of them is, or there are no voltages among them.
        """
        names = asked_for(self.function, _KNOWN, self.where)
        if not set(FEATURES) & set(names) and not set(ERRORS) <= set(names):
            raise UsageError(
                f"{self.where}: expected a parameter voltage_mV, of which it finds features, or "
                "model_mV and recording_mV, which it compares"
            )
        if set(FEATURES) & set(names) and set(ERRORS) & set(names):
            raise UsageError(
                f"{self.where}: expected either voltage_mV, or model_mV and recording_mV, and not "
                "both"
            )
        return names


@overload
def objective(function: Callable[..., Any]) -> ObjectiveFunction: ...


@overload
def objective(
    *,
    name: str = "",
    title: str = "",
    unit: str = "1",
    scale: float | None = None,
    batched: bool = False,
) -> Callable[[Callable[..., Any]], ObjectiveFunction]: ...


def objective(
    function: Callable[..., Any] | None = None,
    *,
    name: str = "",
    title: str = "",
    unit: str = "1",
    scale: float | None = None,
    batched: bool = False,
) -> ObjectiveFunction | Callable[[Callable[..., Any]], ObjectiveFunction]:
    """Make a function an evaluation mode, as a decorator with settings or without.

    Parameters
    ----------
    function
        Is called with voltages; the documentation of this module says how, docs/plugins.md shows
        it.
    name
        Its name in -m; the function's where none is given.
    title
        What it compares; the first line of the function's documentation where none is given.
    unit, scale, batched
        See `ObjectiveFunction`.

    Examples
    --------
    >>> @objective(unit="mV")
    ... def sag(voltage_mV, stimulus):
    ...     "Depth of the sag."
    ...     within = voltage_mV[:, stimulus.first : stimulus.last]
    ...     return within[:, -1] - within.min(axis=1)
    >>> sag.name, sag.title
    ('sag', 'Depth of the sag')
    """

    def made(function: Callable[..., Any]) -> ObjectiveFunction:
        own = name or str(getattr(function, "__name__", type(function).__name__))
        return ObjectiveFunction(
            function, own, title or title_of(function) or own, unit, scale, batched
        )

    return made if function is None else made(function)


def title_of(thing: Any) -> str:
    """Return the first line of something's documentation, without its full stop."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    return lines[0].strip().rstrip(".") if lines else ""
