"""What a long piece of work has finished, so that it can go on after an interruption.

A journal lies beside the output, one line for every finished model. A result is found again by
what it was made of (a digest), so a journal of other models or other settings does no harm: nothing
in it fits. When the output has been written, what belongs to it is removed, and with it the file
unless another tool has something in it: two may work for the same file at the same time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from pyneuronautofit._atomic import is_replaceable, write_text
from pyneuronautofit._bounded import allowance_of, parse_json, read_bytes
from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.database.locking import locked
from pyneuronautofit.errors import DatabaseError, OutputError
from pyneuronautofit.models import CellSource, mod_files, model_files


class Journal:
    """Finished results beside an output file.

    Parameters
    ----------
    output
        The file that the work is for.
    made_of
        What all results depend on: the tool, its settings, the model class.
    """

    def __init__(self, output: Path, *made_of: Json) -> None:
        self.path = journal_path(output)
        self._output = output
        # Beside a pipe there is no place for files.
        self._is_kept = is_replaceable(output)
        self._made_of = made_of
        self._tool = str(made_of[0]) if made_of else ""
        self._known = _read(self.path) if self._is_kept else {}
        # What goes when the work is done: all that is asked for, and what the tool has left before.
        by = {key: entry.get("by", self._tool) for key, entry in self._known.items()}
        self._own = {key for key, tool in by.items() if tool == self._tool}

    def key(self, model: Json) -> str:
        """Return the digest under which the result of a model is kept."""
        text = json.dumps([self._made_of, model], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:32]
        self._own.add(key)
        return key

    def find(self, key: str) -> Json | None:
        """Return a result, or None if it is not there."""
        entry = self._known.get(key)
        return None if entry is None else entry["result"]

    def keep(self, key: str, result: Json) -> None:
        """Add a result.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        entry = {"key": key, "result": result}
        if self._tool:
            entry["by"] = self._tool
        try:
            if self._is_kept:
                with locked(self._output):
                    self._append(entry)
        except OSError as error:
            raise OutputError(
                f"cannot write {self.path}, where finished models are kept: "
                f"{error.strerror or error}. Choose another place for the output"
            ) from error
        self._known[key] = entry
        self._own.add(key)

    def _append(self, entry: dict[str, Json]) -> None:
        # A line that was cut off by a crash must not swallow the next one.
        before = "" if _ends_well(self.path) else "\n"
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(before + json.dumps(entry) + "\n")
            stream.flush()
            os.fsync(stream.fileno())

    def remove(self) -> None:
        """Remove what belongs to this work, which is done."""
        if not self._is_kept or not self.path.exists():
            return
        # What is left behind does no harm.
        with contextlib.suppress(OSError, OutputError), locked(self._output):
            others = [entry for key, entry in _read(self.path).items() if key not in self._own]
            if others:
                write_text(self.path, "".join(json.dumps(entry) + "\n" for entry in others))
            else:
                self.path.unlink()


def journal_path(output: Path) -> Path:
    """Return where the journal of an output is."""
    return output.with_name(f"{output.name}.progress")


def model_digest(source: CellSource) -> str:
    """Return a digest of a model's files, as far as they decide what is simulated."""
    digest = hashlib.sha256(__version__.encode())
    mods = [] if source.mods is None else mod_files(source.mods)
    files = [(path.name, path) for path in mods]
    files += [] if source.project is None else model_files(source).items()
    for name, path in files:
        if path.is_file():
            digest.update(os.fsencode(name) + b"\0" + path.read_bytes())
    if source.library is not None:
        digest.update(os.fsencode(source.library))
    return digest.hexdigest()


def _read(path: Path) -> dict[str, dict[str, Json]]:
    """Return the sound lines by their keys."""
    try:
        lines = read_bytes(path, DatabaseError).splitlines()
    except OSError:
        return {}
    known: dict[str, dict[str, Json]] = {}
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, KeyError):  # cut off in the middle
            entry = parse_json(line, allowance_of(path, len(line), DatabaseError))
            known[str(entry["key"])] = {**entry, "result": entry["result"]}
    return known


def _ends_well(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return True
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
