"""What a process computes with: its processor, or a level that processors of many kinds have.

The last digits of a result depend on the processor: how many numbers a library adds up at a time,
and whether it multiplies and adds in one step. On a cluster of several kinds a run can be held to a
level of x86-64, which all of them have. Then every part of the program that would choose for itself
is told what to take: the kernels' compiler, numba, numpy and OpenBLAS. The last three read
environment variables when they are loaded, so a process has to be started with these. What else
computes does not choose (NEURON, compiled channels, moocore), or chooses alike from x86-64-v3 on
(the C library, which looks for a multiplication and addition in one step).
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyneuronautofit._programs import run_program
from pyneuronautofit._text import quoted
from pyneuronautofit.errors import UsageError

#: The processor's own: everything chooses for itself.
NATIVE = "native"
#: The environment variable that says for which level a process was started.
VARIABLE = "PYNEURONAUTOFIT_ISA"

_V3 = ("avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
_V4 = ("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
#: Level -> what a processor has to have for it, as LLVM calls it.
LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"x86-64-v3": _V3, "x86-64-v4": (*_V3, *_V4)}
)
#: What an option may say.
CHOICES = (*LEVELS, NATIVE)

# What OpenBLAS calls a processor of such a level, and what of numpy's choices goes with it beside
# all that is no AVX-512.
_CORES = {"x86-64-v3": "Haswell", "x86-64-v4": "SkylakeX"}
_NUMPY = {
    "x86-64-v3": frozenset[str](),
    "x86-64-v4": frozenset({"X86_V4", "AVX512F", "AVX512CD", "AVX512_SKX"}),
}
_DISABLED = "NPY_DISABLE_CPU_FEATURES"
_CORE, _NUMBA_NAME, _NUMBA_FEATURES = "OPENBLAS_CORETYPE", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"
_ALL = (VARIABLE, _DISABLED, _CORE, _NUMBA_NAME, _NUMBA_FEATURES)
# What /proc/cpuinfo calls a CPU's kind and abilities, on x86 and on ARM.
_CPU_FIELDS = ("model name", "flags", "CPU implementer", "CPU variant", "CPU part", "Features")
_ASKING_LIMIT_S = 60.0


class AnotherLevelError(UsageError):
    """The process was started for another level than the one that is asked for.

    Attributes
    ----------
    environment
        What it has to be started with: variable -> value; None: without it.
    """

    def __init__(self, level: str, environment: Mapping[str, str | None], why: str) -> None:
        given = [f"{name}={value!r}" for name, value in environment.items() if value is not None]
        left_out = [
            name for name, value in environment.items() if value is None and name in os.environ
        ]
        words = [
            f"{word} {', '.join(names)}"
            for word, names in (("with", given), ("without", left_out))
            if names
        ]
        super().__init__(
            f"--isa {level}: {why}, and a process cannot change that later. Start it "
            f"{' and '.join(words)} in its environment"
        )
        self.environment = environment


def level_of_process() -> str:
    """Return the level that this process was started for: "native" where for none.

    Raises
    ------
    UsageError
        If the environment variable names no level.
    """
    found = os.environ.get(VARIABLE) or NATIVE
    if found not in CHOICES:
        raise UsageError(
            f"the environment variable {VARIABLE} is {found!r:.40}: expected one of "
            f"{quoted(CHOICES)}"
        )
    return found


def computing_with() -> str:
    """Return what compiled code is made for: the level, or else the CPU's kind and its abilities.

    Processes of which this says the same compute the same.
    """
    level = level_of_process()
    return cpu_description() if level == NATIVE else level


def processor_name() -> str:
    """Return in a few words what the last digits of a result depend on."""
    level = level_of_process()
    if level != NATIVE:
        return level
    names = (value for name, value in _facts_of_linux() if name == "model name")
    return next(names, platform.processor() or platform.machine())


def require(level: str) -> None:
    """Make sure that this process computes with a level.

    Raises
    ------
    AnotherLevelError
        If it was started for another one.
    UsageError
        If the CPU does not have it, or a library cannot be held to it.
    """
    present = level_of_process()
    if level != NATIVE:
        _refuse_where_missing(level)
    environment = environment_for(level)
    if present != level:
        started = "the CPU itself" if present == NATIVE else present
        raise AnotherLevelError(level, environment, f"this process was started for {started}")
    if level == NATIVE:
        return
    wrong = [name for name, value in environment.items() if os.environ.get(name) != value]
    if wrong or _numpy_chooses_otherwise(level):
        why = f"the environment is not that of this level ({quoted(wrong or [_DISABLED])})"
        raise AnotherLevelError(level, environment, why)
    _refuse_other_libraries(level)


def environment_for(level: str) -> dict[str, str | None]:
    """Return the variables that a process of a level is started with; None: without this one."""
    if level == NATIVE:
        # What somebody else has set without the first is his business.
        return dict.fromkeys(_ALL if os.environ.get(VARIABLE) else ())
    chosen = os.environ.get(_DISABLED, "").replace(",", " ").split()
    features, choices = _numpy_features()
    # numpy warns of those that the CPU does not have.
    above = [
        name
        for name in choices
        if _is_above(name, level) and (features.get(name, False) or name in chosen)
    ]
    return {
        VARIABLE: level,
        _DISABLED: " ".join(above) or None,
        _CORE: _CORES[level],
        _NUMBA_NAME: level,
        # Else numba would add those of this CPU.
        _NUMBA_FEATURES: ",".join(f"+{name}" for name in LEVELS[level]),
    }


def cpu_description() -> str:
    """Return what `-march=native` depends on: the CPU's kind and its abilities."""
    return "\n".join((platform.machine(), *_cpu_facts()))


