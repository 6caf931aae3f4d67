"""A plug-in's function or class as a reader of the table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyneuronautofit._plugins import PlugIn, place_of
from pyneuronautofit._text import told
from pyneuronautofit.errors import PyNeuronAutofitError, RecordingError, UsageError
from pyneuronautofit.recordings._base import ChannelChoice, Recording, matrix, positive_step
from pyneuronautofit.recordings._noiseless import is_noiseless
from pyneuronautofit.recordings.selection import RawRecording, raw_of_matrices


@dataclass(frozen=True)
class PluggedReader:
    """A reader of somebody else, whose errors say whose they are.

    Attributes
    ----------
    inner
        It.
    name
        What its format is called.
    suffixes
        Endings of its files.
    said
        Whose it is, for messages.
    """

    inner: Any
    name: str
    suffixes: tuple[str, ...]
    said: str

    def recognises(self, head: bytes) -> bool:
        """Whether a file with these first bytes is of the format."""
        try:
            return bool(self.inner.recognises(head))
        except (Exception, SystemExit) as error:
            raise UsageError(f"{self.said}: it failed: {place_of(error)}: {told(error)}") from error

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read all sweeps of the file.

        Raises
        ------
        RecordingError
            If it fails, or returns what is no recording.
        """
        try:
            found = self.inner.read(path, channels)
        except PyNeuronAutofitError:
            raise
        except (Exception, SystemExit) as error:
            raise RecordingError(
                f"{path}: {self.said} cannot read it: {place_of(error)}: {told(error)}"
            ) from error
        return self._raw(found, path.name)

    def _raw(self, found: Any, name: str) -> RawRecording:
        if isinstance(found, RawRecording):
            return found
        if isinstance(found, Recording):
            return raw_of_matrices(
                found.name,
                found.voltage_mV,
                found.current_pA,
                found.step_ms,
                found.command_pA,
                channels=found.channels,
                current_is_command=found.current_is_command,
            )
        if not isinstance(found, tuple) or len(found) != 3:
            raise RecordingError(
                f"{name}: {self.said} returned {type(found).__name__}: expected a Recording, or "
                "voltages in mV and currents in pA (n_sweep, n_sample) and the time between two "
                "samples in ms"
            )
        voltage_mV, current_pA = (
            matrix(values, what, name)
            for values, what in zip(found[:2], ("voltage", "current"), strict=True)
        )
        if voltage_mV.shape != current_pA.shape:
            raise RecordingError(
                f"{name}: {self.said} returned a voltage of shape {voltage_mV.shape} and a current "
                f"of shape {current_pA.shape}: expected the same, (n_sweep, n_sample)"
            )
        return raw_of_matrices(
            name,
            voltage_mV,
            current_pA,
            positive_step(found[2], name),
            channels=f"read by {self.said}",
            current_is_command=all(is_noiseless(sweep) for sweep in current_pA),
        )


@lru_cache(maxsize=256)
def reader_of(plug_in: PlugIn) -> PluggedReader:
    """Return a plug-in as a reader; raises UsageError if it cannot be one."""
    return made_reader(plug_in.thing, plug_in.origin)


def made_reader(thing: Any, origin: str) -> PluggedReader:
    """Return an object, or what a class makes without arguments, as a reader.

    Parameters
    ----------
    thing
        A `ReaderFunction`, or an object or a class as of `Reader`.
    origin
        Where it is from, for messages.

    Raises
    ------
    UsageError
        If it cannot be one.
    """
    called = getattr(thing, "__name__", type(thing).__name__)
    try:
        inner = thing() if isinstance(thing, type) else thing
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"{called} of {origin}: a reader is made without arguments: {told(error)}"
        ) from error
    suffixes = getattr(inner, "suffixes", None)
    good = isinstance(suffixes, tuple | list) and all(
        isinstance(each, str) and each[:1] == "." and each == each.lower() for each in suffixes
    )
    name = getattr(inner, "name", None)
    methods = all(callable(getattr(inner, each, None)) for each in ("recognises", "read"))
    if not good or not methods or not isinstance(name, str) or not suffixes:
        raise UsageError(
            f"{called} of {origin} is no reader: expected a function under @reader('.dat'), or an "
            "object with the attributes name and suffixes (in lower case, with the dot) and the "
            "methods recognises(head) and read(path, channels)"
        )
    return PluggedReader(inner, name, tuple(suffixes), f"the reader {name} of {origin}")
