"""Recordings: reading them, checking them, and finding the stimulus in them.

`read_recording` reads any known format; a new format is one module with a reader and one line of
`READERS`.
"""

from __future__ import annotations

import logging
import stat
from collections.abc import Mapping
from pathlib import Path

from pyneuronautofit._registry import table_by
from pyneuronautofit._text import quoted
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice as ChannelChoice
from pyneuronautofit.recordings._base import Recording as Recording
from pyneuronautofit.recordings._reader import Reader as Reader
from pyneuronautofit.recordings.arrays import JsonReader, NpzReader
from pyneuronautofit.recordings.arrays import write_npz as write_npz
from pyneuronautofit.recordings.axon import AbfReader
from pyneuronautofit.recordings.correction import corrected as corrected
from pyneuronautofit.recordings.neo_ import NeoReader
from pyneuronautofit.recordings.nwb import NwbReader
from pyneuronautofit.recordings.options import RecordingOptions as RecordingOptions
from pyneuronautofit.recordings.options import taken_as_stored as taken_as_stored
from pyneuronautofit.recordings.options import taking_as_json as taking_as_json
from pyneuronautofit.recordings.plausible import doubts_about, ranges_of, refuse_absurd
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
from pyneuronautofit.recordings.text import AtfReader, CsvReader

_log = logging.getLogger(__name__)

_HEAD_BYTES = 64
_SHOWN_BYTES = 8


def _name(reader: Reader) -> str:
    return reader.name


#: All readers by the name of their format.
READERS: Mapping[str, Reader] = table_by(
    _name,
    (
        AbfReader(),
        NpzReader(),
        JsonReader(),
        NwbReader(),
        AtfReader(),
        CsvReader(),
        NeoReader(),
    ),
)

AUTOMATIC = ChannelChoice()


def find_reader(path: Path) -> Reader:
    """Return the reader of a file: the one that knows its first bytes, or else its suffix.

    Raises
    ------
    RecordingError
        If the file cannot be read, or is of no known format.
    """
    head = _head(path)
    for reader in READERS.values():
        if reader.recognises(head):
            return reader
    for reader in READERS.values():
        if path.suffix.lower() in reader.suffixes:
            return reader
    known = quoted(f"{reader.name} ({', '.join(reader.suffixes)})" for reader in READERS.values())
    raise RecordingError(
        f"{path}: a recording was expected, but neither the suffix "
        f"{path.suffix or '(there is none)'} nor the first bytes {head[:_SHOWN_BYTES]!r} are of a "
        f"known format. Known are {known}. Export the recording to one of them."
    )


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


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise RecordingError(
            f"{path}: a recording was expected, but this is a folder. Name a file."
        )
    try:
        # It is read several times: a pipe has lost its beginning by then.
        if not stat.S_ISREG(path.stat().st_mode):
            raise RecordingError(
                f"{path}: a recording was expected, but this is a pipe or a device, and recordings "
                "are read more than once. Write it into a file, and name that."
            )
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise RecordingError(
            f"{path}: a recording was expected, but there is no such file. Check the name and the "
            f"folder (the working directory is {Path.cwd()})."
        ) from error
    except OSError as error:
        raise RecordingError(
            f"{path}: the recording cannot be read: {error.strerror}. Check its permissions."
        ) from error
    if not head:
        raise RecordingError(f"{path}: a recording was expected, but the file is empty.")
    return head
