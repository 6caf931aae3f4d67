"""Columns with titles become sweeps: the first is the time, the others are voltages and currents.

What a column is, is told by the unit in its title: `time (ms)`, `Trace #1 (mV)`, `current_pA`. The
first voltage and the first current are sweep 0, the second ones sweep 1, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice, positive_step
from pyneuronautofit.recordings._channels import refuse_choice
from pyneuronautofit.recordings._noiseless import is_noiseless
from pyneuronautofit.recordings.selection import RawRecording, RawSweep
from pyneuronautofit.units import TO_MV, TO_PA

TO_MS = {"s": 1e3, "ms": 1.0, "us": 1e-3}

# A unit stands in brackets, or at the end behind a blank or a low line.
_BRACKETED = re.compile(r"[(\[]\s*([^\s()\[\]]+)\s*[)\]]\s*$")
_BEHIND = re.compile(r"(?:^|[\s_])([A-Za-zµμ]+)$")
_UNEVEN = 0.01


def unit_of(title: str) -> str:
    """Return the unit that a title names; empty: none."""
    text = re.sub(r"[\s_#]*\d+$", "", title.strip())
    for where, pattern in ((title.strip(), _BRACKETED), (text, _BRACKETED), (text, _BEHIND)):
        found = pattern.search(where)
        if found:
            unit = found[1].replace("µ", "u").replace("μ", "u")
            if any(unit in known for known in (TO_MS, TO_MV, TO_PA)):
                return unit
    return ""


def are_titles(titles: Sequence[str]) -> bool:
    """Return whether titles are those of a recording: a time, a voltage and a current."""
    units = [unit_of(title) for title in titles]
    others = units[1:]
    return bool(
        units
        and units[0] in TO_MS
        and any(unit in TO_MV for unit in others)
        and any(unit in TO_PA for unit in others)
    )


def recording_of(
    titles: Sequence[str], rows: FloatArray, name: str, channels: ChannelChoice
) -> RawRecording:
    """Return the sweeps of a table.

    Parameters
    ----------
    titles
        Of its columns.
    rows : FloatArray, shape (n_sample, n_column)
        nan where nothing is written.

    Raises
    ------
    RecordingError
        If there is no time, or not as many currents as voltages.
    UsageError
        If a channel is asked for: columns have none.
    """
    refuse_choice(channels.voltage, channels.current, name, "columns")
    units = [unit_of(title) for title in titles]
    voltages, currents = _columns(units, rows, TO_MV), _columns(units, rows, TO_PA)
    _check_columns(titles, units, len(voltages), len(currents), name)
    step_ms = _step_ms(rows[:, 0] * TO_MS[units[0]], name)
    sweeps = tuple(
        RawSweep(number, voltage, current, step_ms)
        for number, (voltage, current) in enumerate(zip(voltages, currents))
    )
    return RawRecording(
        name,
        sweeps,
        f"voltage and current from {2 * len(sweeps)} columns",
        current_is_command=all(is_noiseless(current) for current in currents),
    )


def _check_columns(
    titles: Sequence[str], units: Sequence[str], n_voltage: int, n_current: int, name: str
) -> None:
    """Raise RecordingError unless there is a time, and a current for every voltage."""
    if not units or units[0] not in TO_MS:
        raise RecordingError(
            f"{name}: the first column has to be the time, with its unit, such as time (ms); it is "
            f"'{titles[0] if titles else ''}'. Expected are then voltages and currents, such as "
            "voltage (mV) and current (pA)."
        )
    unknown = [t for t, u in zip(titles[1:], units[1:]) if u not in TO_MV and u not in TO_PA]
    if unknown:
        raise RecordingError(
            f"{name}: the columns {quoted(unknown)} name no unit of a voltage or a current; "
            f"expected one of {quoted([*TO_MV, *TO_PA], 30)} at the end, such as voltage (mV)."
        )
    if not n_voltage or n_voltage != n_current:
        raise RecordingError(
            f"{name}: as many currents as voltages were expected, one of each for every sweep, but "
            f"the columns are {quoted(titles, 20)}: {n_voltage} voltages and {n_current} currents. "
            "A current that is the same in all sweeps has to be there once for each."
        )


def _columns(
    units: Sequence[str], rows: FloatArray, factors: Mapping[str, float]
) -> list[FloatArray]:
    return [
        np.ascontiguousarray(rows[:, column]) * factors[unit]
        for column, unit in enumerate(units)
        if column and unit in factors
    ]


def _step_ms(time_ms: FloatArray, name: str) -> float:
    gaps = np.diff(time_ms)
    if not len(gaps) or not np.isfinite(gaps).all():
        raise RecordingError(
            f"{name}: the time has {len(time_ms)} samples, and all of at least two have to be "
            "numbers."
        )
    # Times are written with few digits: their mean is exact, the single ones are not.
    step = float(time_ms[-1] - time_ms[0]) / len(gaps)
    last_digit = float(np.abs(gaps - step).max())
    if step > 0 and last_digit > max(_UNEVEN, _rounding(time_ms) / step) * step:
        raise RecordingError(
            f"{name}: samples must be evenly spaced, but times are {gaps.min():g} to "
            f"{gaps.max():g} ms apart. Resample the sweeps."
        )
    return positive_step(_rounded(step), name)


def _rounding(time_ms: FloatArray) -> float:
    """Return by how much a difference of two times is off that are written with six digits."""
    return float(np.abs(time_ms).max()) * 1e-5


def _rounded(step_ms: float) -> float:
    """Return a step without the noise of the last digits that times were written with."""
    near = float(f"{step_ms:.5g}")
    return near if abs(near - step_ms) < 1e-6 * step_ms else step_ms
