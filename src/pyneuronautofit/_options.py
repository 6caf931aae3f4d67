"""Options: dataclass fields that know the flags they are set by.

An option is declared once, as a field of the record that uses it. The command line, its help and
checks, the keys of result files, what a run may be continued with and the tables of the
documentation are all made from the fields; records that need some of the same fields take them
over by name.
"""

from __future__ import annotations

import dataclasses
import enum
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from pyneuronautofit._text import nearest, shortened
from pyneuronautofit._words import unusable_name
from pyneuronautofit.errors import UsageError

RecordT = TypeVar("RecordT")

#: Returns what is expected where a value is not allowed, and None where it is.
Check = Callable[[Any], str | None]

FITTING = "Fitting"
MODEL = "Model"
RUN = "Run"
#: The groups of the help, in their order, with what is in them.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        FITTING: "Parameters related to Evolutionary Optimization",
        MODEL: "Conditions for model running and evaluation",
        RUN: "Options for entire EC running and logging",
    }
)

# The names of a run's files are longer than their stamp, and a name may have 255 bytes.
_MOST_OF_STAMP = 200


class Resumed(enum.Enum):
    """What may be given where a run is taken up again."""

    SAME = "the run's own value: another one would decide its results"
    FREE = "any value: who computes, what is shown, and where"
    CONTENT = "any name: what is in the file is compared, whatever it is called"
    EXTENDED = "another value with --extend: from there on it is another run"
    LONGER = "a larger value, or any that is not yet reached"


@dataclass(frozen=True)
class Option:
    """How a field is set from the command line.

    Attributes
    ----------
    flags
        Its short and long names; a positional argument has none.
    group
        The group of the help that it is in.
    metavar
        The name of its value in the help.
    parse
        Turns one word into the value; None for switches.
    help
        What it does, or a function that says so: for what a table of plug-ins decides.
    count
        Number of words: 1, or more, which make a tuple.
    check
        What values are allowed.
    place
        Options are listed, and positional arguments taken, in the order of their places.
    resumed
        What may be given where a run is taken up again.
    """

    flags: tuple[str, ...]
    group: str
    metavar: str
    parse: Callable[[str], Any] | None
    help: str | Callable[[], str]
    count: int = 1
    check: Check | None = None
    place: int = 0
    resumed: Resumed = Resumed.SAME

    @property
    def text(self) -> str:
        """What it does."""
        return self.help if isinstance(self.help, str) else self.help()

    @property
    def name(self) -> str:
        """What it is called in messages: its first flag, or the name of the argument."""
        return self.flags[0] if self.flags else self.metavar


def option(
    default: Any,
    *flags: str,
    group: str,
    help: str | Callable[[], str],  # noqa: A002 (what every argument parser calls it)
    metavar: str = "",
    parse: Callable[[str], Any] | None = None,
    count: int = 1,
    check: Check | None = None,
    place: int = 0,
    resumed: Resumed = Resumed.SAME,
    json_key: str = "",
) -> Any:
    """Declare a dataclass field that is an option; with `json_key`, result files hold it."""
    described = Option(flags, group, metavar, parse, help, count, check, place, resumed)
    return _field(default, described, json_key)


def stored(default: Any, json_key: str) -> Any:
    """Declare a dataclass field that result files hold, but no flag sets."""
    return _field(default, None, json_key)


def same_option(record: Any, name: str, **changed: Any) -> Any:
    """Declare a field again that another record has.

    Parameters
    ----------
    record
        The class that declares it.
    name
        The field.
    changed
        What is different here: `default`, and attributes of its `Option`.
    """
    (field,) = (field for field in dataclasses.fields(record) if field.name == name)
    default = changed.pop("default", field.default)
    described = dataclasses.replace(field.metadata["option"], **changed)
    return _field(default, described, field.metadata.get("json_key", ""))


def _field(default: Any, described: Option | None, json_key: str) -> Any:
    metadata: dict[str, Any] = {} if described is None else {"option": described}
    if json_key:
        metadata["json_key"] = json_key
    return dataclasses.field(default=default, metadata=metadata)


