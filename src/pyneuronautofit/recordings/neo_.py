"""Further formats, read with the optional python-neo: WinWCP, AxoGraph, Spike2, NIX.

neo guesses the format by the ending of the file's name. It is asked for these endings alone: among
its others are some that execute what is in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._bounded import allowance_of
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import PyNeuronAutofitError, RecordingError
from pyneuronautofit.recordings._base import ChannelChoice, positive_step
from pyneuronautofit.recordings._channels import Signal, choose, listed
from pyneuronautofit.recordings._noiseless import is_noiseless
from pyneuronautofit.recordings.selection import RawRecording, RawSweep
from pyneuronautofit.units import MS_PER_S, TO_MV, TO_PA

#: Endings, and neo's readers of them.
_FORMATS = {
    ".wcp": "WinWcpIO",
    ".axgd": "AxographIO",
    ".axgx": "AxographIO",
    ".smr": "Spike2IO",
    ".smrx": "CedIO",
    ".nix": "NixIO",
}
_DOUBLE_BYTES = 8


@dataclass(frozen=True)
class NeoReader:
    """Reads what neo reads."""

    name: str = "WinWCP, AxoGraph, Spike2, NIX"
    suffixes: tuple[str, ...] = tuple(_FORMATS)

    def recognises(self, _head: bytes) -> bool:
        """Whether the first bytes are of these formats: their endings say it."""
        return False

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read the segments of the first block: each is a sweep."""
        kind = _reader(path)
        try:
            with _closed_behind(kind(str(path))) as reader:
                return _recording(reader.read_block(lazy=True), channels, path)
        except ImportError as error:
            raise RecordingError(
                f"{path}: neo needs another package for this format ({error}). Install that, or "
                "write voltage, current and dt to a .npz file."
            ) from error
        except PyNeuronAutofitError:
            raise
        except Exception as error:  # neo has no errors of its own: anything, on a damaged file
            raise RecordingError(
                f"{path}: neo cannot read this file ({type(error).__name__}: {error}). It is "
                "damaged, or of a kind that neo does not know."
            ) from error


@contextmanager
def _closed_behind(reader: Any) -> Iterator[Any]:
    """Close what a reader of neo's has opened.

    Most of them keep their file open until they are collected as garbage, and have nothing to close
    it by but their finaliser. Closed by that only, a file is open for as long as the garbage stays,
    and Python may finalise the file before the reader, with a warning.
    """
    try:
        yield reader
    finally:
        for name in ("close", "__del__"):
            if hasattr(reader, name):
                getattr(reader, name)()
                break


def _reader(path: Path) -> Any:
    name = _FORMATS[path.suffix.lower()]
    try:
        import neo.io  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise RecordingError(
            f"{path}: reading this format needs python-neo, which is not installed ({error}). "
            "Install it with: pip install 'pyneuronautofit[neo]'"
        ) from error
    return getattr(neo.io, name)


@dataclass(frozen=True)
class _Channel:
    """One channel of a segment: a column of one of neo's signals, which has no types."""

    signal: Signal
    values: Any
    column: int


def _recording(block: Any, channels: ChannelChoice, path: Path) -> RawRecording:
    segments = [_channels(segment) for segment in block.segments]
    if not any(segments):
        raise RecordingError(f"{path.name}: the file has no signals.")
    n_bytes = sum(
        _DOUBLE_BYTES * int(np.prod(values.shape))
        for segment in block.segments
        for values in segment.analogsignals
    )
    allowance_of(path, None, RecordingError).check(n_bytes, "what its sweeps hold")
    first = next(segment for segment in segments if segment)
    signals = [channel.signal for channel in first]
    voltage = choose(signals, channels.voltage, TO_MV, "--voltage-channel", path.name)
    if voltage is None:
        raise RecordingError(
            f"{path.name}: a channel in mV is needed, and there is none; the file has "
            f"{listed(signals)}. Where a unit is wrong, say it: --voltage-channel 0:mV."
        )
    # The current that belongs to a voltage is the next one behind it.
    behind = sorted(signals, key=lambda signal: (signal.index < voltage.index, signal.index))
    among = behind if channels.current is None else signals
    current = choose(among, channels.current, TO_PA, "--current-channel", path.name)
    if current is None:
        raise RecordingError(
            f"{path.name}: a channel in pA is needed, and there is none; the file has "
            f"{listed(signals)}. Where a unit is wrong, say it: --current-channel 1:pA."
        )
    sweeps = tuple(
        _sweep(number, segment, voltage, current, path.name)
        for number, segment in enumerate(segments)
    )
    return RawRecording(
        path.name,
        sweeps,
        f"voltage from channel {voltage}, current from channel {current}",
        current_is_command=all(
            is_noiseless(s.current_pA) for s in sweeps if s.current_pA is not None
        ),
    )


def _channels(segment: Any) -> Sequence[_Channel]:
    found: list[_Channel] = []
    for values in segment.analogsignals:
        names = list(values.array_annotations.get("channel_names", []))
        unit = str(values.units.dimensionality).replace("µ", "u")
        for column in range(values.shape[1]):
            name = str(names[column]) if column < len(names) else str(values.name or "")
            found.append(_Channel(Signal(len(found), name, unit), values, column))
    return found


def _sweep(
    number: int, segment: Sequence[_Channel], voltage: Signal, current: Signal, name: str
) -> RawSweep:
    if max(voltage.index, current.index) >= len(segment):
        return RawSweep(number, unusable="it lacks a channel that others have")
    both = segment[voltage.index], segment[current.index]
    rates = [float(channel.values.sampling_rate.rescale("Hz").magnitude) for channel in both]
    if rates[0] != rates[1] or both[0].values.shape[0] != both[1].values.shape[0]:
        return RawSweep(number, unusable="its voltage and its current are sampled differently")
    step_ms = positive_step(MS_PER_S / rates[0] if rates[0] else 0.0, name)
    return RawSweep(
        number, _samples(both[0], voltage, TO_MV), _samples(both[1], current, TO_PA), step_ms
    )


def _samples(channel: _Channel, signal: Signal, factors: Mapping[str, float]) -> FloatArray:
    loaded = channel.values.load()
    values = np.asarray(loaded.magnitude[:, channel.column], dtype=np.float64)
    return np.ascontiguousarray(values) * factors[signal.unit]
