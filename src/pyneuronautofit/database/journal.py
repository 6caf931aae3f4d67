"""What a long piece of work has finished, so that it can go on after an interruption.

A journal lies beside the output, one line for every finished model. A result is found again by
what it was made of (a digest), so a journal of other models or other settings does no harm: nothing
in it fits. It is removed when the output has been written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import OutputError
from pyneuronautofit.models import CellSource, model_files


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
        self.path = output.with_name(f"{output.name}.progress")
        self._made_of = made_of
        self._known = _read(self.path)

    def key(self, model: Json) -> str:
        """Return the digest under which the result of a model is kept."""
        text = json.dumps([self._made_of, model], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def find(self, key: str) -> Json | None:
        """Return a result, or None if it is not there."""
        return self._known.get(key)

    def keep(self, key: str, result: Json) -> None:
        """Add a result.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        line = json.dumps({"key": key, "result": result}) + "\n"
        try:
            # A line that was cut off by a crash must not swallow the next one.
            before = "" if _ends_well(self.path) else "\n"
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(before + line)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise OutputError(
                f"cannot write {self.path}, where finished models are kept: "
                f"{error.strerror or error}. Choose another place for the output"
            ) from error
        self._known[key] = result

    def remove(self) -> None:
        """Remove the journal: its work is done."""
        with contextlib.suppress(OSError):
            self.path.unlink()


def model_digest(source: CellSource) -> str:
    """Return a digest of a model's files, as far as they decide what is simulated."""
    digest = hashlib.sha256(__version__.encode())
    files = [] if source.mods is None else sorted(source.mods.glob("*.mod"))
    files += [] if source.project is None else model_files(source.project.parent)
    for path in files:
        if path.is_file():
            digest.update(os.fsencode(path.name) + b"\0" + path.read_bytes())
    if source.library is not None:
        digest.update(os.fsencode(source.library))
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Json]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    known = {}
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, KeyError):  # cut off in the middle
            entry = json.loads(line)
            known[str(entry["key"])] = entry["result"]
    return known


def _ends_well(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return True
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
