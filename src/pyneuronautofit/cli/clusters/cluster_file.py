"""What a cluster wants to be told about jobs, in a TOML file that serves for many fits."""

from __future__ import annotations

import dataclasses
import datetime
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyneuronautofit._bounded import read_bytes
from pyneuronautofit._text import nearest, quoted, shortened
from pyneuronautofit._words import unusable_name
from pyneuronautofit.cli.runfile.lines import lines_of_keys
from pyneuronautofit.errors import UsageError

_MOST_BYTES = 100_000
_LARGEST = 1_000_000
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
# What the scripts themselves say.
_OURS = frozenset(
    {
        "--array", "--output", "--error", "--requeue", "--no-requeue", "--open-mode", "--signal",
        "--job-name", "--ntasks", "--cpus-per-task", "--dependency", "--wrap", "--parsable",
    }
)  # fmt: skip


@dataclass(frozen=True)
class ClusterSettings:
    """What a cluster file says; see `templates/cluster.toml`.

    Attributes
    ----------
    partition, account, qos, constraint, time, memory
        Of every job, as SLURM has them; None: the cluster's own.
    cores
        Of a run.
    at_once
        How many runs there are at a time; None: as many as there is room for.
    setup
        Lines of shell before the program.
    python
        The jobs' Python; None: this one.
    stores
        The folder in which arrays have folders of their runs; None: each array's own.
    scratch
        The folder in which a run writes its store, on a disk of the node, as the job's shell is to
        read it: variables are the job's. None: none.
    options
        More options of sbatch.
    """

    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    time: str | None = None
    memory: str | None = None
    cores: int | None = None
    at_once: int | None = None
    setup: tuple[str, ...] = ()
    python: str | None = None
    stores: str | None = None
    scratch: str | None = None
    options: tuple[str, ...] = ()


class _Unusable(ValueError):  # noqa: N818 (it is what is expected, and becomes an error)
    """A value that a key cannot have."""


def read_cluster_file(path: Path) -> ClusterSettings:
    """Read a cluster file.

    Raises
    ------
    UsageError
        If it cannot be read, or has a key or a value that means nothing: with the line.
    """
    try:
        text = read_bytes(path, UsageError)[: _MOST_BYTES + 1].decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"--cluster {path}: cannot read it: {error.strerror or error}. One to begin with: "
            "pyneuronautofit slurm fit --cluster-example"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--cluster {path}: expected a TOML file in UTF-8: {error}") from error
    if len(text) > _MOST_BYTES:
        raise UsageError(f"--cluster {path}: it has more than {_MOST_BYTES} bytes")
    try:
        content = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--cluster {path}: this is no TOML: {error}") from None
    values = {}
    for name, value in content.items():
        try:
            values[name] = _read(name, value)
        except _Unusable as why:
            line = lines_of_keys(text).get((name,))
            where = f"{path}, line {line}" if line else str(path)
            raise UsageError(f"{where}: {shortened(name)} {why}") from None
    settings = ClusterSettings(**values)
    if settings.stores is None:
        return settings
    folder = (path.parent / Path(settings.stores).expanduser()).absolute()
    return dataclasses.replace(settings, stores=str(folder))


def _read(name: str, value: Any) -> Any:
    """Return the value of a key."""
    read = _KEYS.get(name)
    if read is None:
        raise _Unusable(_unknown(name))
    return read(value)


def _unknown(name: str) -> str:
    close = nearest(name, _KEYS)
    meant = f"; did you mean {close}?" if close else "."
    return f"is no key{meant} All keys: {quoted(_KEYS, len(_KEYS))}"


def _matching(pattern: str, expected: str) -> Callable[[Any], str]:
    """Read texts of a form."""
    known = re.compile(pattern, re.ASCII)

    def read(value: Any) -> str:
        if not isinstance(value, str) or not known.fullmatch(value):
            raise _Unusable(f"= {_shown(value)}: expected {expected}")
        return value

    return read


def _time(value: Any) -> str:
    """Read a time; TOML has a kind of its own for 04:00:00 without quotes, and for 90."""
    if isinstance(value, datetime.time):
        value = value.isoformat("seconds")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _TIME(value)


_NAME = _matching(r"[\w.,@+:|&!()\[\]*-]+", 'a name, such as "short"')
_TIME = _matching(
    r"\d+(:\d\d){0,2}|\d+-\d+(:\d\d){0,2}",
    'a time as SLURM has it: minutes, "04:00:00", "1-12:00:00"',
)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LARGEST:
        raise _Unusable(f"= {_shown(value)}: expected a whole number of at least 1")
    return value


def _line(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or re.search(r"[\n\r\0]", value):
        raise _Unusable(f"= {_shown(value)}: expected a text of one line")
    return value


def _lines(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Unusable(f'= {_shown(value)}: expected a list of lines, such as ["module load gcc"]')
    return tuple(map(_line, value))


def _options(value: Any) -> tuple[str, ...]:
    found = _lines(value)
    for each in found:
        flag = each.partition("=")[0]
        if not re.fullmatch(r"--[a-z][a-z0-9-]*(=\S.*)?", each):
            raise _Unusable(
                f"= {_shown(each)}: expected options of sbatch by their long names, such as "
                '"--exclude=node7"'
            )
        if flag in _OURS:
            raise _Unusable(f"= {_shown(each)}: {flag} is what the scripts say themselves")
        if flag[2:].replace("mem", "memory", 1) in _KEYS or flag[2:] in _KEYS:
            raise _Unusable(f"= {_shown(each)}: there is a key of its own for {flag}")
    return found


def _stores(value: Any) -> str:
    folder = _VARIABLE.sub(_variable, _line(value))
    if wrong := unusable_name(folder):
        raise _Unusable(f"= {_shown(value)}: {wrong}")
    return folder


def _variable(match: re.Match[str]) -> str:
    name = match[1] or match[2]
    found = os.environ.get(name)
    if not found:
        raise _Unusable(f"names the variable {name}, which is not set here")
    return found


def _shown(value: Any) -> str:
    return shortened(repr(value))


_KEYS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "partition": _NAME,
        "account": _NAME,
        "qos": _NAME,
        "constraint": _NAME,
        "time": _time,
        "memory": _matching(r"[1-9]\d*[KMGT]?", 'an amount of memory, such as "2G"'),
        "cores": _whole,
        "at_once": _whole,
        "setup": _lines,
        "python": _line,
        "stores": _stores,
        # It stands between double quotes.
        "scratch": _matching(
            r"(?:[\w./+@-]|\$\w+|\$\{\w+(?::-[\w./+@-]+)?\})+",
            'a folder on a disk of the node, such as "$TMPDIR" or "${TMPDIR:-/tmp}"',
        ),
        "options": _options,
    }
)
