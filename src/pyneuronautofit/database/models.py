"""Reading models from model databases and from the files of runs."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pyneuronautofit._text import quoted, shortened
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit._words import whole_range
from pyneuronautofit.database.content import LIST_NAMES, read_content
from pyneuronautofit.database.kinds import check_kinds
from pyneuronautofit.errors import DatabaseError, UsageError
from pyneuronautofit.space import Parameter, ParameterPath, ParameterSpace, ParameterTable

#: Why models of several cells are refused by whoever knows one.
JOINT = (
    "the models are those of a joint fit, each of several cells: 'collect RUN -o DATABASE' writes "
    "them as models of one cell each, for this command"
)


@dataclass(frozen=True)
class StoredModel:
    """One model of a file.

    Attributes
    ----------
    number
        Its id, or its position where models have no ids.
    parameters
        Path -> value.
    target
        The name of the recording that it was fitted to; None where the file does not say.
    evaluation
        How it was scored, as the file holds it; None where it does not.
    """

    number: int
    parameters: Mapping[str, float]
    target: str | None = None
    evaluation: Mapping[str, Json] | None = None


@dataclass(frozen=True)
class StoredModels:
    """The models of a file.

    Attributes
    ----------
    models
        In the order of the file.
    temperature_degC
        The file's, or None.
    pairs_are_ranges
        Whether a list of two sweeps in a stored mask means a range; see `settings_from_json`.
    """

    models: tuple[StoredModel, ...]
    temperature_degC: float | None
    pairs_are_ranges: bool = True

    def table(self) -> ParameterTable:
        """Return the models' parameters; nan where a model does not set one.

        Raises
        ------
        DatabaseError
            If they are those of several cells; see `by_cell`.
        """
        names = list(dict.fromkeys(name for model in self.models for name in model.parameters))
        paths = tuple((ParameterPath.parse(name),) for name in names)
        if any(path.cell for (path,) in paths):
            raise DatabaseError(JOINT)
        values = [[m.parameters.get(name, np.nan) for name in names] for m in self.models]
        whole = tuple(name.endswith(".nseg") for name in names)
        return ParameterTable(paths, whole, np.array(values, dtype=np.float64))

    def values_for(self, space: ParameterSpace) -> FloatArray:
        """Return the models' values of the searched parameters, matched by name.

        Returns
        -------
        FloatArray, shape (n_model, n_param), model values
            nan where a model has no value for any of a parameter's paths.
        """
        return np.array(
            [
                [_value_of(model.parameters, parameter) for parameter in space.parameters]
                for model in self.models
            ]
        )

    def select(self, chosen: Iterable[int | range]) -> StoredModels:
        """Return the models with these numbers, and those whose numbers lie in ranges.

        Raises
        ------
        UsageError
            If there is no such model, or none in a range.
        """
        by_number = {model.number: model for model in self.models}
        numbers: list[int] = []
        missing = []
        for part in chosen:
            wanted = range(part, part + 1) if isinstance(part, int) else part
            found = [number for number in by_number if number in wanted]
            numbers += found
            if not found:
                missing.append(str(part) if isinstance(part, int) else f"{part.start}:{part.stop}")
        if missing:
            raise UsageError(
                f"--models: there is no model {quoted(missing)}; the file has the models "
                f"{quoted(map(str, by_number))}"
            )
        return replace(self, models=tuple(by_number[n] for n in dict.fromkeys(numbers)))


def read_models(path: Path) -> StoredModels:
    """Read a model database, or the result file of a run, plain or gzipped.

    Raises
    ------
    DatabaseError
        If the file cannot be read, or holds no models.
    """
    content, _layout = read_content(path)
    return models_of(content, path)


def list_name_of(content: Mapping[str, Json], path: Path) -> str:
    """Return the key of the list of models.

    Raises
    ------
    DatabaseError
        If there is none.
    """
    key = next((name for name in LIST_NAMES if isinstance(content.get(name), list)), None)
    if key is None:
        raise DatabaseError(
            f"{path} holds no models: expected one of the lists {', '.join(LIST_NAMES)}, found "
            f"the keys {quoted(content)}"
        )
    return key


def models_of(content: Mapping[str, Json], path: Path) -> StoredModels:
    """Return the models of a file's content; `path` is for messages.

    Raises
    ------
    DatabaseError
        If it holds no models, or some that are none.
    """
    key = list_name_of(content, path)
    check_kinds(content, key, path)
    # Files that were closed by hand end their lists with null.
    records = [record for record in content[key] if record is not None]
    names = header_names(content.get("parameters"), path)
    models = tuple(
        _with_origin(_read_model(r, position, names, path), r, content)
        for position, r in enumerate(records)
    )
    if not models:
        raise DatabaseError(f"{path}: its list {key!r} is empty; there is nothing to simulate")
    numbers = [model.number for model in models]
    if len(set(numbers)) < len(numbers):
        raise DatabaseError(
            f"{path}: two models have the same id; give every model an id of its own, or none"
        )
    temperature = content.get("temperature")
    return StoredModels(
        models, temperature if _is_number(temperature) else None, "program" not in content
    )


def _value_of(values: Mapping[str, float], parameter: Parameter) -> float:
    texts = [path.text for path in parameter.targets]
    # Where several cells are fitted, a model of one cell says something about each.
    texts += [path.plain for path in parameter.targets if path.cell]
    found = (values[text] for text in texts if text in values)
    return float(next(found, np.nan))


def parse_selection(text: str, flag: str = "--models") -> list[int | range]:
    """Read ids and half-open ranges of ids, such as `0,3,10:20`; `flag` is for messages.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    parts: list[int | range] = []
    for word in text.split(","):
        part = word.strip()
        try:
            found = whole_range(part)
        except ArgumentTypeError as error:
            raise UsageError(f"{flag}: {error}") from None
        if found is None:
            raise UsageError(
                f"{flag} {shortened(text)}: {shortened(repr(part))} is neither a number nor a "
                "range such as 10:20"
            )
        parts.append(found if ":" in part else found.start)
    parts = [part for part in parts if part != range(0)]
    if not parts:
        raise UsageError(f"{flag} {shortened(text)}: selects no model")
    return parts