def options_of(config: Any) -> dict[str, tuple[Option, Any]]:
    """Return the options of a config class or object: field name -> (option, default)."""
    return {
        field.name: (field.metadata["option"], field.default)
        for field in dataclasses.fields(config)
        if "option" in field.metadata
    }


def json_keys_of(record: Any) -> dict[str, str]:
    """Return which fields of a class or object result files hold: field name -> key."""
    return {
        field.name: field.metadata["json_key"]
        for field in dataclasses.fields(record)
        if "json_key" in field.metadata
    }


def field_names(record: Any) -> tuple[str, ...]:
    """Return the names of the fields that a record is made from."""
    return tuple(field.name for field in dataclasses.fields(record) if field.init)


def taken(record: type[RecordT], source: Any, **others: Any) -> RecordT:
    """Return a record that has the values of another one, field by field of the same name.

    Parameters
    ----------
    record
        The class of the new one.
    source
        Where the values are.
    others
        The values of fields that the source does not have, or not like that.
    """
    names = [name for name in field_names(record) if name not in others]
    return record(**{name: getattr(source, name) for name in names}, **others)


def taken_as_far(record: type[RecordT], source: Any) -> RecordT:
    """Return the same where the source need not have all values: others are at their defaults."""
    names = [name for name in field_names(record) if hasattr(source, name)]
    for field in dataclasses.fields(record):  # type: ignore[arg-type]
        has_default = field.default is not dataclasses.MISSING or (
            field.default_factory is not dataclasses.MISSING
        )
        if field.init and not has_default and field.name not in names:
            raise UsageError(
                f"{record.__name__}: nobody knows its field {field.name}: expected a default "
                "value, or the name of an option"
            )
    return record(**{name: getattr(source, name) for name in names})


def check_options(config: Any) -> None:
    """Check every option of a config object.

    Raises
    ------
    UsageError
        If a value is not allowed; names the flag, what was expected and what was found.
    """
    for name, (described, default) in options_of(config).items():
        value = getattr(config, name)
        flag = "/".join(described.flags) or described.metavar
        # A word that has to be given has no default: an empty one is what was given.
        if value == default and described.flags:
            continue
        expected = described.check(value) if described.check and value is not None else None
        if expected:
            raise UsageError(f"{flag} {shortened(str(value))}: expected {expected}")


def at_least(low: float) -> Check:
    """Allow numbers from `low` on."""
    return lambda value: None if value >= low else f"a number of at least {low:g}"


def above(low: float, most: float = math.inf) -> Check:
    """Allow numbers above `low`, and not above `most`."""
    upper = "" if most == math.inf else f", at most {most:g}"
    return lambda value: None if low < value <= most else f"a number above {low:g}{upper}"


def between(low: float, high: float) -> Check:
    """Allow numbers from `low` to `high`."""
    return lambda value: None if low <= value <= high else f"a number from {low:g} to {high:g}"


@dataclass(frozen=True)
class OneOf:
    """A check that allows some words.

    Attributes
    ----------
    allowed
        The words.
    """

    allowed: tuple[str, ...]

    def __call__(self, value: Any) -> str | None:
        """Return what is expected where a value is none of them."""
        if value in self.allowed:
            return None
        like = nearest(str(value), self.allowed)
        return f"one of {', '.join(self.allowed)}" + (f"; did you mean {like}?" if like else "")


def one_of(*allowed: str) -> Check:
    """Allow some words."""
    return OneOf(allowed)


def not_zero(value: Any) -> str | None:
    """Allow every number but zero."""
    return None if value != 0 else "a number other than 0 (negative: never)"


def file_name(value: str) -> str | None:
    """Allow what can be a part of a file's name."""
    usable = value and "/" not in value and not unusable_name(value)
    if not usable or len(os.fsencode(value)) > _MOST_OF_STAMP:
        return f"a part of a file's name: some text without '/', of up to {_MOST_OF_STAMP} bytes"
    return None
