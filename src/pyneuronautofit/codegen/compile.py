"""Compiling a generated kernel once, into the cache that all processes of a user share.

A kernel is made for the CPU it runs on, so the cache knows the CPU: a home directory that several
machines share has a library for each kind of them.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pyneuronautofit._native import artifacts, sealed
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
# What /proc/cpuinfo calls a CPU's kind and abilities, on x86 and on ARM.
_CPU_FIELDS = ("model name", "flags", "CPU implementer", "CPU variant", "CPU part", "Features")
_WHAT = "compiled kernels"
_MOST_LINES = 12


class KernelBuildError(ModelError):
    """A kernel of the batch simulator could not be compiled."""


class NoCompilerError(KernelBuildError):
    """There is no C++ compiler; everything but the batch simulator works without."""


def compile_kernel(source: str, *, precision: Precision) -> Path:
    """Return the library made from `source`, compiling it if it is not in the cache.

    Several processes may ask for it at the same time; one compiles, the others wait. The cache is
    the folder `kernels` beside the one of compiled mechanisms.

    Parameters
    ----------
    source
        A C++ translation unit. It may include the headers of `RUNTIME` by their names.
    precision
        The format of its lanes; "single" defines LANES_SINGLE.

    Raises
    ------
    NoCompilerError
        If there is no C++ compiler.
    KernelBuildError
        If the compiler refuses the source; the message has what it said.
    ModelError
        If the cache cannot be written.
    """
    folder, of_source = artifacts.cache_folder("kernels"), kernel_key(source, precision)
    try:
        command = _compiler_command()
    except NoCompilerError:
        # Of several computers that share a home directory, some may have none.
        found = artifacts.find_library(folder, f"{of_source}-*", _WHAT)
        if found is None:
            raise
        _log.info("there is no compiler here; the kernel was compiled before: %s", found)
        return found
    key = f"{of_source}-{_compiler_key(command)}"
    found = artifacts.find_library(folder, key, _WHAT)
    if found is not None:
        return found
    with artifacts.locked(folder, of_source, _WHAT):
        # Another process may have compiled it while this one waited for the lock.
        found = artifacts.find_library(folder, key, _WHAT)
        if found is not None:
            return found
        kept = folder / f"{of_source}.cpp"
        content = _compile(source, [*command, *_FLAGS, *_PRECISION_FLAGS[precision]], kept)
        return artifacts.keep_library(folder, key, content, _WHAT)


def kernel_key(source: str, precision: Precision) -> str:
    """Return a name for what would be compiled, and for which CPU."""
    texts = [
        source,
        precision,
        *(f"{header.name}\n{header.read_text('utf-8')}" for header in _headers()),
        *_FLAGS,
        *(flag for flags in _CPU_FLAGS for flag in flags),
        sys.platform,
        cpu_description(),
    ]
    return artifacts.digest(text.encode() for text in texts)


def _compiler_key(command: list[str]) -> str:
    """Return a name for what compiles."""
    return artifacts.digest(os.fsencode(text) for text in (*command, _version(command)))


def cpu_description() -> str:
    """Return what `-march=native` depends on: the CPU's kind and its abilities."""
    return "\n".join((platform.machine(), *_cpu_facts()))


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
    return sorted(RUNTIME.glob("*.hpp"))


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


def _version(command: list[str]) -> str:
    return _run([*command, "--version"], Path.cwd()).stdout


def _cpu_facts() -> Iterator[str]:
    if sys.platform == "darwin":
        yield _run(["sysctl", "-n", "machdep.cpu.brand_string"], Path.cwd()).stdout.strip()
        return
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        yield platform.processor()
        return
    # All processors of a machine are described; one of them is enough.
    for line in text.split("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        if name.strip() in _CPU_FIELDS:
            yield f"{name.strip()}: {value.strip()}"


def _compile(source: str, command: list[str], kept: Path) -> bytes:
    """Return the library of a source; one that cannot be compiled is kept, to be looked at."""
    _log.info(
        "compiling the kernel of the batch simulator (takes some seconds, once)",
        extra={"notice": True},
    )
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pyneuronautofit-") as folder:
        work = Path(folder)
        for header in _headers():
            shutil.copyfile(header, work / header.name)
        (work / "kernel.cpp").write_text(source, "utf-8")
        content = _run_compiler(work, command, kept).read_bytes()
    _log.info("compiled it in %.1f s", time.monotonic() - started)
    return content


def _run_compiler(work: Path, command: list[str], kept: Path) -> Path:
    """Compile `kernel.cpp` for this CPU, or as nearly for it as the compiler can."""
    output = ""
    for flags in _CPU_FLAGS:
        done = _run([*command, *flags, "kernel.cpp", "-o", "kernel.out"], work)
        if done.returncode == 0:
            return work / "kernel.out"
        output = done.stdout
        if _accepts(work, command, flags):
            break  # the source is to blame, not the flag
    with artifacts.writing(kept.parent, _WHAT):
        sealed.put_in_place((work / "kernel.cpp").read_bytes(), kept, mode=0o644)
    raise KernelBuildError(_failure(command, output, kept))


def _accepts(work: Path, command: list[str], flags: tuple[str, ...]) -> bool:
    (work / "empty.cpp").touch()
    return _run([*command, *flags, "empty.cpp", "-o", "empty.out"], work).returncode == 0


def _failure(command: list[str], output: str, kept: Path) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines[-_MOST_LINES:]
    shown = "\n".join(f"    {line}" for line in errors[:_MOST_LINES]) or "    (nothing)"
    return (
        f"the kernel of the batch simulator could not be compiled. {command[0]} says:\n{shown}\n"
        f"Use --simulator neuron, or name another compiler in the environment variable CXX. The "
        f"source is kept in {kept}."
    )


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=folder,
            # Messages in English, which are looked through for errors.
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, f"error: {command[0]}: {error}")