# --- what there is


def _refuse_where_missing(level: str) -> None:
    machine = platform.machine()
    if machine.lower() not in ("x86_64", "amd64"):
        raise UsageError(
            f"--isa {level} is a level of x86-64 processors, and this computer has another kind "
            f"({machine}): leave it out"
        )
    has = _abilities()
    missing = [name for name in LEVELS[level] if name not in has]
    if not missing:
        return
    what = "AVX-512" if set(missing) <= set(_V4) else "AVX2 and what belongs to it"
    lower = "x86-64-v3, which it has, or " if set(missing) <= set(_V4) else ""
    raise UsageError(
        f"--isa {level}: this CPU has no {what} ({level} needs {quoted(missing, len(missing))}). "
        f"Choose {lower}a computer that has it; {NATIVE} is what this one has"
    )


def _abilities() -> frozenset[str]:
    """Return what the CPU has, as LLVM calls it."""
    try:
        found = import_module("llvmlite.binding").get_host_cpu_features()
        return frozenset(name for name, there in found.items() if there)
    except (ImportError, RuntimeError):
        # Linux calls two of them otherwise.
        names = {"abm": "lzcnt", "bmi1": "bmi"}
        flags = (value.split() for name, value in _facts_of_linux() if name == "flags")
        return frozenset(names.get(flag, flag) for flag in next(flags, []))


def _is_above(choice: str, level: str) -> bool:
    """Tell whether one of numpy's choices needs more than a level."""
    return choice.startswith(("AVX512", "X86_V4")) and choice not in _NUMPY[level]


def _numpy_chooses_otherwise(level: str) -> bool:
    features, choices = _numpy_features()
    # Of what a level may have, all of its processors have the same: the others are older.
    wanted = {name: not _is_above(name, level) for name in choices if name not in ("XOP", "FMA4")}
    return any(bool(features.get(name, False)) != want for name, want in wanted.items())


def _numpy_features() -> tuple[Mapping[str, bool], tuple[str, ...]]:
    """Return what numpy uses of the CPU now, and between what it chooses."""
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        try:
            module: Any = import_module(name)
            return dict(module.__cpu_features__), tuple(module.__cpu_dispatch__)
        except (ImportError, AttributeError):
            continue
    return {}, ()


def _refuse_other_libraries(level: str) -> None:
    """Refuse libraries of linear algebra that cannot be told what to take, or have not heeded it.

    Raises
    ------
    UsageError
        If there is one.
    """
    import_module("scipy.linalg")  # which has one of its own
    found = import_module("threadpoolctl").threadpool_info()
    blas = [each for each in found if each.get("user_api") == "blas"]
    for each in blas:
        name, core = each.get("internal_api"), each.get("architecture")
        if name != "openblas":
            raise UsageError(
                f"--isa {level}: the linear algebra of this Python is {name}, which chooses by the "
                "CPU: expected OpenBLAS, as the packages of numpy and scipy on PyPI have it"
            )
        if str(core).lower() != _CORES[level].lower():
            raise UsageError(
                f"--isa {level}: OpenBLAS ({each.get('filepath')}) computes for {core}, although "
                f"{_CORE} is {_CORES[level]}. Install the packages of numpy and scipy on PyPI"
            )


def _cpu_facts() -> Iterator[str]:
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        asked = run_program(command, _ASKING_LIMIT_S, environment={**os.environ, "LC_ALL": "C"})
        yield asked.output.strip()
        return
    found = list(_facts_of_linux())
    if not found:
        yield platform.processor()
    for name, value in found:
        yield f"{name}: {value}"


def _facts_of_linux() -> Iterator[tuple[str, str]]:
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return
    # All processors of a machine are described; one of them is enough.
    for line in text.split("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        if name.strip() in _CPU_FIELDS:
            yield name.strip(), value.strip()
