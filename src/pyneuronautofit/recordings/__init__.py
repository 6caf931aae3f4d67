"""Recordings: reading them, checking them, and finding the stimulus in them.

`read_recording` reads any known format; a new format is one module with a reader and one line of
`readers.py`.
"""

from __future__ import annotations

import logging
from pathlib import Path

from pyneuronautofit.recordings._base import ChannelChoice as ChannelChoice
from pyneuronautofit.recordings._base import Recording as Recording
from pyneuronautofit.recordings._reader import Reader as Reader
from pyneuronautofit.recordings.arrays import write_npz as write_npz
from pyneuronautofit.recordings.correction import corrected as corrected
from pyneuronautofit.recordings.options import RecordingOptions as RecordingOptions
from pyneuronautofit.recordings.options import taken_as_stored as taken_as_stored
from pyneuronautofit.recordings.options import taking_as_json as taking_as_json
from pyneuronautofit.recordings.plausible import doubts_about, ranges_of, refuse_absurd
from pyneuronautofit.recordings.readers import READERS as READERS
from pyneuronautofit.recordings.readers import find_reader as find_reader
from pyneuronautofit.recordings.readers import plug_in_of_reader as plug_in_of_reader
from pyneuronautofit.recordings.recognition import is_recording as is_recording
from pyneuronautofit.recordings.selection import ChosenSweeps as ChosenSweeps
from pyneuronautofit.recordings.selection import LeftOut as LeftOut
from pyneuronautofit.recordings.selection import SweepChoice as SweepChoice
from pyneuronautofit.recordings.selection import select_sweeps
from pyneuronautofit.recordings.stimulus import StimulusWindow as StimulusWindow
from pyneuronautofit.recordings.stimulus import detect_stimulus as detect_stimulus
from pyneuronautofit.recordings.stimulus import holding_current as holding_current
from pyneuronautofit.recordings.stimulus import holding_currents as holding_currents
from pyneuronautofit.recordings.stimulus import stimulus_from_times as stimulus_from_times
from pyneuronautofit.recordings.sweeps import SweepFacts as SweepFacts
from pyneuronautofit.recordings.sweeps import facts_of_sweeps as facts_of_sweeps
from pyneuronautofit.recordings.sweeps import in_a_line as in_a_line

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
