"""A run file, read: what stands in it is an option of the command, or an error with its line."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyneuronautofit._bounded import read_bytes
from pyneuronautofit._text import nearest, printable, quoted, shortened
from pyneuronautofit.cli.commands import COMMANDS
from pyneuronautofit.cli.runfile.cells import cells_values
from pyneuronautofit.cli.runfile.keys import (
    CELLS,
    COMMAND,
    OF_CELLS,
    WEIGHTS,
    RunKey,
    further_of,
    keys_of,
    option_keys,
    sections_of,
)
from pyneuronautofit.cli.runfile.lines import lines_of_keys
from pyneuronautofit.cli.runfile.values import (
    UnusableValue,
    expected_of,
    option_value,
    recordings_value,
    weights_value,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions

# More than all options with a comment each.
_MOST_BYTES = 1_000_000
#: The command that files are for which do not say it; all others can read what they share with it.
USUAL = "fit"


def read_run_file(path: Path, config: type[Any], command: str) -> dict[str, Any]:
    """Return what a run file gives the options of a command: field -> value.

    Keys that only `fit` has are left out for the other commands, and named on standard error.

    Parameters
    ----------
    path
        The file.
    config
        The record of the command's options.
    command
        Its name.

    Raises
    ------
    UsageError
        If the file is no TOML, is for another command, or has a key or a value that no option has:
        with the line, what was expected, and the nearest key.
    """
    text = _text_of(path)
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # what is no TOML, and numbers of thousands of digits
        raise UsageError(
            f"{path}: this is no TOML: {error}. A run file has lines such as seed = 1, below "
            "[fitting]"
        ) from None
    except RecursionError:
        raise UsageError(f"{path}: this is no run file: its lists are too deep") from None
    file = _File(path, content, text)
    if file.command not in {command, USUAL}:
        raise file.wrong(
            (COMMAND,), f"is for {file.command}: pyneuronautofit {file.command} --run {path}"
        )
    return _Reading(file, config).values()


def _text_of(path: Path) -> str:
    try:
        found = read_bytes(path, UsageError)
    except OSError as error:
        raise UsageError(f"--run {path}: cannot read it: {error.strerror or error}") from error
    if len(found) > _MOST_BYTES:
        raise UsageError(
            f"--run {path}: it has {len(found)} bytes, and a run file has {_MOST_BYTES} at the most"
        )
    try:
        # Windows editors put a byte-order mark in front; utf-8-sig drops it.
        return found.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"--run {path}: expected a TOML file in UTF-8: {error}") from error


@dataclass(frozen=True)
class _File:
    """A file that is TOML.

    Attributes
    ----------
    path
        Its name.
    content
        What is in it.
    text
        The same as it was written.
    """

    path: Path
    content: dict[str, Any]
    text: str

    @property
    def folder(self) -> Path:
        """Where relative paths begin: where the user is, if it is a pipe."""
        return self.path.parent if self.path.is_file() else Path()

    @property
    def command(self) -> str:
        """The command that it is for."""
        found = self.content.get(COMMAND, USUAL)
        if not isinstance(found, str) or found not in COMMANDS:
            raise self.wrong(
                (COMMAND,), f"= {_shown(found)}: expected the name of a command, such as {USUAL}"
            )
        return found

    def wrong(self, keys: tuple[str, ...], message: str) -> UsageError:
        """Return the error about what stands at a key, with its line."""
        line = lines_of_keys(self.text).get(keys)
        where = f"{self.path}, line {line}" if line else str(self.path)
        return UsageError(f"{where}: {shortened('.'.join(keys), 100)} {message}")


@dataclass(frozen=True)
class _Reading:
    """Whoever takes the values out of a file.

    Attributes
    ----------
    file
        The file.
    config
        The record of the command's options.
    unread
        Keys that this command does not have.
    """

    file: _File
    config: type[Any]
    unread: list[str] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        """Return the values of all keys: field -> value."""
        keys, usual = keys_of(self.config), keys_of(FitOptions)
        found: dict[str, Any] = {}
        sections = sections_of({**usual, **keys})
        for name, value in self.file.content.items():
            if name == COMMAND:
                continue
            if name == WEIGHTS:
                self._take_weights(value, keys, found)
            elif name == CELLS:
                self._take_cells(value, keys, found)
            elif name not in sections:
                self._take(("", name), value, keys, usual, found)
            elif isinstance(value, dict):
                for inner, each in value.items():
                    self._take((name, inner), each, keys, usual, found)
            else:
                raise self.file.wrong((name,), f"is a table of flags: write [{name}] above them")
        if self.unread:
            said = f"{self.file.path}: not read here, but by {USUAL}: {quoted(self.unread, 40)}"
            print(printable(f"pyneuronautofit: {said}"), file=sys.stderr)
        return found

    def _take(
        self,
        place: tuple[str, str],
        value: Any,
        keys: Mapping[tuple[str, str], RunKey],
        usual: Mapping[tuple[str, str], RunKey],
        found: dict[str, Any],
    ) -> None:
        written = tuple(part for part in place if part)
        key = keys.get(place)
        known = key or usual.get(place)
        if known is None:
            raise self.file.wrong(written, _unknown(place, {**usual, **keys}))
        further = further_of(FitOptions if key is None else self.config)
        try:
            if known.field == "recording":
                first, *others = recordings_value(
                    known, value, self.file.folder, several=bool(further)
                )
                taken: dict[str, Any] = {known.field: first}
                if further is not None and others:
                    taken[further] = tuple(others)
            else:
                taken = {known.field: option_value(known, value, self.file.folder)}
        except UnusableValue as error:
            raise self.file.wrong(written, f"= {_shown(value)}: expected {error}") from None
        if key is None:
            self.unread.append(known.path)
        else:
            found |= taken

    def _take_cells(
        self, value: Any, keys: Mapping[tuple[str, str], RunKey], found: dict[str, Any]
    ) -> None:
        recording = keys["", "recording"]
        own = option_keys(self.config, OF_CELLS)
        if not own:
            self.unread.append(f"[{CELLS}]")
            return
        if "recording" in self.file.content:
            raise self.file.wrong(
                ("recording",), f"is said twice: the recordings stand in [{CELLS}], too"
            )
        try:
            found |= cells_values(value, recording, own, self.file.folder)
        except UnusableValue as error:
            raise self.file.wrong((CELLS,), f"has to be {error}") from None

    def _take_weights(
        self, value: Any, keys: Mapping[tuple[str, str], RunKey], found: dict[str, Any]
    ) -> None:
        try:
            text = weights_value(value)
        except UnusableValue as error:
            raise self.file.wrong((WEIGHTS,), f"has to have {error}") from None
        if not any(key.field == WEIGHTS for key in keys.values()):
            self.unread.append(f"[{WEIGHTS}]")
            return
        if any(isinstance(t, dict) and WEIGHTS in t for t in self.file.content.values()):
            raise self.file.wrong((WEIGHTS,), "is there twice: as a table, and as a flag")
        found[WEIGHTS] = text


def _unknown(place: tuple[str, str], keys: Mapping[tuple[str, str], RunKey]) -> str:
    """Say what may have been meant by a key that no option has."""
    section, name = place
    elsewhere = [key for key in keys.values() if name in (key.name, *key.aliases)]
    if elsewhere:
        key = elsewhere[0]
        table = f"[{key.section}]" if key.section else "the lines before all tables"
        return f"is no key: that is {key.name} in {table}, {expected_of(key)}"
    if section:
        candidates = {key.name: key for key in keys.values()}
    else:
        candidates = {key.name: key for key in keys.values() if not key.section}
        candidates |= dict.fromkeys((COMMAND, WEIGHTS, CELLS, *sections_of(keys)))  # type: ignore[arg-type]
    close = nearest(name, candidates)
    near = candidates.get(close) if close else None
    table = f" in [{near.section}]" if near is not None and near.section else ""
    meant = f"; the nearest one is {close}{table}" if close else ""
    listed = (
        f"keys in [{section}] are long names of flags"
        if section
        else (f"expected {quoted(candidates, 20)}")
    )
    return f"is no key: {listed}{meant}"


def _shown(value: Any) -> str:
    return shortened(repr(value) if not isinstance(value, bool) else str(value).lower())
