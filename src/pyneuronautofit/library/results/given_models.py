"""Models as somebody in a notebook has them, as a matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pyneuronautofit._text import nearest, quoted, shortened
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.results.chosen import ChosenModel

_EXPECTED = (
    "expected a model of the run (fit.best()), a dict of parameters, a list of these, a DataFrame "
    "with a column for every parameter, or an array [model, parameter]"
)


def matrix_of(models: Any, names: Sequence[str]) -> FloatArray:
    """Return the parameters of models.

    Parameters
    ----------
    models
        A `ChosenModel`, a mapping of names to numbers, a sequence of these; a DataFrame, whose
        other columns are not looked at; or numbers, shape (n_model, n_param) or (n_param,).
    names
        Of the parameters, in their order.

    Returns
    -------
    FloatArray, shape (n_model, n_param), model values

    Raises
    ------
    UsageError
        If a parameter is missing, unknown, or no finite number.
    """
    if isinstance(models, ChosenModel | Mapping):
        models = [models]
    if hasattr(models, "columns") and hasattr(models, "to_numpy"):
        rows = _of_frame(models, names)
    elif isinstance(models, Sequence) and all(
        isinstance(each, ChosenModel | Mapping) for each in models
    ):
        rows = [_row(number, each, names) for number, each in enumerate(models)]
    else:
        rows = models
    try:
        found = np.atleast_2d(np.asarray(rows, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise UsageError(f"{shortened(repr(models))}: {_EXPECTED}") from error
    if found.ndim != 2 or found.shape[1] != len(names) or not len(found):
        raise UsageError(
            f"models of shape {found.shape}: expected {len(names)} columns, the parameters "
            f"{quoted(names)}"
        )
    bad = np.argwhere(~np.isfinite(found))
    if len(bad):
        number, place = bad[0]
        raise UsageError(
            f"model {number} has {found[number, place]} for {names[place]}; expected a number"
        )
    return found


def _of_frame(models: Any, names: Sequence[str]) -> Any:
    missing = [name for name in names if name not in models.columns]
    if missing:
        raise UsageError(f"the table of models has no column {quoted(missing)}: {_EXPECTED}")
    return models[list(names)].to_numpy()


def _row(number: int, model: Any, names: Sequence[str]) -> list[Any]:
    given = model.parameters if isinstance(model, ChosenModel) else model
    unknown = [name for name in given if name not in names]
    if unknown:
        like = nearest(str(unknown[0]), names)
        hint = f"did you mean {like!r}?" if like else f"they are {quoted(names)}."
        raise UsageError(f"model {number}: {unknown[0]!r} is none of the parameters; {hint}")
    missing = [name for name in names if name not in given]
    if missing:
        raise UsageError(f"model {number} has no value for {quoted(missing)}")
    return [given[name] if _is_number(given[name]) else math.nan for name in names]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
