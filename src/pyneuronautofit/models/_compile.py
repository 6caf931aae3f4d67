"""Compiling .mod files once, into a cache that all processes of a user share.

NEURON's nrnivmodl and its makefile break on paths with spaces. So everything happens in a temporary
folder whose path is plain: the .mod files are copied there, NEURON's files are reached through a
link, and only the finished library is moved to the cache, whose path may have any characters.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pyneuronautofit._native import artifacts
from pyneuronautofit._programs import run_program
from pyneuronautofit._text import shortened
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models._neuron import neuron_files, neuron_version

_log = logging.getLogger(__name__)

#: Files beside the .mod files that these may include.
_INCLUDED_SUFFIXES = frozenset({".inc", ".h", ".hh", ".hpp", ".c", ".cc", ".cpp", ".cxx"})
_LIBRARIES = ("libnrnmech.so", "libnrnmech.dylib")
# What make, the shell and nrnivmodl leave as it is.
_PLAIN_PATH = re.compile(r"[\w./+@-]+")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_COMPLAINT = re.compile(r"error|undefined|not found|cannot|xcrun|xcode", re.IGNORECASE)
_MOST_LINES = 12
# To translate a single .mod file is nothing.
_TRANSLATING_LIMIT_S = 60.0
_WHAT = "compiled mechanisms"


def compiled_library(mods_folder: Path) -> Path:
    """Return the library of the mechanisms in a folder, compiling it if it is not in the cache.

    Several processes may ask for it at the same time; one compiles, the others wait for a while.
    The cache is
    `platformdirs.user_cache_path("pyneuronautofit")`, or the folder that the environment variable
    PYNEURONAUTOFIT_CACHE names.

    Parameters
    ----------
    mods_folder
        A folder with .mod files; files that they include are beside them.

    Raises
    ------
    ModelError
        If there is nothing to compile, no compiler, or an error in a .mod file; or if it takes too
        long.
    """
    sources = mechanism_sources(mods_folder)
    if not any(source.suffix == ".mod" for source in sources):
        raise ModelError(f"expected .mod files in {mods_folder}, but there are none")
    folder, key = artifacts.cache_folder("mechanisms"), _key(sources)
    found = artifacts.find_library(folder, key, _WHAT)
    if found is not None:
        return found
    with artifacts.locked(folder, key, _WHAT):
        # Another process may have compiled it while this one waited for the lock.
        found = artifacts.find_library(folder, key, _WHAT)
        if found is not None:
            return found
        return artifacts.keep_library(folder, key, _compile(mods_folder, sources), _WHAT)


def mods_of(folder: Path) -> Path | None:
    """Return the folder of .mod files of a model: `mods/` in `folder`, else `folder`, else None."""
    candidates = (folder / "mods", folder)
    return next(
        (place for place in candidates if any(path.is_file() for path in place.glob("*.mod"))), None
    )


def mechanism_sources(folder: Path) -> list[Path]:
    """Return the .mod files of a folder, and what they may include."""
    wanted = _INCLUDED_SUFFIXES | {".mod"}
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in wanted and path.is_file())


def _key(sources: list[Path]) -> str:
    """Return a name for what would be compiled: the files, NEURON's version, the machine."""
    parts = [text.encode() for text in (neuron_version(), sys.platform, platform.machine())]
    for source in sources:
        parts += [os.fsencode(source.name), source.read_bytes()]
    return artifacts.digest(parts)


def _compile(mods_folder: Path, sources: list[Path]) -> bytes:
    """Return the library of some .mod files."""
    count = sum(source.suffix == ".mod" for source in sources)
    _log.info(
        "compiling the %d mechanisms of %s (takes some seconds, once)", count, mods_folder,
        extra={"notice": True},
    )  # fmt: skip
    started = time.monotonic()
    with _plain_temporary_folder() as work:
        (work / "build" / "mods").mkdir(parents=True)
        for source in sources:
            shutil.copyfile(source, work / "build" / "mods" / source.name)
        (work / "neuron").symlink_to(neuron_files())
        content = _run_nrnivmodl(work, mods_folder).read_bytes()
    _log.info("compiled them in %.1f s", time.monotonic() - started)
    return content


