"""What `fit` takes as keywords, and the options of a run that they become."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from pyneuronautofit._options import Resumed, options_of
from pyneuronautofit._text import nearest, quoted, shortened
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.fitting.resumed.settings import is_of

#: Options of the command that a call has other means for.
OTHERWISE: Mapping[str, str] = {
    "recording": "it is the first argument",
    "beside": "give a list of recordings",
    "project": "it is the second argument, the model",
    "resume": "use open_fit(...).resume(...)",
    "extend": "it is for a run that is taken up again: Fit.resume(extend=True)",
    "resume_or_start": "use open_fit(...).resume(...) where there is a run",
    "dry_run": "it is for the command",
    "prepare": "it is for the command",
    "print_every": "it is for the command; progress=False shows nothing",
    "log_to_screen": "use Python's logging: the package logs to 'pyneuronautofit'",
    "figure": "use Fit.plot(), and savefig() of its figure",
}
# What is easier to write in Python than as the words of a command line.
_LISTS = frozenset({"hold_out", "sweeps"})


class FitKeywords(TypedDict, total=False):
    """Options of a fit that are rarely needed; docs/running.md has what each does.

    Each is called as in the stores of runs, with its unit where it has one.
    """

    temperature_degC: float
    simulator: str
    integrator: str
    tolerance_mV: float
    precision: str
    isa: str
    n_worker: int
    dt: float
    time_limit_s: float
    mutation_rate: float
    mutation_slope: float
    refine: float
    elites: int
    update: float
    inject_elites: bool
    norm_space: bool
    hold_normalization: bool
    weight_bound: float
    krayzman_threshold: float
    weights: str | Mapping[str, float]
    polish: float
    elite_sums: int
    mask: Any
    before_spike: int
    after_spike: int
    spike_threshold_mV: float
    spike_count: int
    collapse: bool
    spike_zoom: float
    histogram_bins: int
    smoothing_kernel_ms: float
    sweeps: str | Sequence[int]
    voltage_offset_mV: float
    added_current_pA: float
    stimulus: tuple[float, float]
    voltage_channel: int | str
    current_channel: int | str
    off_log_scale: bool
    stop_after: int | str
    archive_size: int
    krayzman_debug: bool
    evaluations_file: str
    log_level: str
    dump_every: int
    scratch: str
    iteration: int
    run_stamp: str
    slurm_id: str
    workers: str
    scheduler_file: str
    workers_tls: str
    workers_wait: float
    log_population: bool
    log_archive: bool


def fit_options(given: Mapping[str, Any]) -> FitOptions:
    """Return the options of a run.

    Parameters
    ----------
    given
        Field -> value; what is None is at its default.

    Raises
    ------
    UsageError
        If there is no such option, or a value is none of it.
    """
    return FitOptions(**as_options(given, "fit"))


def as_options(given: Mapping[str, Any], function: str) -> dict[str, Any]:
    """Return values of the kinds that options have, having checked them."""
    known = options_of(FitOptions)
    hints = {**typing.get_type_hints(FitOptions), "mask": str | None}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"{function}({name}=...): {_unknown(name)}")
        if value is None:
            continue
        values[name] = _plain(name, value)
        if not is_of(values[name], hints[name]):
            raise UsageError(
                f"{function}({name}={shortened(repr(value))}): expected {_kind(hints[name])}"
            )
    for name, value in values.items():
        described, default = known[name]
        expected = described.check(value) if described.check and value != default else None
        if expected:
            raise UsageError(f"{function}({name}={shortened(repr(value))}): expected {expected}")
    return values


def refuse_otherwise(given: Mapping[str, Any], function: str, allowed: Sequence[str] = ()) -> None:
    """Refuse the command's options that a call has other means for."""
    for name in given:
        if name in OTHERWISE and name not in allowed:
            raise UsageError(f"{function}({name}=...): there is no such keyword; {OTHERWISE[name]}")


def resumable() -> frozenset[str]:
    """Return the options that may be given where a run is taken up again."""
    free = (Resumed.FREE, Resumed.LONGER, Resumed.EXTENDED)
    return frozenset(n for n, (o, _d) in options_of(FitOptions).items() if o.resumed in free)


def _unknown(name: str) -> str:
    """Say that an option is not known, and which was meant."""
    known = options_of(FitOptions)
    offered = [each for each in known if each not in OTHERWISE]
    for field, (described, _default) in known.items():
        flags = {flag.lstrip("-").replace("-", "_") for flag in described.flags}
        if name in flags and field in offered:
            return f"there is no such keyword; here it is called {field}"
    like = nearest(name, offered)
    hint = f"did you mean {like}? " if like else ""
    return f"there is no such keyword; {hint}Known are {quoted(sorted(offered), 80)}"


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Path):
        return str(value)
    if name in _LISTS and not isinstance(value, str):
        return ",".join(str(int(each)) for each in _listed(name, value))
    if name == "mask" and not isinstance(value, str):
        return repr(value)
    if name == "weights" and isinstance(value, Mapping):
        return ",".join(f"{code}={weight!r}" for code, weight in value.items())
    if name == "stimulus" and not isinstance(value, str):
        return tuple(float(each) for each in _listed(name, value))
    return tuple(value) if isinstance(value, list) else value


def _listed(name: str, value: Any) -> list[Any]:
    try:
        found = np.atleast_1d(np.asarray(value))
    except ValueError:
        found = np.array(["?"])
    if found.ndim != 1:
        found = np.array(["?"])
    if found.dtype.kind not in "iuf" or (name in _LISTS and found.dtype.kind == "f"):
        raise UsageError(f"{name}={shortened(repr(value))}: expected numbers, such as [1, 3]")
    return list(found.tolist())


def _kind(hint: Any) -> str:
    """Return what a value of a type is called."""
    words = {int: "a whole number", float: "a number", str: "a text", bool: "True or False"}
    kinds = [each for each in typing.get_args(hint) or (hint,) if each is not type(None)]
    found = [words[each] for each in kinds if each in words]
    return " or ".join(found) or "two numbers"
