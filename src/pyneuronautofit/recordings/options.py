"""The options that say which recording, and what of it."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import MODEL, Resumed, option
from pyneuronautofit._words import READ, real, whole
from pyneuronautofit._words import text as name


def channel(text: str) -> int | str:
    """Read a channel: its number, or its name."""
    return whole(text) if text.isdecimal() else name(text)


@dataclass(frozen=True, kw_only=True)
class RecordingOptions:
    """Which recording, and what of it."""

    recording: str = option(
        "",
        group="",
        metavar="RECORDING",
        parse=READ,
        resumed=Resumed.CONTENT,
        help="the recording: .abf, .npz, .json or .nwb",
    )
    stimulus: tuple[float, float] | None = option(
        None,
        "--stimulus",
        group=MODEL,
        metavar="MS",
        parse=real,
        count=2,
        help="start and end of the stimulus in ms (default: detected)",
    )
    voltage_channel: int | str | None = option(
        None,
        "--voltage-channel",
        group=MODEL,
        metavar="CHANNEL",
        parse=channel,
        help="number (from 0) or name of the voltage channel (default: the first in a voltage "
        "unit); with a unit behind it where the file's is wrong, such as 0:mV",
    )
    current_channel: int | str | None = option(
        None,
        "--current-channel",
        group=MODEL,
        metavar="CHANNEL",
        parse=channel,
        help="number (from 0) or name of the current channel (default: the first in a current "
        "unit, else the protocol's command waveform); with a unit behind it where the file's is "
        "wrong, such as 1:pA",
    )
