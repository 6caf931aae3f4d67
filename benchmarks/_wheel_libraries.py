"""The built-in cell's channels compiled for NEURON and CoreNEURON, with compiler flags of choice.

NEURON's wheel brings CoreNEURON as a library that the channels are linked to. What was compiled is
kept in the folder `benchmarks` of the project's cache.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sysconfig
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import platformdirs

#: Flags -> how they are called in tables. The first are those that NEURON chooses.
FLAGS = {"": "default flags", "-O3 -march=native -ffast-math": "-O3 -march=native -ffast-math"}
_MOST_LINES = 6


@dataclass(frozen=True)
class Libraries:
    """Channels compiled with the same flags.

    Attributes
    ----------
    neuron, coreneuron
        The two libraries; None where one could not be made.
    problem
        Why not.
    """

    neuron: Path | None
    coreneuron: Path | None
    problem: str = ""


def compiled(mods: Path, flags: str) -> Libraries:
    """Compile the channels unless it has been done before."""
    folder = _folder(mods, flags)
    problem = ""
    if _found(folder).coreneuron is None:
        problem = _build(mods, flags, folder, "-coreneuron")
    if _found(folder).neuron is None:
        # Without CoreNEURON there is still NEURON with these flags.
        problem = f"{problem} {_build(mods, flags, folder)}".strip()
    found = _found(folder)
    return Libraries(found.neuron, found.coreneuron, problem)


def _folder(mods: Path, flags: str) -> Path:
    digest = hashlib.sha256(f"{flags}\0{version('neuron')}\0{_cpu()}".encode())
    for path in sorted(mods.glob("*.mod")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    chosen = os.environ.get("PYNEURONAUTOFIT_CACHE")
    cache = Path(chosen) if chosen else platformdirs.user_cache_path("pyneuronautofit")
    return cache / "benchmarks" / digest.hexdigest()[:16]


def _cpu() -> str:
    """Return what decides which instructions -march=native means."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    kept = {line for line in lines if line.startswith(("model name", "flags", "Features"))}
    return "\n".join([platform.machine(), platform.processor(), *sorted(kept)])


def _found(folder: Path) -> Libraries:
    neuron, core = (
        next(folder.glob(f"{name}.*"), None) for name in ("libnrnmech", "libcorenrnmech")
    )
    return Libraries(neuron, core)


def _build(mods: Path, flags: str, folder: Path, *options: str) -> str:
    """Compile into `folder`; return the problem, if there is one."""
    print(
        f"<!-- compiling channels: {' '.join(options)} {flags or 'default flags'} -->", flush=True
    )
    # The wheel's own script tells CoreNEURON's compiler where Python is.
    command = [str(Path(sysconfig.get_path("scripts")) / "nrnivmodl"), *options]
    command += ["-incflags", flags] if flags else []
    with tempfile.TemporaryDirectory(prefix="channels-") as name:
        shutil.copytree(mods, Path(name) / "mods")
        try:
            done = subprocess.run(
                [*command, "mods"], cwd=name, capture_output=True, text=True, check=False
            )
        except OSError as error:
            return f"{command[0]} cannot be started: {error.strerror}."
        built = [path for path in Path(name).rglob("lib*nrnmech.*") if path.suffix != ".a"]
        if done.returncode != 0 or not built:
            printed = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            return f"{' '.join(command)} failed: {' / '.join(printed[-_MOST_LINES:])}"
        folder.mkdir(parents=True, exist_ok=True)
        for library in built:
            shutil.copy2(library, folder / library.name)
    return ""
