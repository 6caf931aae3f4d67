"""The options that say which recording, what of it, and how it is corrected.

Models remember how their recording was taken: under the key `recording` of the evaluation that
they were scored by, with the names of the options' fields, as far as they are not the usual ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pyneuronautofit._options import MODEL, Resumed, between, option, options_of
from pyneuronautofit._plugins import PluginOptions
from pyneuronautofit._types import Json
from pyneuronautofit._words import READ, real, whole
from pyneuronautofit._words import text as name
from pyneuronautofit.errors import DatabaseError


def channel(text: str) -> int | str:
    """Read a channel: its number, or its name."""
    return whole(text) if text.isdecimal() else name(text)


@dataclass(frozen=True, kw_only=True)
class RecordingOptions(PluginOptions):
    """Which recording, and what of it."""

    recording: str = option(
        "",
        group="",
        metavar="RECORDING",
        parse=READ,
        resumed=Resumed.CONTENT,
        help="the recording: .abf, .nwb, .npz, .json, .csv, .atf, or what python-neo reads",
    )
    sweeps: str | None = option(
        None,
        "--sweeps",
        group=MODEL,
        metavar="SWEEPS",
        parse=name,
        help="which sweeps of the file to use, before they are compared: numbers and half-open "
        "ranges such as 3,5:12, or the name of a stimulus (default: all that can be used and are "
        "alike)",
    )
    voltage_offset_mV: float = option(
        0.0,
        "--voltage-offset",
        group=MODEL,
        metavar="MV",
        parse=real,
        check=between(-500, 500),
        help="added to the recorded voltage, mV: a liquid junction potential",
    )
    added_current_pA: float = option(
        0.0,
        "--add-current",
        group=MODEL,
        metavar="PA",
        parse=real,
        check=between(-1e5, 1e5),
        help="added to the current, pA: a holding current that the file does not have",
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


OptionsT = TypeVar("OptionsT", bound=RecordingOptions)

#: What decides how a recording is taken, all but which one it is.
_TAKEN = (
    "sweeps",
    "voltage_offset_mV",
    "added_current_pA",
    "stimulus",
    "voltage_channel",
    "current_channel",
)


def taking_as_json(options: RecordingOptions) -> dict[str, Json]:
    """Return how a recording is taken, as far as that is not as usual."""
    usual = options_of(RecordingOptions)
    found: dict[str, Json] = {}
    for field in _TAKEN:
        value, (_described, default) = getattr(options, field), usual[field]
        if value != default:
            found[field] = list(value) if isinstance(value, tuple) else value
    return found


def taken_as_stored(options: OptionsT, stored: Mapping[str, Json], where: str) -> OptionsT:
    """Return options that take a recording as stored models had it, but for what was given.

    Parameters
    ----------
    stored
        What `taking_as_json` returned.
    where
        The file that it is from, for messages.

    Raises
    ------
    DatabaseError
        If something is no value of its option.
    """
    usual = options_of(RecordingOptions)
    changed: dict[str, Any] = {}
    for field in _TAKEN:
        described, default = usual[field]
        if field not in stored or getattr(options, field) != default:
            continue
        value = stored[field]
        pair = isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))
        if field == "stimulus":
            good = pair
            value = tuple(map(float, value)) if pair else value
        elif field in ("voltage_offset_mV", "added_current_pA"):
            good = _is_number(value) and not (described.check and described.check(value))
        elif field == "sweeps":
            good = isinstance(value, str)
        else:
            good = isinstance(value, int | str) and not isinstance(value, bool)
        if not good:
            raise DatabaseError(
                f"{where}: the evaluation's recording has {field} {value!r:.60}, which is no value "
                f"of {described.name}"
            )
        changed[field] = value
    return replace(options, **changed)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
