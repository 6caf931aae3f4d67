"""Reading a recording of any known format."""

from __future__ import annotations

import logging
from pathlib import Path

from pyneuronautofit.recordings._base import ChannelChoice, Recording
from pyneuronautofit.recordings.plausible import doubts_about, ranges_of, refuse_absurd
from pyneuronautofit.recordings.readers import find_reader
from pyneuronautofit.recordings.selection import ChosenSweeps, SweepChoice, select_sweeps

_log = logging.getLogger(__name__)

AUTOMATIC = ChannelChoice()


def read_recording(
    path: Path | str, channels: ChannelChoice = AUTOMATIC, sweeps: SweepChoice | None = None
) -> Recording:
    """Read the sweeps of a recording that belong together; see `read_sweeps`."""
    return read_sweeps(path, channels, sweeps).recording


def read_sweeps(
    path: Path | str, channels: ChannelChoice = AUTOMATIC, sweeps: SweepChoice | None = None
) -> ChosenSweeps:
    """Read a recording of any known format, and log what was taken, and what is hardly a cell's.

    Parameters
    ----------
    path : path
        The file.
    channels : ChannelChoice
        Which channels to take where the usual ones are not wanted.
    sweeps : SweepChoice or None
        Which sweeps to take; None: all that can be used and are alike.

    Returns
    -------
    ChosenSweeps
        Voltage in mV and current in pA, shape (n_sweep, n_sample), and which sweeps are left out.

    Raises
    ------
    RecordingError
        If the file cannot be read or does not hold a current-clamp recording with a stimulus.
    UsageError
        If a channel or a sweep is asked for that the file does not have.
    """
    file = Path(path)
    selection = select_sweeps(find_reader(file).read(file, channels), sweeps)
    recording = selection.recording
    _log.info(
        "%s: %d sweeps of %d samples, %.6g ms apart; %s; %s.",
        recording.name,
        recording.n_sweep,
        recording.n_sample,
        recording.step_ms,
        recording.channels,
        ranges_of(recording),
    )
    refuse_absurd(recording)
    for doubt in doubts_about(recording):
        _log.warning("%s: %s.", recording.name, doubt)
    return selection