@contextlib.contextmanager
def _plain_temporary_folder() -> Iterator[Path]:
    """Yield a new folder whose path nrnivmodl can take, and remove it in the end."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):
        if _PLAIN_PATH.fullmatch(parent) and os.access(parent, os.W_OK | os.X_OK):
            with tempfile.TemporaryDirectory(prefix="pyneuronautofit-", dir=parent) as folder:
                yield Path(folder)
            return
    raise ModelError(
        "compiling mechanisms needs a temporary folder without spaces in its path, but neither "
        f"{tempfile.gettempdir()} nor /tmp is one that can be written to; name one in TMPDIR"
    )


def _run_nrnivmodl(work: Path, mods_folder: Path) -> Path:
    (work / "scratch").mkdir()
    done = run_program(
        [str(work / "neuron" / "bin" / "nrnivmodl"), "mods"],
        artifacts.COMPILING_LIMIT_S,
        folder=work / "build",
        environment=_environment(work),
    )
    if done.late:
        raise ModelError(
            f"nrnivmodl did not compile the mechanisms in {mods_folder} within "
            f"{artifacts.COMPILING_LIMIT_S:g} s, and was ended. Run 'nrnivmodl' on that folder "
            "yourself, in the working directory: the library that is there is used."
        )
    # Only in `build`: NEURON's own files have a library of this name, that of its demonstration.
    built = [path for name in _LIBRARIES for path in (work / "build").rglob(name)]
    if done.code != 0 or not built:
        raise ModelError(_failure(work, mods_folder, done.output))
    return built[0]


def _environment(work: Path) -> dict[str, str]:
    """Return the environment in which nrnivmodl finds NEURON's files and the compilers."""
    neuron = work / "neuron"
    compilers = {
        "CXX": artifacts.compiler("CXX", artifacts.CXX_NAMES),
        "CC": artifacts.compiler("CC", ("gcc", "cc", "clang")),
    }
    missing = [name for name in ("make", "bash") if shutil.which(name) is None]
    if compilers["CXX"] is None:
        missing.insert(0, "a C++ compiler")
    if missing:
        raise ModelError(
            f"the model's mechanisms have to be compiled, but {' and '.join(missing)} "
            f"{'was' if len(missing) == 1 else 'were'} not found on the PATH. "
            f"{artifacts.INSTALL_ADVICE}, or put a compiled library (made by 'nrnivmodl mods') "
            "into the working directory."
        )
    return {
        **os.environ,
        **{name: path for name, path in compilers.items() if path is not None},
        "NRNHOME": str(neuron),
        "CORENRNHOME": str(neuron),
        "NEURONHOME": str(neuron / "share" / "nrn"),
        "NMODLHOME": str(neuron),
        # The library is loaded by a process that has NEURON already. A search path in it would name
        # the temporary folder, in which somebody else could put a file later.
        "MAKEFLAGS": "NRNLIB_RPATH_FLAGS=",
        "LC_ALL": "C",
        # What a compiler that is ended leaves behind goes with the folder.
        "TMPDIR": str(work / "scratch"),
    }


def _failure(work: Path, mods_folder: Path, output: str) -> str:
    """Return the message for a compilation that failed: the .mod file, its line, the remedy."""
    # make runs jobs side by side and mixes what they print: ask each file alone.
    mods = sorted((work / "build" / "mods").glob("*.mod"))
    texts = [_translation_error(work, mod) for mod in mods]
    shown = [text for text in texts if text] or [_complaints(output)]
    listing = "\n".join(shown).replace(f"{work / 'build'}{os.sep}", "")
    indented = "\n".join(f"    {line}" for line in listing.splitlines())
    return (
        f"nrnivmodl could not compile the mechanisms in {mods_folder}:\n{indented}\n"
        "Correct the .mod file named there; it is compiled again at the next start."
    )


def _translation_error(work: Path, mod: Path) -> str | None:
    neuron = work / "neuron"
    units = neuron / "share" / "nrn" / "lib" / "nrnunits.lib"
    done = run_program(
        [str(neuron / "bin" / "nocmodl"), mod.name, "-o", str(work / "scratch")],
        _TRANSLATING_LIMIT_S,
        folder=mod.parent,
        environment={**os.environ, "MODLUNIT": str(units)},
    )
    if done.late:
        return f"{mod.name}:\nit is not translated within {_TRANSLATING_LIMIT_S:g} s"
    if done.code == 0:
        return None
    lines = [line for line in done.output.splitlines() if not line.startswith("Translating ")]
    return "\n".join([f"{mod.name}:", *_cut(lines)])


def _complaints(output: str) -> str:
    """Return the lines of nrnivmodl's output that speak of an error, or its end if none does."""
    lines = [_COLOUR.sub("", line) for line in output.splitlines() if line.strip()]
    # make only repeats that a job failed, and NEURON's note is about its own history.
    lines = [line for line in lines if not line.startswith(("make", "NOTE:"))]
    complaints = [line for line in lines if _COMPLAINT.search(line)]
    return "\n".join(_cut(complaints or lines[-_MOST_LINES:]))


def _cut(lines: list[str]) -> list[str]:
    return [shortened(line, 400) for line in lines[:_MOST_LINES]]
