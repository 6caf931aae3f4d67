"""The options of a command as the text of a run file, each with what it does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyneuronautofit._options import options_of
from pyneuronautofit._text import printable, writable
from pyneuronautofit._version import __version__
from pyneuronautofit.cli.runfile.cells import cells_lines
from pyneuronautofit.cli.runfile.keys import (
    COMMAND,
    OF_CELLS,
    WEIGHTS,
    RunKey,
    further_of,
    keys_of,
    sections_of,
)
from pyneuronautofit.cli.runfile.values import as_toml, file_value, weights_table
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import readers_of
from pyneuronautofit.objectives.residuals import read_weights

_WIDTH, _MOST_OF_HELP = 98, 240
# They say how the file was made, and a file that does nothing is none that anybody wants.
_NEVER = frozenset({"dry_run", "prepare"})


@dataclass(frozen=True)
class RunFileText:
    """What is written about a run file's keys, beside their values.

    Attributes
    ----------
    head
        Lines about the file; without any, how it is used.
    notes
        Field -> why it has its value, instead of what it does.
    """

    head: Sequence[str] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


def run_file_text(config: Any, command: str, path: Path, about: RunFileText | None = None) -> str:
    """Return the text of a run file that has the options of `config` that are not at their default.

    The others are in it as comments.

    Parameters
    ----------
    config
        The options, paths from where the user is.
    command
        The command that they are of.
    path
        Where the file is going to be: paths in it begin there.
    about
        What else is said.

    Raises
    ------
    UsageError
        If a text is no Unicode, which TOML has to be: the name of a file, for instance.
    """
    about = about or RunFileText()
    keys = keys_of(type(config))
    lines = [line for each in (*about.head, *_usage(command, path)) for line in _headed(each)]
    lines += ["", f"{COMMAND} = {as_toml(command)}"]
    for section in ("", *sections_of(keys)):
        if section:
            lines += ["", f"[{section}]"]
        own = [key for key in keys.values() if key.section == section and key.field != WEIGHTS]
        given = [key for key in own if _is_given(config, key)]
        if getattr(config, OF_CELLS[0], ()):
            # The recordings are in the table of the cells.
            own = [key for key in own if key.field != "recording"]
            given = [key for key in given if key.field != "recording"]
        for key in given:
            lines += _with_comment(key, config, path.parent, about.notes.get(key.field, ""))
        others = [key for key in own if key not in given and key.field not in _NEVER]
        lines += ["", *(_as_comment(key, type(config)) for key in others)] if others else []
    lines += _weights(config)
    if OF_CELLS[0] in options_of(config):
        lines += cells_lines(config, keys["", "recording"], path.parent)
    text = "\n".join([*lines, ""])
    if text != writable(text):
        raise UsageError(
            f"{path}: a run file is Unicode, and the name of a file has bytes that are none: "
            "rename that file"
        )
    return text


def _usage(command: str, path: Path) -> Iterator[str]:
    prog = "pyneuronautofit" if command == "fit" else f"pyneuronautofit {command}"
    yield from (
        f"{prog} --run {path.name}      (pyneuronautofit {__version__})",
        "Flags on the command line come before what stands here. Relative paths begin in the",
        "folder of this file. Lines such as # seed = N are other flags: without the # they count.",
    )


def _headed(line: str) -> list[str]:
    """Return a line of the head as comments; its columns stay where they are."""
    said = printable(line, in_a_line=True)
    return textwrap.wrap(
        said, _WIDTH, initial_indent="# ", subsequent_indent="#     ", drop_whitespace=True
    ) or ["#"]


def _is_given(config: Any, key: RunKey) -> bool:
    if key.field in _NEVER:
        return False
    value = getattr(config, key.field)
    return bool(value != key.default)


def _with_comment(key: RunKey, config: Any, folder: Path, note: str) -> Iterator[str]:
    """Yield the lines of a key that is set."""
    value = file_value(key, getattr(config, key.field), folder)
    further = further_of(type(config)) if key.field == "recording" else None
    if further is not None and getattr(config, further):
        described, _default = options_of(config)[further]
        others = RunKey("", further, further, described, (), tuple)
        words = [file_value(others, word, folder) for word in getattr(config, further)]
        value = [value, *words]
    yield from ("", *_wrapped(note or _help(key, type(config))))
    yield f"{key.name} = {as_toml(value)}"


def _as_comment(key: RunKey, config: type[Any]) -> str:
    """Return the line of a key that is not set."""
    switch = key.option.parse is None
    unset = key.default is None or key.default == ()
    value = "true" if switch else key.option.metavar if unset else as_toml(key.default)
    begin = f"# {key.name} = {value}"
    said = printable(_help(key, config), in_a_line=True)
    room = max(_WIDTH - max(len(begin), 40) - 4, 20)
    return f"{begin:40s}  # {textwrap.shorten(said, room, placeholder=' ...')}"


def _help(key: RunKey, config: type[Any]) -> str:
    readers = readers_of(config, key.field)
    text = f"{key.option.text}; read by {readers}" if readers else key.option.text
    return textwrap.shorten(text, _MOST_OF_HELP, placeholder=" ...")


def _wrapped(text: str) -> list[str]:
    lines = printable(text, in_a_line=True)
    return textwrap.wrap(lines, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _weights(config: Any) -> Iterator[str]:
    """Yield the table of weights; as a comment where there are none."""
    if not any(key.field == WEIGHTS for key in keys_of(type(config)).values()):
        return
    yield from (
        "",
        "# What counts where components are added up: a unit of a mode, and how many times as much",
        "# as others the sweeps of some numbers, or of a recording, count.",
    )
    text = config.weights
    if text is None:
        example = ("[weights]", "V = 0.02", 'sweeps = {3 = 0.5, "0:3" = 2.0}')
        yield from (f"# {line}" for line in example)
        return
    given = read_weights(text)
    yield from (f"[{WEIGHTS}]", *weights_table(given.modes, given.sweeps))
