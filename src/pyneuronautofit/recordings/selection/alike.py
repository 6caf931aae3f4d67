"""Sweeps that can be compared: of one length, rate and stimulus; the others are left out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._text import listed_numbers
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import Recording
from pyneuronautofit.recordings.selection.choice import SweepChoice, family
from pyneuronautofit.recordings.selection.raw import RawRecording, RawSweep

_log = logging.getLogger(__name__)

# Sampling intervals that differ by less are one.
_SAME_STEP = 1e-6
# An amplifier may stop so many samples early or late: sweeps are cut to the shortest.
_SPARE_SAMPLES = 2
_LEAST_SAMPLES = 2


@dataclass(frozen=True)
class LeftOut:
    """A sweep that is not used.

    Attributes
    ----------
    sweep
        What the file has of it.
    reason
        Why it is not used.
    """

    sweep: RawSweep
    reason: str


@dataclass(frozen=True, eq=False)
class ChosenSweeps:
    """A recording, and what of its file is not in it.

    Attributes
    ----------
    recording
        Sweeps of one length and rate.
    left_out
        The file's other sweeps, in its order.
    stimuli
        What the file calls the stimulus of every sweep of the recording; empty: nothing.
    """

    recording: Recording
    left_out: tuple[LeftOut, ...]
    stimuli: tuple[str, ...]


def select_sweeps(raw: RawRecording, choice: SweepChoice | None = None) -> ChosenSweeps:
    """Take the sweeps that were asked for, or all, and of these the ones that are alike.

    Parameters
    ----------
    choice
        Which sweeps; None: all that can be used. A sweep that is asked for by its number has to be
        one that can be used.

    Raises
    ------
    RecordingError
        If none can be used, or fewer than half of those that can are alike, or one cannot that was
        asked for.
    UsageError
        If the choice names sweeps that are not there.
    """
    asked = raw.sweeps if choice is None else choice.of(raw)
    reasons = {s.number: "not asked for" for s in raw.sweeps} if choice is not None else {}
    for sweep in asked:
        reasons.pop(sweep.number, None)
    usable = []
    for sweep in asked:
        trimmed = _without_tail(sweep)
        reason = _why_not(trimmed)
        if reason:
            reasons[sweep.number] = reason
        else:
            usable.append(trimmed)
    wrong = {n: reason for n, reason in reasons.items() if reason != "not asked for"}
    if not usable:
        raise RecordingError(_none_usable(raw, wrong))
    alike, others = _alike(usable)
    if 2 * len(alike) < len(usable):
        raise RecordingError(_too_mixed(raw, usable))
    wrong |= others
    reasons |= others
    if choice is not None:
        _refuse_if_named(raw, choice, wrong)
    if wrong:
        _log.warning(
            "%s: %d of %d sweeps are left out. %s.",
            raw.name, len(wrong), len(asked), said(wrong),
        )  # fmt: skip
    n_sample = min(len(_voltage(sweep)) for sweep in alike)
    by_number = {sweep.number: sweep for sweep in raw.sweeps}
    return ChosenSweeps(
        _joined(raw, alike, n_sample),
        tuple(LeftOut(by_number[n], reasons[n]) for n in by_number if n in reasons),
        tuple(sweep.stimulus for sweep in alike),
    )


def said(reasons: Mapping[int, str]) -> str:
    """Say which sweeps have which fault: those of one reason together."""
    by_reason: dict[str, list[int]] = {}
    for number, reason in sorted(reasons.items()):
        by_reason.setdefault(reason, []).append(number)
    return "; ".join(f"{listed_numbers(some)}: {reason}" for reason, some in by_reason.items())


def _voltage(sweep: RawSweep) -> FloatArray:
    if sweep.voltage_mV is None:
        raise ValueError("a sweep without samples")
    return sweep.voltage_mV


def _current(sweep: RawSweep) -> FloatArray:
    if sweep.current_pA is None:
        raise ValueError("a sweep without samples")
    return sweep.current_pA


def _without_tail(sweep: RawSweep) -> RawSweep:
    """Return a sweep without what is missing at its end: a sweep that was stopped is filled up."""
    voltage, current = sweep.voltage_mV, sweep.current_pA
    if sweep.unusable or voltage is None or current is None:
        return sweep
    if np.isfinite(voltage[-1:]).all() and np.isfinite(current[-1:]).all():
        return sweep
    there = np.flatnonzero(np.isfinite(voltage) & np.isfinite(current))
    n = int(there[-1]) + 1 if len(there) else 0
    command = sweep.command_pA
    return replace(
        sweep,
        voltage_mV=voltage[:n],
        current_pA=current[:n],
        command_pA=None if command is None else command[:n],
    )


def _why_not(sweep: RawSweep) -> str:
    """Return why a sweep cannot be used at all; empty: it can."""
    voltage, current = sweep.voltage_mV, sweep.current_pA
    if sweep.unusable:
        return sweep.unusable
    if voltage is None or current is None:
        return "it has no voltage or no current"
    if len(voltage) < _LEAST_SAMPLES:
        return "it has no samples that are numbers"
    for what, values in (("voltage", voltage), ("current", current)):
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            return (
                f"its {what} has {len(bad)} samples that are no finite numbers, the first is "
                f"sample {bad[0]}"
            )
    return ""


def _alike(usable: Sequence[RawSweep]) -> tuple[list[RawSweep], dict[int, str]]:
    """Return the largest group of sweeps that belong together, and why each other one does not."""
    groups: list[list[RawSweep]] = []
    by_name = _names_tell(usable)
    for sweep in usable:
        for group in groups:
            if not _difference(sweep, group[0], by_name=by_name):
                group.append(sweep)
                break
        else:
            groups.append([sweep])
    most = max(groups, key=len)
    others = [sweep for group in groups if group is not most for sweep in group]
    return most, {s.number: _difference(s, most[0], by_name=by_name) for s in others}


def _names_tell(usable: Sequence[RawSweep]) -> bool:
    """Say whether stimuli are called by their protocol, not each sweep's by a name of its own."""
    families = {family(sweep.stimulus) for sweep in usable}
    return "" not in families and 2 * len(families) <= len(usable)