def header_names(rows: Json, path: Path) -> list[list[str]]:
    """Return the paths of every column that the header declares; none where there is no header.

    Raises
    ------
    DatabaseError
        If it is no such header.
    """
    if rows is None:
        return []
    names = [_column_names(row) for row in _ended(rows)] if isinstance(rows, list) else [[]]
    if not all(names):
        raise DatabaseError(
            f"{path}: the header's parameters are not a list of [name, scale, low, high]"
        )
    return names


def _column_names(row: Json) -> list[str]:
    """Return the names of one row of the header; none where it is no such row."""
    head = row[0] if isinstance(row, list) and row else None
    names = [head] if isinstance(head, str) else head
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return []
    return names


def _read_model(record: Json, position: int, names: list[list[str]], path: Path) -> StoredModel:
    where = f"{path}, model {position}"
    parameters = record.get("parameters") if isinstance(record, dict) else None
    if isinstance(parameters, list):
        parameters = _ended(parameters)
        if len(parameters) != len(names):
            raise DatabaseError(
                f"{where} has {len(parameters)} parameters, but the header names {len(names)}"
            )
        parameters = {n: v for column, v in zip(names, parameters) for n in column}
    if not isinstance(parameters, dict):
        raise DatabaseError(f"{where} has no parameters: expected an object path -> value")
    for name, value in parameters.items():
        if not _is_number(value):
            raise DatabaseError(
                f"{where}: the parameter {name} is {value!r}, which is no number that a model takes"
            )
    number = record.get("id", position)
    return StoredModel(number if isinstance(number, int) else position, parameters)


def _with_origin(model: StoredModel, record: Json, content: Mapping[str, Json]) -> StoredModel:
    """Return the model with what it was fitted to, which its record or the file's head says."""
    target = record.get("target", content.get("target"))
    targets = content.get("targets")
    if isinstance(target, int) and isinstance(targets, list) and 0 <= target < len(targets):
        target = targets[target]
    evaluation = record.get("evaluation", content.get("evaluation"))
    evaluations = content.get("evaluations")
    if isinstance(evaluation, str) and isinstance(evaluations, dict):
        evaluation = evaluations.get(evaluation)
    return replace(
        model,
        target=target if isinstance(target, str) else None,
        evaluation=evaluation if isinstance(evaluation, dict) else None,
    )


def _ended(values: list[Json]) -> list[Json]:
    """Return a list without the null that files closed by hand put at its end."""
    return values[:-1] if values and values[-1] is None else values


def _is_number(value: Json) -> bool:
    # nan would mean "not set" to whoever takes the value, and JSON's integers have no end.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= sys.float_info.max
    )
