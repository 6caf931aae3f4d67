"""What the results of a run depend on: so that it is continued with the same, or not at all."""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyneuronautofit._bounded import open_input
from pyneuronautofit._native import isa
from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.fitting.resumed.plugged import PLUGINS
from pyneuronautofit.models import (
    CellSource,
    left_out_of_model,
    mechanism_sources,
    model_files,
    neuron_version,
    was_always_known,
)

_log = logging.getLogger(__name__)

#: Which files of a model a run knows, in `identity`; the first versions say nothing there, and know
#: those that lie beside the project file.
KNOWN = "folders"
# Libraries that compute: another version may round differently, or draw other random numbers.
_LIBRARIES = ("numpy", "numba", "moocore", "cmaes")


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content; raises RecordingError if it cannot be read."""
    try:
        with open_input(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror or error}") from error


def model_digests(source: CellSource) -> dict[str, str]:
    """Return the SHA-256 of every file that may decide what a model does, by its name."""
    files = model_files(source)
    if source.mods is not None:
        files |= {f"mods/{path.name}": path for path in mechanism_sources(source.mods)}
    elif source.library is not None:
        files[source.library.name] = source.library
    return {name: file_digest(path) for name, path in sorted(files.items())}


def versions() -> dict[str, str]:
    """Return the versions of what computes, by name."""
    return {
        "pyneuronautofit": __version__,
        "neuron": neuron_version(),
        **{name: importlib.metadata.version(name) for name in _LIBRARIES},
        "processor": isa.processor_name(),
    }


def recording_digests(recording: Path, beside: Sequence[Path] = ()) -> dict[str, Json]:
    """Return the SHA-256 of what is fitted, as `run_identity` has them."""
    first: dict[str, Json] = {"recording": file_digest(recording)}
    return first | ({"beside": [file_digest(path) for path in beside]} if beside else {})


def run_identity(
    recording: Path,
    source: CellSource,
    beside: Sequence[Path] = (),
    plug_ins: Mapping[str, str] | None = None,
) -> dict[str, Json]:
    """Return what the results of a run depend on, beside its settings.

    Parameters
    ----------
    beside
        Further recordings.
    plug_ins
        What is used of them; see `plug_ins_of`.
    """
    left_out = left_out_of_model(source)
    if left_out:
        _log.warning(
            "not all files are noticed that may be a part of the model, if they change: %s. Give "
            "the project file a folder of its own",
            left_out,
        )
    return {
        **recording_digests(recording, beside),
        "model": model_digests(source),
        "known": KNOWN,
        "versions": versions(),
        **({PLUGINS: dict(plug_ins)} if plug_ins else {}),
    }


def changed_files(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names of the files that are others, new or not there any more."""
    return sorted(name for name in {**before, **now} if before.get(name) != now.get(name))


def unknown_files(identity: Mapping[str, Json], now: Mapping[str, str]) -> list[str]:
    """Return the names of the files that a run of an earlier version knows nothing of."""
    if identity.get("known") == KNOWN:
        return []
    return sorted(name for name in now if not was_always_known(name))