def _difference(sweep: RawSweep, usual: RawSweep, *, by_name: bool) -> str:
    """Return what is different about a sweep; empty: nothing."""
    n, n_usual = len(_voltage(sweep)), len(_voltage(usual))
    if abs(sweep.step_ms - usual.step_ms) > _SAME_STEP * usual.step_ms:
        return f"its samples are {sweep.step_ms:.6g} ms apart, not {usual.step_ms:.6g}"
    if by_name and family(sweep.stimulus) != family(usual.stimulus):
        return f"its stimulus is '{sweep.stimulus}', not '{usual.stimulus}'"
    if abs(n - n_usual) > _SPARE_SAMPLES:
        return f"it lasts {n * sweep.step_ms:.6g} ms, not {n_usual * usual.step_ms:.6g}"
    return ""


def _joined(raw: RawRecording, sweeps: Sequence[RawSweep], n_sample: int) -> Recording:
    commands = [sweep.command_pA for sweep in sweeps if sweep.command_pA is not None]
    return Recording(
        name=raw.name,
        voltage_mV=_stacked([_voltage(sweep) for sweep in sweeps], n_sample),
        current_pA=_stacked([_current(sweep) for sweep in sweeps], n_sample),
        step_ms=sweeps[0].step_ms,
        current_is_command=raw.current_is_command,
        channels=raw.channels,
        command_pA=_stacked(commands, n_sample) if len(commands) == len(sweeps) else None,
        numbers=tuple(sweep.number for sweep in sweeps),
    )


def _stacked(rows: Sequence[FloatArray], n_sample: int) -> FloatArray:
    """Return rows as a matrix: the one that they are rows of, where they are all of it."""
    present = [row[:n_sample] for row in rows]
    whole = present[0].base
    if (
        isinstance(whole, np.ndarray)
        and whole.shape == (len(present), n_sample)
        and whole.dtype == np.float64
        and whole.flags.c_contiguous
        and all(_is_row(row, whole, number) for number, row in enumerate(present))
    ):
        found = whole
    else:
        found = np.stack(present)
    # So the recording takes it as it is: a second copy of a long recording is gigabytes.
    found.setflags(write=False)
    return found


def _is_row(row: FloatArray, whole: FloatArray, number: int) -> bool:
    same = whole[number]
    return bool(row.strides == same.strides and row.ctypes.data == same.ctypes.data)


def _refuse_if_named(raw: RawRecording, choice: SweepChoice, wrong: Mapping[int, str]) -> None:
    named = {number: reason for number, reason in wrong.items() if choice.names(number)}
    if named:
        raise RecordingError(
            f"{raw.name}: sweeps that {choice.flag} asks for cannot be used. {said(named)}. Leave "
            "them out; `sweeps` lists what is in the file."
        )


def _none_usable(raw: RawRecording, wrong: Mapping[int, str]) -> str:
    reasons = said(wrong) if wrong else "there are none"
    return f"{raw.name}: no sweep can be used. {reasons}. Current-clamp sweeps were expected."


def _too_mixed(raw: RawRecording, usable: Sequence[RawSweep]) -> str:
    kinds: dict[str, list[int]] = {}
    by_name = _names_tell(usable)
    for sweep in usable:
        n = len(_voltage(sweep))
        name = f", stimulus '{sweep.stimulus}'" if by_name else ""
        kind = f"{n * sweep.step_ms:.6g} ms, samples {sweep.step_ms:.6g} ms apart{name}"
        kinds.setdefault(kind, []).append(sweep.number)
    listed = "; ".join(f"{listed_numbers(some)}: {kind}" for kind, some in kinds.items())
    first = max(kinds.values(), key=len)
    return (
        f"{raw.name}: its sweeps belong to several protocols, and fewer than half to any of them. "
        f"{listed}. Say which are meant, for example --sweeps {','.join(map(str, first))}."
    )
