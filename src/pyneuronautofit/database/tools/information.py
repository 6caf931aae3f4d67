"""What is in a database, and what is missing from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.database.conformity import departures
from pyneuronautofit.database.database import Database
from pyneuronautofit.database.labels import Units, label_of
from pyneuronautofit.database.models import StoredModel
from pyneuronautofit.database.tools.resting import NOTE
from pyneuronautofit.space import BoundReference, Parameter, ParameterPath
from pyneuronautofit.space.scales import LINEAR

# A parameter this near to a bound, as a share of the interval, presses on it.
NEAR_BOUND = 0.01


@dataclass(frozen=True)
class ParameterRange:
    """Values of one parameter over all models.

    Attributes
    ----------
    name, label
        Its path, and how a person reads it.
    scale
        `lin`, `log`, `int`, `con`; "" where the header does not declare it.
    low, high
        Its bounds as the header gives them; None where it does not.
    smallest, median, largest
        Of the models' values; nan where none has one.
    n_model
        How many models have one.
    n_low, n_high
        How many of them are within a hundredth of the interval from a bound.
    """

    name: str
    label: str
    scale: str
    low: float | str | None
    high: float | str | None
    smallest: float
    median: float
    largest: float
    n_model: int
    n_low: int
    n_high: int


@dataclass(frozen=True)
class Information:
    """What is in a database.

    Attributes
    ----------
    list_name, n_model
        Key and length of the list of models.
    header
        Keys with short values: version, module, cell, temperature.
    numbers
        Smallest and largest id.
    targets, sources, evaluations
        How many models have which.
    parameters
        Ranges of their values.
    missing
        What models lack, in words.
    departures
        Where the file is not as the schema says; the first few places.
    """

    list_name: str
    n_model: int
    header: dict[str, Json]
    numbers: tuple[int, int]
    targets: dict[str, int]
    sources: dict[str, int]
    evaluations: dict[str, int]
    parameters: tuple[ParameterRange, ...]
    missing: tuple[str, ...]
    departures: tuple[str, ...]


def describe_database(database: Database, units: Units) -> Information:
    """Look through a database.

    Raises
    ------
    DatabaseError
        If its models or its header's parameters are none.
    """
    stored = database.stored.models
    content = database.content
    numbers = [model.number for model in stored]
    return Information(
        database.list_name,
        len(stored),
        {key: value for key, value in content.items() if isinstance(value, str | int | float)},
        (min(numbers), max(numbers)),
        _counted([model.target or "none" for model in stored]),
        _counted([_source(record, content.get("sources")) for record in database.records]),
        _counted([str(r.get("evaluation", "none"))[:40] for r in database.records]),
        tuple(_ranges(database, units)),
        tuple(_missing(database)),
        departures(content),
    )


def _counted(names: Sequence[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _source(record: Json, sources: Json) -> str:
    number = record.get("src")
    known = isinstance(number, int) and isinstance(sources, list) and 0 <= number < len(sources)
    return str(sources[number]) if known else "none"


def _ranges(database: Database, units: Units) -> Iterator[ParameterRange]:
    models = database.stored.models
    declared = database.space()
    for parameter in declared:
        yield _range(parameter, _values(models, parameter), units, declared=True)
    known = {path.text for parameter in declared for path in parameter.targets}
    names = dict.fromkeys(name for model in models for name in model.parameters)
    for name in names:
        if name not in known:
            parameter = Parameter((ParameterPath.parse(name),), LINEAR, 0.0, 0.0)
            yield _range(parameter, _values(models, parameter), units, declared=False)


def _values(models: Sequence[StoredModel], parameter: Parameter) -> FloatArray:
    """Return the models' values of a parameter, without those that have none."""
    names = [path.text for path in parameter.targets]
    found = ([m.parameters[n] for n in names if n in m.parameters] for m in models)
    return np.array([values[0] for values in found if values], dtype=np.float64)


def _range(
    parameter: Parameter, values: FloatArray, units: Units, *, declared: bool
) -> ParameterRange:
    low, high = (parameter.low, parameter.high) if declared else (None, None)
    n_low, n_high = _near_bounds(parameter, values) if declared else (0, 0)
    few = values if len(values) else np.array([np.nan])
    return ParameterRange(
        parameter.name,
        label_of(parameter, units),
        parameter.scale.code if declared else "",
        low.name if isinstance(low, BoundReference) else low,
        high.name if isinstance(high, BoundReference) else high,
        float(few.min()),
        float(np.median(few)),
        float(few.max()),
        len(values),
        n_low,
        n_high,
    )


def _near_bounds(parameter: Parameter, values: FloatArray) -> tuple[int, int]:
    """Return how many values press on the lower and on the upper bound."""
    low, high = parameter.low, parameter.high
    if isinstance(low, BoundReference) or isinstance(high, BoundReference) or low == high:
        return 0, 0
    ends = np.array(sorted((low, high)))
    with np.errstate(divide="ignore", invalid="ignore"):  # a value that has no logarithm
        lower, upper = parameter.scale.to_search(ends)
        place = (parameter.scale.to_search(values) - lower) / (upper - lower)
    return int((place <= NEAR_BOUND).sum()), int((place >= 1 - NEAR_BOUND).sum())


def _missing(database: Database) -> Iterator[str]:
    """Say what models lack that tools or readers of the database look for."""
    models, records = database.stored.models, database.records
    lacking = database.missing_parameters()
    if lacking:
        names = dict.fromkeys(name for absent in lacking.values() for name in absent)
        yield f"{_models(lacking)} lack parameters: {quoted(names)}"
    for key, tool in (("init", "search-init"), ("gsynmin", "search-synmin"), ("id", "search-init")):
        without = [m.number for m, r in zip(models, records, strict=True) if r.get(key) is None]
        if without:
            yield f"{_models(without)} have no {key} ({tool} writes it)"
    moving = [m.number for m, r in zip(models, records, strict=True) if NOTE in r]
    if moving:
        yield f"{_models(moving)} were not at rest when search-init ended (see their {NOTE})"
    holes = [m.number for m, r in zip(models, records, strict=True) if _has_holes(r.get("gsynmin"))]
    if holes:
        yield f"{_models(holes)} have null in gsynmin: no conductance was found for a mix"
    for key in ("targets", "parameters", "temperature"):
        if database.content.get(key) in (None, []):
            yield f"the header has no {key}"


def _has_holes(values: Json) -> bool:
    # A null at the end closes a list, as everywhere in these files.
    return isinstance(values, list) and None in values[:-1]


def _models(numbers: Iterable[int]) -> str:
    listed = list(numbers)
    return f"{len(listed)} model(s) ({quoted(map(str, listed), 6)})"
