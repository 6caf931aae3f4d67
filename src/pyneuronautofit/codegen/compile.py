"""Compiling a generated kernel once, into the cache that all processes of a user share.

A kernel is made for the CPU it runs on, so the cache knows the CPU: a home directory that several
machines share has a library for each kind of them. One that is made for a level (`_native/isa.py`)
is for all that have that: whichever of them has compiled it, the others use the same library.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
import shutil
import sys
import tempfile
import time
from pathlib import Path
from threading import Event
from typing import Any, Literal

from pyneuronautofit._native import artifacts, isa, sealed
from pyneuronautofit._programs import Finished, run_program
from pyneuronautofit._text import shortened
from pyneuronautofit.errors import ModelError

_log = logging.getLogger(__name__)

#: The number format of a kernel's lanes.
Precision = Literal["double", "single"]

#: Where the headers are that a kernel's source may include.
RUNTIME = Path(__file__).parent / "runtime"

# Not -ffast-math: rounding by a large constant, and sums in two parts, do not survive it.
_FLAGS = (
    "-O3",
    "-std=c++17",
    "-fPIC",
    "-shared",
    "-ffp-contract=fast",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-signed-zeros",
)
_PRECISION_FLAGS: dict[Precision, tuple[str, ...]] = {"double": (), "single": ("-DLANES_SINGLE",)}
# Some compilers for ARM do not know the first; without any the kernel is slow, but right.
_CPU_FLAGS: tuple[tuple[str, ...], ...] = (("-march=native",), ("-mcpu=native",), ())
# With a level nothing is used that makers of processors do each in their own way.
_SAME_BITS = "-DLANES_SAME_BITS"
_WHAT = "compiled kernels"
_MOST_LINES = 12
# What is asked in no time.
_ASKING_LIMIT_S = 60.0


class KernelBuildError(ModelError):
    """A kernel of the batch simulator could not be compiled."""


class NoCompilerError(KernelBuildError):
    """There is no C++ compiler; everything but the batch simulator works without."""


def compile_kernel(source: str, *, precision: Precision, stop: Event | None = None) -> Path:
    """Return the library made from `source`, compiling it if it is not in the cache.

    Several processes may ask for it at the same time; one compiles, the others wait for a while.
    The cache is the folder `kernels` beside the one of compiled mechanisms.

    Parameters
    ----------
    source
        A C++ translation unit. It may include the headers of `RUNTIME` by their names.
    precision
        The format of its lanes; "single" defines LANES_SINGLE.
    stop
        Ends the compiler, or the waiting for another process, when it is set.

    Raises
    ------
    NoCompilerError
        If there is no C++ compiler.
    KernelBuildError
        If the compiler refuses the source, and the message has what it said; or takes too long.
    ModelError
        If the cache cannot be written.
    concurrent.futures.CancelledError
        If it was stopped.
    """
    folder, of_source = artifacts.cache_folder("kernels"), kernel_key(source, precision)
    whoever = f"{of_source}-*"
    try:
        command = _compiler_command()
    except NoCompilerError:
        # Of several computers that share a home directory, some may have none.
        found = artifacts.find_library(folder, whoever, _WHAT)
        if found is None:
            raise
        _log.info("there is no compiler here; the kernel was compiled before: %s", found)
        return found
    key = f"{of_source}-{_compiler_key(command, stop)}"
    # Another compiler rounds otherwise, and computers of one cluster may have several.
    wanted = key if isa.level_of_process() == isa.NATIVE else whoever
    found = artifacts.find_library(folder, wanted, _WHAT)
    if found is not None:
        return found
    with artifacts.locked(folder, of_source, _WHAT, stop):
        # Another process may have compiled it while this one waited for the lock.
        found = artifacts.find_library(folder, wanted, _WHAT)
        if found is not None:
            return found
        kept = folder / f"{of_source}.cpp"
        command = [*command, *_FLAGS, *_PRECISION_FLAGS[precision]]
        content = _compile(source, command, kept, stop)
        return artifacts.keep_library(folder, key, content, _WHAT)


def kernel_key(source: str, precision: Precision) -> str:
    """Return a name for what would be compiled, and for which CPU."""
    texts = [
        source,
        precision,
        *(f"{_within(header)}\n{header.read_text('utf-8')}" for header in _headers()),
        *_FLAGS,
        *(flag for flags in _cpu_flags() for flag in flags),
        sys.platform,
        cpu_description(),
    ]
    return artifacts.digest(text.encode() for text in texts)


def _compiler_key(command: list[str], stop: Event | None) -> str:
    """Return a name for what compiles."""
    return artifacts.digest(os.fsencode(text) for text in (*command, _version(command, stop)))


def cpu_description() -> str:
    """Return what a kernel is made for: the level of this process, or what the CPU has."""
    return isa.computing_with()


def _cpu_flags() -> tuple[tuple[str, ...], ...]:
    """Return the compiler's flags for that, the best first."""
    level = isa.level_of_process()
    if level == isa.NATIVE:
        return _CPU_FLAGS
    # Compilers before the levels were named know what is in them.
    parts = (f"-m{name}" for name in isa.LEVELS[level])
    return (f"-march={level}", _SAME_BITS), (*parts, _SAME_BITS)


