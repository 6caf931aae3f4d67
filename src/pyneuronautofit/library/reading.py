"""Reading a recording's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit.recordings import ChannelChoice, Recording, SweepChoice, read_sweeps


def read_recording(
    path: Path | str,
    *,
    sweeps: Sequence[int] | str | None = None,
    voltage_channel: int | str | None = None,
    current_channel: int | str | None = None,
) -> Recording:
    """Read the sweeps of a recording that belong together.

    Parameters
    ----------
    path : path
        A file of any known format: ABF, NWB, NumPy, JSON, ATF, CSV, and others with neo.
    sweeps : sequence of int, or str
        Which sweeps: numbers, or what --sweeps takes; None: all that can be used and are alike.
    voltage_channel, current_channel : int or str
        Number (from 0) or name of a channel; None: the usual one.

    Returns
    -------
    Recording
        Voltage in mV and current in pA, shape (n_sweep, n_sample).

    Raises
    ------
    RecordingError
        If the file cannot be read or does not hold a current-clamp recording with a stimulus.
    UsageError
        If a channel or a sweep is asked for that the file does not have.
    """
    asked = sweeps if sweeps is None or isinstance(sweeps, str) else ",".join(map(str, sweeps))
    choice = None if asked is None else SweepChoice(asked)
    return read_sweeps(path, ChannelChoice(voltage_channel, current_channel), choice).recording
