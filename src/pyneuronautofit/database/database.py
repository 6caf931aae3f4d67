"""A whole model database: everything that is in the file, with its models read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.database.content import JsonLayout, read_content, write_content
from pyneuronautofit.database.joint import refuse_several
from pyneuronautofit.database.models import StoredModels, header_names, list_name_of, models_of
from pyneuronautofit.errors import DatabaseError, ParameterError
from pyneuronautofit.space import Parameter, parse_parameters

_MOST_NAMED = 5


@dataclass(frozen=True)
class Database:
    """The content of a file of models; a value: what changes it returns another one.

    Attributes
    ----------
    path
        Where it was read, for messages.
    content
        As it stands in the file, unknown keys and the order of the keys included.
    layout
        How the file is written.
    """

    path: Path
    content: Mapping[str, Json]
    layout: JsonLayout

    @property
    def list_name(self) -> str:
        """The key of the list of models."""
        return list_name_of(self.content, self.path)

    @property
    def records(self) -> list[dict[str, Json]]:
        """The models as they stand in the file, without the null that may end their list."""
        return [record for record in self.content[self.list_name] if record is not None]

    @property
    def stored(self) -> StoredModels:
        """The models, checked; raises DatabaseError if there are none or one is none."""
        return models_of(self.content, self.path)

    def with_records(self, records: Sequence[Json], **header: Json) -> Database:
        """Return the database with other models, and other values of some keys."""
        before = self.content[self.list_name]
        ended = [None] if before and before[-1] is None else []
        changed = {**self.content, self.list_name: [*records, *ended], **header}
        return replace(self, content=changed)

    def select(self, chosen: Iterable[int | range]) -> Database:
        """Return the database with some of its models; see `StoredModels.select`."""
        kept = self.stored.select(chosen)
        by_number = dict(zip((m.number for m in self.stored.models), self.records, strict=True))
        return self.with_records([by_number[model.number] for model in kept.models])

    def write(self, path: Path) -> None:
        """Write the database, atomically; raises OutputError if that is not possible."""
        write_content(path, self.content, self.layout)

    def space(self) -> tuple[Parameter, ...]:
        """Return the searched parameters that the header declares; none without a header.

        Raises
        ------
        DatabaseError
            If they make no sense.
        """
        rows = [row for row in self.content.get("parameters") or [] if row is not None]
        try:
            return parse_parameters(rows) if rows else ()
        except ParameterError as error:
            raise DatabaseError(f"{self.path}: its header's parameters: {error}") from error

    def missing_parameters(self) -> dict[int, list[str]]:
        """Return, for each model that lacks some, the parameters that the header or others have."""
        stored = self.stored.models
        declared = header_names(self.content.get("parameters"), self.path)
        names = [name for column in declared for name in column]
        names = list(dict.fromkeys(names + [n for m in stored for n in m.parameters]))
        lacking = {m.number: [n for n in names if n not in m.parameters] for m in stored}
        return {number: absent for number, absent in lacking.items() if absent}

    def require_complete(self) -> None:
        """Raise DatabaseError if a model lacks parameters."""
        lacking = self.missing_parameters()
        if not lacking:
            return
        shown = [
            f"model {number} lacks {quoted(names, _MOST_NAMED)}"
            for number, names in list(lacking.items())[:_MOST_NAMED]
        ]
        more = f"; so do {len(lacking) - len(shown)} more" if len(lacking) > len(shown) else ""
        raise DatabaseError(
            f"{self.path}: every model needs a value for every parameter that the header or "
            f"another model has, but {'; '.join(shown)}{more}. Add the values, or leave these "
            "models out"
        )

    def initial_mV(self) -> list[dict[str, float]]:
        """Return, for each model, the voltages that it holds under `init`: path -> mV.

        Raises
        ------
        DatabaseError
            If they are no voltages.
        """
        found = []
        for model, record in zip(self.stored.models, self.records, strict=True):
            init = record.get("init") or {}
            if not isinstance(init, dict) or not all(map(_is_voltage, init.values())):
                raise DatabaseError(
                    f"{self.path}, model {model.number}: its init is {str(init)[:80]}; expected an "
                    'object path -> mV such as {"soma.v": -70.1, "axon.v": -70.1}'
                )
            found.append(dict(init))
        return found


def read_database(path: Path) -> Database:
    """Read a model database, or the result file of a run.

    Raises
    ------
    DatabaseError
        If the file cannot be read, or holds no models.
    """
    content, layout = read_content(path)
    database = Database(path, content, layout)
    refuse_several(models_of(content, path), str(path))
    return database


def _is_voltage(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e3
