"""The table [cells] of a run file: which recordings are of which cell, and what cells share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyneuronautofit._text import shortened
from pyneuronautofit.cli.runfile.keys import CELLS, OF_CELLS, RunKey
from pyneuronautofit.cli.runfile.values import (
    UnusableValue,
    as_toml,
    file_value,
    option_value,
    recordings_value,
    toml_key,
)
from pyneuronautofit.fitting import split_word
from pyneuronautofit.fitting.cells import plan_cells

#: The table in it of their recordings.
RECORDINGS = "recordings"
_NAMED = OF_CELLS[1:]


def cells_values(
    table: Any, recording: RunKey, keys: Mapping[str, RunKey], folder: Path
) -> dict[str, Any]:
    """Return what the table says: field -> value.

    Parameters
    ----------
    table
        As TOML has it.
    recording
        The key of the recording.
    keys
        Those of the table's options, by their fields.
    folder
        The run file's, where relative paths begin.

    Raises
    ------
    UnusableValue
        If it is no such table.
    """
    expected = (
        'a table such as\n\n[cells]\nshared = ["soma(0.5).hh.*"]\n\n[cells.recordings]\n'
        'young = ["a.abf", "b.abf"]\nold = "c.abf"'
    )
    if not isinstance(table, dict) or not isinstance(table.get(RECORDINGS), dict):
        raise UnusableValue(expected)
    unknown = [name for name in table if name not in (RECORDINGS, *_NAMED)]
    if unknown:
        raise UnusableValue(
            f"nothing but recordings, shared, private and pull in it, and not "
            f"{shortened(unknown[0])}: {expected}"
        )
    words, cells = [], []
    for cell, value in table[RECORDINGS].items():
        for word in recordings_value(recording, value, folder, several=True):
            words.append(word)
            cells.append(f"{cell}={split_word(word)[0].name}")
    if not words:
        raise UnusableValue(expected)
    found: dict[str, Any] = {"recording": words[0], "beside": tuple(words[1:])}
    found["cells"] = tuple(cells)
    for name in _NAMED:
        if name in table:
            try:
                found[name] = option_value(keys[name], table[name], folder)
            except UnusableValue as error:
                raise UnusableValue(f"for {name}: {error}") from None
    return found


def cells_lines(config: Any, recording: RunKey, folder: Path) -> Iterator[str]:
    """Yield the lines of the table; as a comment where all recordings are of one cell."""
    yield from (
        "",
        "# Several cells in one fit: the recordings of each, and what they share or have each for",
        "# itself (by a name, or by one with a * in it), and how far apart that is expected to be.",
    )
    if not config.cells:
        example = (
            f"[{CELLS}]", 'shared = ["soma(0.5).hh.*"]', "pull = 0.1", f"[{CELLS}.{RECORDINGS}]",
            'young = ["a.abf", "b.abf"]', 'old = "c.abf"',
        )  # fmt: skip
        yield from (f"# {line}" for line in example)
        return
    yield f"[{CELLS}]"
    for name in _NAMED:
        value = getattr(config, name)
        if value not in (None, ()):
            yield f"{name} = {as_toml(list(value) if isinstance(value, tuple) else value)}"
    words = [config.recording, *config.beside]
    plan = plan_cells(config, [split_word(word)[0].name for word in words])
    of_cell: dict[str, list[str]] = {}
    for word in words if plan is not None else ():
        cell = plan.of_recording[split_word(word)[0].name]  # type: ignore[union-attr]
        of_cell.setdefault(cell, []).append(file_value(recording, word, folder))
    yield from ("", f"[{CELLS}.{RECORDINGS}]")
    yield from (f"{toml_key(cell)} = {as_toml(files)}" for cell, files in of_cell.items())
