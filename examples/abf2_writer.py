"""Writes small ABF 2 files: for recordings that are made, and to hand a simulation to others.

It needs NumPy and nothing else: copy it to where you need it.

Episodic stimulation, any number of input channels in any unit, and up to four outputs whose command
waveforms are tables of step epochs. Samples are 16-bit integers, as amplifiers write them. Of each
channel one integer step is the smallest power of two (of the channel's unit) with which the
largest absolute value fits, so values are exact to half a step: 1/256 / 2 mV for a voltage of up
to 127 mV, 1/64 / 2 pA for a current of up to 511 pA; and whole numbers are stored exactly.

The layout: a header of 512 bytes, which lists where each section lies, how long one of its items is
and how many there are; every section starts at a multiple of 512 bytes. Texts stand in one section;
other sections refer to them by number, from 1. The places of the fields are those that pyABF 2.3
reads in its package `abf2` (https://github.com/swharden/pyABF, MIT licence), item sizes and values
of fields nobody reads were looked up in recordings made with Clampex 10.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_BLOCK = 512
#: Where the header says of a section where it lies.
_ENTRIES = {
    "protocol": 76,
    "input": 92,
    "output": 108,
    "epoch": 124,
    "waveform": 156,
    "strings": 220,
    "data": 236,
    "sweep": 316,
}
_RANGE_V, _RESOLUTION = 10.0, 32768
_LARGEST = 32767
_EXPONENTS = (-100, 60)  # of an integer step; scale factors must stay ordinary numbers in float32
_N_OUTPUT = 4
_EPISODIC, _STEP_EPOCH, _FROM_EPOCHS = 5, 1, 1
_LONGEST_STEP_MS = 1e3  # pyABF counts whole samples a second
_SOME_DAY = datetime.datetime(2000, 1, 1, 12)
_CREATOR, _PROTOCOL = "pyneuronautofit", "pyneuronautofit.pro"


@dataclass(frozen=True, eq=False)
class AbfChannel:
    """One input channel: its name, its unit, and its samples in that unit [sweep, sample]."""

    name: str
    unit: str
    data: ArrayLike


@dataclass(frozen=True)
class StepEpoch:
    """A level that is held for a number of samples; both may grow from sweep to sweep."""

    level: float
    duration: int
    level_increment: float = 0.0
    duration_increment: int = 0


@dataclass(frozen=True)
class AbfCommand:
    """The command waveform of one output.

    A sweep begins with n_sample // 64 samples at the holding level; then the epochs follow, and
    the holding level again. Without epochs the waveform is switched off.
    """

    name: str = "Cmd 0"
    unit: str = "pA"
    holding: float = 0.0
    epochs: tuple[StepEpoch, ...] = ()


def write_abf2(
    path: Path | str,
    voltage_mV: ArrayLike,
    current_pA: ArrayLike,
    step_ms: float,
    *,
    commands: Sequence[AbfCommand] = (),
    recorded: datetime.datetime = _SOME_DAY,
) -> None:
    """Write a current-clamp recording: channel 0 the voltage in mV, channel 1 the current in pA.

    Parameters
    ----------
    path : path
        The file, which is written anew if it exists.
    voltage_mV : array_like, shape (n_sweep, n_sample), mV
    current_pA : array_like, shape (n_sweep, n_sample), pA
    step_ms : float
        Time between two samples, ms; stored as a 32-bit number of us.
    commands : sequence of AbfCommand
        Of output 0, 1, ..; the others are switched off.
    recorded : datetime
        Date of the recording; always the same day if not given, so that files can be compared.

    Raises
    ------
    ValueError
        If the arrays are not finite matrices of equal shape.
    """
    channels = (AbfChannel("Vm", "mV", voltage_mV), AbfChannel("Im", "pA", current_pA))
    write_abf2_channels(path, channels, step_ms, commands=commands, recorded=recorded)


def write_abf2_channels(
    path: Path | str,
    channels: Sequence[AbfChannel],
    step_ms: float,
    *,
    commands: Sequence[AbfCommand] = (),
    recorded: datetime.datetime = _SOME_DAY,
) -> None:
    """Write channels of any number and unit; everything else is as in `write_abf2`."""
    data = _checked(channels)
    is_step = 0.0 < step_ms <= _LONGEST_STEP_MS
    if not is_step or not 0 < len(data) <= 16 or len(commands) > _N_OUTPUT:
        raise ValueError(
            f"{path}: an ABF 2 file has 1 to 16 channels, at most {_N_OUTPUT} commands and a step "
            f"above 0 and of at most {_LONGEST_STEP_MS:g} ms, but there are {len(data)} channels, "
            f"{len(commands)} commands and a step of {step_ms:g} ms. Leave some out."
        )
    sections = _sections(channels, data, step_ms, commands)
    Path(path).write_bytes(_assembled(sections, data[0].shape[0], recorded))


@dataclass(frozen=True)
class _Section:
    """One section: its bytes, and what the header says of them."""

    body: bytes
    item_size: int
    count: int

    def entry(self, block: int) -> bytes:
        """Return what the header says of the section if it begins in this block."""
        return struct.pack("<IIq", block, self.item_size, self.count) if self.count else bytes(16)


def _items(items: Sequence[bytes]) -> _Section:
    return _Section(b"".join(items), len(items[0]) if items else 0, len(items))


@dataclass
class _Texts:
    """The texts of a file, each once, numbered from 1."""

    known: list[str] = field(default_factory=list)

    def number(self, text: str) -> int:
        """Return the number of a text, which is added if it is new."""
        if text not in self.known:
            self.known.append(text)
        return self.known.index(text) + 1

    def packed(self) -> bytes:
        """Return all texts as the file holds them."""
        # Two zeros in a row mark the begin of the texts, so none of them may be empty.
        body = b"".join(text.encode("latin-1", "replace") + b"\0" for text in self.known)
        longest = max(len(text) for text in self.known)
        return struct.pack("<4s4I24x", b"SSCH", 1, len(self.known), longest, len(body)) + body


def _checked(channels: Sequence[AbfChannel]) -> list[NDArray[np.float64]]:
    data = [np.asarray(channel.data, dtype=np.float64) for channel in channels]
    for channel, values in zip(channels, data):
        n_bad = np.count_nonzero(~np.isfinite(values))
        if values.ndim != 2 or values.shape[0] < 1 or values.shape[1] < 2 or n_bad:
            raise ValueError(
                f"channel '{channel.name}' must be a matrix [sweep, sample] of finite numbers, at "
                f"least one sweep and two samples, but its shape is {values.shape}, and {n_bad} "
                "of its samples are not finite."
            )
    shapes = sorted({values.shape for values in data})
    if len(shapes) > 1:
        raise ValueError(
            "all channels must have the same shape (sweeps, samples), but theirs are "
            f"{', '.join(map(str, shapes))}. Give every channel the same samples."
        )
    return data


def _sections(
    channels: Sequence[AbfChannel],
    data: Sequence[NDArray[np.float64]],
    step_ms: float,
    commands: Sequence[AbfCommand],
) -> dict[str, _Section]:
    """Return the sections by name, in the order in which they follow each other in the file."""
    n_sweep, n_sample = data[0].shape
    texts = _Texts()
    texts.number(_CREATOR)
    texts.number(_PROTOCOL)
    steps = [_integer_step(values, channel.name) for values, channel in zip(data, channels)]
    raw = np.stack([np.rint(values / size) for values, size in zip(data, steps)], axis=-1)
    off = [AbfCommand(f"Cmd {n}", "mV" if n else "pA") for n in range(len(commands), _N_OUTPUT)]
    inputs = [_input(n, each, size, texts) for n, (each, size) in enumerate(zip(channels, steps))]
    outputs = [_output(n, each, texts) for n, each in enumerate([*commands, *off])]
    epochs = [
        _packed(48, {0: ("h", k), 2: ("h", n), 4: ("h", _STEP_EPOCH), 6: ("f", epoch.level),
                     10: ("f", epoch.level_increment), 14: ("i", epoch.duration),
                     18: ("i", epoch.duration_increment)})
        for n, command in enumerate(commands)
        for k, epoch in enumerate(command.epochs)
    ]  # fmt: skip
    n_epoch = max((len(command.epochs) for command in commands), default=0)
    length = n_sample * len(channels)
    return {
        "protocol": _items([_protocol(n_sweep, length, step_ms, len(channels))]),
        "input": _items(inputs),
        "output": _items(outputs),
        "epoch": _items([_packed(32, {0: ("h", k)}) for k in range(n_epoch)]),
        "waveform": _items(epochs),
        # Of the texts the header gives the size of all together.
        "strings": _Section(texts.packed(), len(texts.packed()), len(texts.known)),
        # Samples of the channels take turns.
        "data": _Section(raw.astype("<i2").tobytes(), 2, raw.size),
        "sweep": _items([struct.pack("<2i", k * length, length) for k in range(n_sweep)]),
    }


def _integer_step(values: NDArray[np.float64], name: str) -> float:
    """Return the smallest power of two of which 32767 reach the largest absolute value."""
    largest = float(np.abs(values).max())
    low, high = _EXPONENTS
    # Not of the quotient, which is 0 where the voltages are the smallest there are.
    exponent = int(np.ceil(np.log2(largest) - np.log2(_LARGEST))) if largest > 0 else -8
    if exponent > high:
        raise ValueError(
            f"channel '{name}': values up to {largest:g} are beyond what an ABF 2 file stores. "
            "Choose a larger unit."
        )
    return float(2.0 ** max(exponent, low))


def _packed(size: int, fields: Mapping[int, tuple[str, Any]]) -> bytes:
    """Return `size` bytes, zero but for the fields: place -> (struct format, value)."""
    item = bytearray(size)
    for place, (form, value) in fields.items():
        struct.pack_into(
            "<" + form, item, place, *(value if isinstance(value, tuple) else (value,))
        )
    return bytes(item)


def _protocol(n_sweep: int, length: int, step_ms: float, n_channel: int) -> bytes:
    interval_us = step_ms * 1e3
    sweep_s = length / n_channel * step_ms / 1e3
    return _packed(512, {
        0: ("h", _EPISODIC),
        2: ("f", interval_us),
        14: ("f", interval_us / n_channel),  # unit of the sweeps' begins
        18: ("f", n_sweep * sweep_s),
        22: ("i", length),
        30: ("i", n_sweep),  # of one run
        34: ("i", 1),  # runs of one trial
        38: ("i", 1),  # trials
        62: ("f", sweep_s),  # from the start of one sweep to that of the next
        110: ("f", _RANGE_V),
        114: ("f", _RANGE_V),
        118: ("i", _RESOLUTION),
        122: ("i", _RESOLUTION),
        198: ("h", 16),  # inputs and outputs of the converter
        200: ("h", _N_OUTPUT),
    })  # fmt: skip


def _input(number: int, channel: AbfChannel, integer_step: float, texts: _Texts) -> bytes:
    return _packed(128, {
        0: ("h", number),
        6: ("f", 1.0),  # telegraphed gain
        24: ("h", number),
        26: ("h", number),
        28: ("f", 1.0),  # gain of the converter
        32: ("f", 1.0),  # magnification on the screen
        40: ("f", _RANGE_V / _RESOLUTION / integer_step),  # volts for one unit
        48: ("f", 1.0),  # gain of the signal conditioner
        56: ("f", 5000.0),  # its low-pass filter, Hz
        74: ("i", texts.number(channel.name or f"IN {number}")),
        78: ("i", texts.number(channel.unit or "?")),
    })  # fmt: skip


def _output(number: int, command: AbfCommand, texts: _Texts) -> bytes:
    return _packed(256, {
        0: ("h", number),
        8: ("f", 400.0),  # units for one volt
        12: ("f", command.holding),
        16: ("f", 1.0),  # calibration
        24: ("i", texts.number(command.name or f"Cmd {number}")),
        28: ("i", texts.number(command.unit or "?")),
        40: ("h", 1 if command.epochs else 0),
        42: ("h", _FROM_EPOCHS),
        46: ("f", 1.0),  # scale of a stimulus file
    })  # fmt: skip


def _assembled(
    sections: Mapping[str, _Section], n_sweep: int, recorded: datetime.datetime
) -> bytes:
    seconds = recorded.hour * 3600 + recorded.minute * 60 + recorded.second
    header = bytearray(_packed(_BLOCK, {
        0: ("4s", b"ABF2"),
        4: ("4B", (0, 0, 6, 2)),
        8: ("I", _BLOCK),
        12: ("I", n_sweep),
        16: ("I", int(recorded.strftime("%Y%m%d"))),
        20: ("I", seconds * 1000 + recorded.microsecond // 1000),
        28: ("H", 1),
        32: ("H", 1),
        56: ("4B", (0, 0, 0, 10)),
        60: ("I", 1),  # the text of the creator, of the protocol
        72: ("I", 2),
    }))  # fmt: skip
    body = bytearray()
    for name, section in sections.items():
        struct.pack_into("<16s", header, _ENTRIES[name], section.entry(1 + len(body) // _BLOCK))
        body += section.body
        body += bytes(-len(body) % _BLOCK)
    # pyABF reads the texts' section as often as there are texts, one behind the other.
    texts = sections["strings"]
    return bytes(header + body + bytes(texts.item_size * texts.count))