def write_sidecar(path: Path, facts: dict[str, Any]) -> None:
    """Keep `facts` about a kernel in the JSON file `path`, which lies beside its library.

    Raises
    ------
    ModelError
        If the file cannot be written.
    """
    written = json.dumps(facts, sort_keys=True)
    seal = sealed.seal_of(path.name, written.encode())
    content = json.dumps({"seal": seal, "facts": facts}, indent=2, sort_keys=True) + "\n"
    with artifacts.writing(path.parent, _WHAT):
        sealed.put_in_place(content.encode(), path, mode=0o644)


def read_sidecar(path: Path) -> dict[str, Any] | None:
    """Return what `write_sidecar` kept; None where there is nothing, or nothing that is whole."""
    content, wrong = sealed.read_own(path)
    if content is not None:
        facts = _sealed_facts(path, content)
        if facts is not None:
            return facts
        wrong = "is damaged"
    if wrong:
        _log.warning("%s %s, so it is not used", path, wrong)
    return None


def _sealed_facts(path: Path, content: bytes) -> dict[str, Any] | None:
    try:
        kept = json.loads(content)
        facts, seal = kept["facts"], kept["seal"]
        written = json.dumps(facts, sort_keys=True)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    whole = isinstance(facts, dict) and sealed.seal_of(path.name, written.encode()) == seal
    return facts if whole else None


def _headers() -> list[Path]:
    return sorted(RUNTIME.rglob("*.hpp"))


def _within(header: Path) -> str:
    """Return the name by which a source includes a header."""
    return header.relative_to(RUNTIME).as_posix()


def _compiler_command() -> list[str]:
    """Return the compiler with its full path, and the arguments that CXX may have."""
    chosen = artifacts.compiler("CXX", artifacts.CXX_NAMES)
    # CXX may be a command with arguments, as in "ccache g++".
    words = shlex.split(chosen) if chosen else []
    program = shutil.which(words[0]) if words else None
    if program is not None:
        return [program, *words[1:]]
    looked = f"{chosen!r}, which CXX names," if chosen else " or ".join(artifacts.CXX_NAMES)
    raise NoCompilerError(
        f"the batch simulator needs a C++ compiler, but {looked} was not found on the PATH. "
        f"{artifacts.INSTALL_ADVICE}, or use --simulator neuron."
    )


def _version(command: list[str], stop: Event | None) -> str:
    asked = _run([*command, "--version"], None, _ASKING_LIMIT_S, stop)
    if asked.late:
        raise KernelBuildError(
            f"the compiler {command[0]} did not say its version within {_ASKING_LIMIT_S:g} s. Use "
            "--simulator neuron, or name another compiler in the environment variable CXX."
        )
    return asked.output


def _compile(source: str, command: list[str], kept: Path, stop: Event | None) -> bytes:
    """Return the library of a source; one that cannot be compiled is kept, to be looked at."""
    _log.info(
        "compiling the kernel of the batch simulator (takes some seconds, once)",
        extra={"notice": True},
    )
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pyneuronautofit-") as folder:
        work = Path(folder)
        for header in _headers():
            (work / _within(header)).parent.mkdir(exist_ok=True)
            shutil.copyfile(header, work / _within(header))
        (work / "kernel.cpp").write_text(source, "utf-8")
        content = _run_compiler(work, command, kept, stop).read_bytes()
    _log.info("compiled it in %.1f s", time.monotonic() - started)
    return content


def _run_compiler(work: Path, command: list[str], kept: Path, stop: Event | None) -> Path:
    """Compile `kernel.cpp` for this CPU, or as nearly for it as the compiler can."""
    for flags in _cpu_flags():
        words = [*command, *flags, "kernel.cpp", "-o", "kernel.out"]
        done = _run(words, work, artifacts.COMPILING_LIMIT_S, stop)
        if done.code == 0 and not done.late:
            return work / "kernel.out"
        if done.late or _accepts(work, [*command, *flags], stop):
            break  # the source is to blame, not the flag
    with artifacts.writing(kept.parent, _WHAT):
        sealed.put_in_place((work / "kernel.cpp").read_bytes(), kept, mode=0o644)
    raise KernelBuildError(_failure(command, done, kept))


def _accepts(work: Path, command: list[str], stop: Event | None) -> bool:
    (work / "empty.cpp").touch()
    return _run([*command, "empty.cpp", "-o", "empty.out"], work, _ASKING_LIMIT_S, stop).code == 0


def _failure(command: list[str], done: Finished, kept: Path) -> str:
    remedy = (
        "Use --simulator neuron, or name another compiler in the environment variable CXX. The "
        f"source is kept in {kept}."
    )
    if done.late:
        return (
            f"{command[0]} did not compile the kernel of the batch simulator within "
            f"{artifacts.COMPILING_LIMIT_S:g} s, and was ended. {remedy}"
        )
    lines = [line for line in done.output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines[-_MOST_LINES:]
    shown = "\n".join(f"    {shortened(line, 400)}" for line in errors[:_MOST_LINES])
    return (
        f"the kernel of the batch simulator could not be compiled. {command[0]} ended with "
        f"{done.how} and says:\n{shown or '    (nothing)'}\n{remedy}"
    )


def _run(command: list[str], folder: Path | None, limit_s: float, stop: Event | None) -> Finished:
    # Messages in English, which are looked through for errors.
    environment = {**os.environ, "LC_ALL": "C"}
    if folder is not None:
        # What a compiler that is ended leaves behind goes with the folder.
        environment["TMPDIR"] = str(folder)
    return run_program(command, limit_s, folder=folder, environment=environment, stop=stop)
