"""Axon Binary Format, versions 1 and 2, read with pyABF.

A current-clamp file has the membrane potential in a channel in mV. The current is a second
channel in pA, or it was not recorded: then it is the command waveform that the file's protocol
describes, which pyABF rebuilds from the table of epochs or from a stimulus file.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice
from pyneuronautofit.recordings._channels import Signal, choose, listed, named
from pyneuronautofit.recordings._steps import compare_steps
from pyneuronautofit.recordings.axon.command import rebuild_command
from pyneuronautofit.recordings.axon.file import EPISODIC, AbfFile, Output, open_abf
from pyneuronautofit.recordings.axon.layout import ABF1, ABF2, check_layout
from pyneuronautofit.recordings.selection import RawRecording, RawSweep, raw_of_matrices
from pyneuronautofit.units import TO_MV, TO_PA

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AbfReader:
    """Reads `.abf` files."""

    name: str = "Axon Binary Format"
    suffixes: tuple[str, ...] = (".abf",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file starts with the letters of either version."""
        return head.startswith((ABF1, ABF2))

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read the voltage, and the recorded or the commanded current."""
        check_layout(path)
        file = open_abf(path)
        voltage = choose(file.inputs, channels.voltage, TO_MV, "--voltage-channel", file.name)
        if voltage is None:
            raise RecordingError(_why_no_voltage(file))
        _refuse_voltage_clamp(file, voltage, channels)
        current = _current(file, voltage, channels)
        others = [s for s in file.inputs if s.unit in TO_MV and s != voltage]
        whole = raw_of_matrices(
            file.name,
            _scaled(file, voltage, TO_MV),
            current.current_pA,
            file.step_ms,
            current.command_pA,
            current_is_command=current.is_command,
            channels=f"voltage from channel {voltage}, {current.sentence}"
            + (f"; --voltage-channel would take {listed(others)}" if others else ""),
        )
        return replace(whole, sweeps=_numbered(file, whole.sweeps))


def _numbered(file: AbfFile, whole: Sequence[RawSweep]) -> tuple[RawSweep, ...]:
    """Return all sweeps of a file, the ones that are not whole among them."""
    sweeps = {number: RawSweep(number, unusable=why) for number, why in file.unequal.items()}
    others = (number for number in range(len(whole) + len(sweeps)) if number not in sweeps)
    for number, sweep in zip(others, whole, strict=True):
        sweeps[number] = replace(sweep, number=number)
    return tuple(sweeps[number] for number in sorted(sweeps))


def _scaled(file: AbfFile, signal: Signal, factors: Mapping[str, float]) -> FloatArray:
    values = file.data(signal)
    values *= factors[signal.unit]
    return values


def _why_no_voltage(file: AbfFile) -> str:
    """Say that no channel has a unit of voltage, and what that is likely to mean."""
    needed = f"{file.name}: a current-clamp recording needs a channel in mV, and there is none"
    driving = _driving(file)
    if driving is not None and driving.unit in TO_MV:
        return f"{needed}: this looks like voltage clamp. Found: {file.describe()}."
    number = file.inputs[0].index
    command = f"its command {driving} is a current, so" if driving is not None else "perhaps"
    return (
        f"{needed}; {command} the unit of a channel may be wrong. If channel {number} is the "
        f"membrane potential, say its unit: --voltage-channel {number}:mV. Found: "
        f"{file.describe()}."
    )


def _driving(file: AbfFile) -> Output | None:
    """Return the first output that is on; None: none is."""
    return next((output for output in file.outputs if output.source), None)


def _refuse_voltage_clamp(file: AbfFile, voltage: Signal, channels: ChannelChoice) -> None:
    if channels.voltage is not None and channels.current is not None:
        return  # The user knows better than the units in the header.
    # What is off drives nothing, whatever its unit is.
    first_output = _driving(file) or (file.outputs[0] if file.outputs else None)
    paired = file.outputs[voltage.index] if voltage.index < len(file.outputs) else None
    records_current_first = (
        channels.voltage is None
        and file.inputs[0].unit in TO_PA
        and first_output is not None
        and first_output.unit in TO_MV
    )
    commands_voltage = (
        paired is not None
        and paired.unit in TO_MV
        and bool(paired.source)
        and file.mode == EPISODIC
    )
    if records_current_first or commands_voltage:
        raise RecordingError(
            f"{file.name}: a current-clamp recording is needed, but this one is voltage clamp: its "
            f"command is a voltage. Found: {file.describe()}. If only the units of the command are "
            "wrong, name both channels with --voltage-channel and --current-channel."
        )


@dataclass(frozen=True)
class _Current:
    """The current of a file.

    Attributes
    ----------
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
        Recorded, or else the command.
    is_command
        Which of them.
    sentence
        Says where it is from.
    command_pA : FloatArray, shape (n_sweep, n_sample), pA, or None
        The command beside a recorded current that agrees with it.
    """

    current_pA: FloatArray
    is_command: bool
    sentence: str
    command_pA: FloatArray | None = None


def _current(file: AbfFile, voltage: Signal, channels: ChannelChoice) -> _Current:
    asked = _asked_output(file, channels.current)
    output = asked or _output_for(file, voltage)
    command = rebuild_command(file, output)
    recorded = None if asked else _recorded(file, voltage, channels.current)
    if recorded is None:
        if isinstance(command, str):
            lacking = "" if asked else "no channel has a unit of current, and "
            raise RecordingError(
                f"{file.name}: {lacking}the command waveform cannot be used: {command}. Found: "
                f"{file.describe()}. Give a recording with its current, or write voltage, current "
                "and dt to a .npz file."
            )
        return _Current(
            command, True, f"current from the command waveform {output} of the protocol"
        )
    current = _scaled(file, recorded, TO_PA)
    if isinstance(command, str):
        return _Current(current, False, f"current from channel {recorded}")
    sentence = f"current from channel {recorded}, compared with command {output}"
    resolution = TO_PA[recorded.unit] * abs(file.abf._dataGain[recorded.index])
    difference = compare_steps(current, command, file.step_ms, resolution)
    if difference is None:
        return _Current(current, False, sentence, command)
    _log.warning(
        "%s: the recorded current, channel %s, is not what command %s asked for: %s. The "
        "recorded one is used; check the scale factors, or take the command with "
        "--current-channel '%s'.",
        *(file.name, recorded, output, difference, output.name if output else ""),
    )
    return _Current(current, False, sentence)


def _recorded(file: AbfFile, voltage: Signal, wanted: int | str | None) -> Signal | None:
    """Return the channel of the current: the next one behind the voltage, else one before it."""
    others = [signal for signal in file.inputs if signal.index != voltage.index]
    behind_first = sorted(others, key=lambda signal: (signal.index < voltage.index, signal.index))
    if wanted is not None:
        return choose(file.inputs, wanted, TO_PA, "--current-channel", file.name)
    return choose(behind_first, None, TO_PA, "--current-channel", file.name)


def _asked_output(file: AbfFile, wanted: int | str | None) -> Output | None:
    """Return the output of this name; a number, or the name of an input, means a recording."""
    if not isinstance(wanted, str) or named(file.inputs, wanted) is not None:
        return None
    name = wanted.strip().casefold()
    return next((output for output in file.outputs if output.name.casefold() == name), None)


def _output_for(file: AbfFile, voltage: Signal) -> Output | None:
    """Return the output that drives the cell: the one of the channel's number, if it can."""
    currents = [output for output in file.outputs if output.unit in TO_PA]
    for output in currents:
        if output.index == voltage.index:
            return output
    driving = [output for output in currents if output.source]
    if len(driving) == 1:
        return driving[0]
    return file.outputs[0] if file.outputs else None
