"""Axon Binary Format, versions 1 and 2, read with pyABF.

A current-clamp file has the membrane potential in a channel in mV. The current is a second
channel in pA, or it was not recorded: then it is the command waveform that the file's protocol
describes, which pyABF rebuilds from the table of epochs or from a stimulus file.
"""

from __future__ import annotations

import contextlib
import logging
import struct
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyabf
import pyabf.stimulus
import pyabf.waveform

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._axon_layout import (
    ABF1,
    ABF1_EXTENDED_HEADER,
    ABF2,
    check_layout,
    check_stimulus_file,
    user_list_parameters,
)
from pyneuronautofit.recordings._base import ChannelChoice, Recording, positive_step
from pyneuronautofit.recordings._channels import Signal, choose, listed, named
from pyneuronautofit.recordings._steps import compare_steps
from pyneuronautofit.units import TO_MV, TO_PA

_log = logging.getLogger(__name__)

#: What pyABF 2.3 raises on damaged or unusual files: it has no errors of its own.
_PYABF_ERRORS = (
    ValueError,  # also UnicodeDecodeError, and NumPy's about shapes
    NotImplementedError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,  # also UnboundLocalError: the stimulus file of an ABF 1
    TypeError,
    ArithmeticError,
    MemoryError,
    OSError,
    struct.error,
)
_MODES = {
    1: "event-driven with sweeps of variable length",
    2: "event-driven with sweeps of fixed length",
    3: "gap-free",
    4: "oscilloscope",
    5: "episodic stimulation",
}
_VARIABLE_LENGTH, _EPISODIC = 1, 5
_FROM_EPOCHS, _FROM_FILE = 1, 2
#: Parameters of a user list up to this one concern conditioning trains, not the waveform.
_LAST_HARMLESS_PARAMETER = 10


@dataclass(frozen=True)
class _Output(Signal):
    """An analogue output: what the command was sent to."""

    source: int  # 0: the waveform is switched off


@dataclass(frozen=True)
class _File:
    """An opened file with what its header says, alike for both versions of the format."""

    path: Path
    abf: Any  # pyabf.ABF, which has no types
    mode: int
    step_ms: float
    inputs: tuple[Signal, ...]
    outputs: tuple[_Output, ...]

    @property
    def name(self) -> str:
        return self.path.name

    def describe(self) -> str:
        """Say what channels and commands the file has, for messages."""
        commands = ", ".join(
            f"command {output}" + ("" if output.source else " (off)") for output in self.outputs
        )
        return (
            f"the file has {listed(self.inputs)}; {commands or 'no command'}; {self.abf.sweepCount}"
            f" sweeps, {_MODES.get(self.mode, f'mode {self.mode}')}"
        )

    def data(self, signal: Signal) -> FloatArray:
        """Return a channel in its own unit, shape (n_sweep, n_sample)."""
        flat = np.asarray(self.abf.data[signal.index], dtype=np.float64)
        return flat.reshape(self.abf.sweepCount, self.abf.sweepPointCount)


@dataclass(frozen=True)
class AbfReader:
    """Reads `.abf` files."""

    name: str = "Axon Binary Format"
    suffixes: tuple[str, ...] = (".abf",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file starts with the letters of either version."""
        return head.startswith((ABF1, ABF2))

    def read(self, path: Path, channels: ChannelChoice) -> Recording:
        """Read the voltage, and the recorded or the commanded current."""
        check_layout(path)
        file = _open(path)
        voltage = choose(file.inputs, channels.voltage, TO_MV, "--voltage-channel", file.name)
        if voltage is None:
            raise RecordingError(
                f"{file.name}: a current-clamp recording needs a channel in mV, and there is none: "
                f"this looks like voltage clamp. Found: {file.describe()}."
            )
        _refuse_voltage_clamp(file, voltage, channels)
        current, is_command, sentence = _current(file, voltage, channels)
        others = [s for s in file.inputs if s.unit in TO_MV and s != voltage]
        return Recording(
            name=file.name,
            voltage_mV=TO_MV[voltage.unit] * file.data(voltage),
            current_pA=current,
            step_ms=file.step_ms,
            current_is_command=is_command,
            channels=f"voltage from channel {voltage}, {sentence}"
            + (f"; --voltage-channel would take {listed(others)}" if others else ""),
        )


def _open(path: Path) -> _File:
    with _translated(path):
        abf = pyabf.ABF(str(path), loadData=False, cacheStimulusFiles=False)
        file = _describe(path, abf)
        _refuse_unequal_sweeps(file)
        if abf.abfVersion["major"] == 1 and abf.dataByteStart < ABF1_EXTENDED_HEADER:
            _mend_gains(abf)
        abf.setSweep(0)  # reads the data
    return file


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn what pyABF raises into a message, and its warnings (of missing stimuli) into nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except _PYABF_ERRORS as error:
        raise RecordingError(
            f"{path}: pyABF cannot read this Axon file ({type(error).__name__}: {error}). It is "
            "damaged, or of a kind pyABF does not know; open it in Clampfit and save it again."
        ) from error


def _mend_gains(abf: Any) -> None:
    """Undo pyABF's telegraphed gains: in an early ABF 1 it takes samples for them."""
    header = abf._headerV1
    for channel, number in enumerate(header.nADCSamplingSeq[: abf.channelCount]):
        volts = header.fInstrumentScaleFactor[number] * header.fSignalGain[number]
        volts *= header.fADCProgrammableGain[number]
        abf._dataGain[channel] = header.fADCRange / header.lADCResolution / volts


def _describe(path: Path, abf: Any) -> _File:
    if abf.abfVersion["major"] == 1:
        header = abf._headerV1
        # In ABF 1 the interval is that of the converter, which serves the channels in turn.
        interval_us = header.fADCSampleInterval * header.nADCNumChannels
        sources = zip(header.nWaveformEnable, header.nWaveformSource)
        names = list(zip(abf.dacNames, abf.dacUnits))
    else:
        interval_us = abf._protocolSection.fADCSequenceInterval
        dac, strings = abf._dacSection, abf._stringsSection._indexedStrings
        sources = zip(dac.nWaveformEnable, dac.nWaveformSource)
        # pyABF names only as many outputs as there are inputs.
        indices = zip(dac.lDACChannelNameIndex, dac.lDACChannelUnitsIndex)
        texts = dict(enumerate(strings))  # an output that is not used may name a text beyond them
        names = [(texts.get(name, ""), texts.get(unit, "")) for name, unit in indices]
    inputs = enumerate(zip(abf.adcNames, abf.adcUnits))
    return _File(
        path=path,
        abf=abf,
        mode=abf.nOperationMode,
        # Not from pyABF's sampling rate, which is cut to a whole number of Hz.
        step_ms=positive_step(interval_us / 1e3, path.name),
        inputs=tuple(Signal(i, _clean(name), _clean(unit)) for i, (name, unit) in inputs),
        outputs=tuple(
            _Output(i, _clean(name), _clean(unit), source if is_on else 0)
            for i, ((name, unit), (is_on, source)) in enumerate(zip(names, sources))
        ),
    )


def _clean(text: str) -> str:
    # ABF 1 fields are of fixed width, padded with blanks or zeros.
    return text.replace("\0", " ").strip()


def _refuse_unequal_sweeps(file: _File) -> None:
    abf = file.abf
    lengths = [] if abf.abfVersion["major"] == 1 else list(abf._synchArraySection.lLength)
    if file.mode == _VARIABLE_LENGTH or len(set(lengths)) > 1:
        found = f" ({min(lengths)} to {max(lengths)} values)" if lengths else ""
        raise RecordingError(
            f"{file.name}: all sweeps must have the same length, but those of this file differ"
            f"{found}: {file.describe()}. Record in episodic mode, or cut the sweeps to one length."
        )
    if abf.dataPointCount != abf.sweepCount * abf.channelCount * abf.sweepPointCount:
        raise RecordingError(
            f"{file.name}: {abf.dataPointCount} values do not divide into {abf.sweepCount} equal "
            f"sweeps of {abf.channelCount} channels. The acquisition was probably stopped within a "
            "sweep; save the complete sweeps as a new file."
        )


def _refuse_voltage_clamp(file: _File, voltage: Signal, channels: ChannelChoice) -> None:
    if channels.voltage is not None and channels.current is not None:
        return  # The user knows better than the units in the header.
    first_output = file.outputs[0] if file.outputs else None
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
        and file.mode == _EPISODIC
    )
    if records_current_first or commands_voltage:
        raise RecordingError(
            f"{file.name}: a current-clamp recording is needed, but this one is voltage clamp: its "
            f"command is a voltage. Found: {file.describe()}. If only the units of the command are "
            "wrong, name both channels with --voltage-channel and --current-channel."
        )


def _current(file: _File, voltage: Signal, channels: ChannelChoice) -> tuple[FloatArray, bool, str]:
    """Return the current (pA), whether it is a command, and a sentence that says so."""
    asked = _asked_output(file, channels.current)
    output = asked or _output_for(file, voltage)
    command = _rebuild(file, output)
    recorded = None
    if asked is None:
        recorded = choose(file.inputs, channels.current, TO_PA, "--current-channel", file.name)
    if recorded is None:
        if isinstance(command, str):
            lacking = "" if asked else "no channel has a unit of current, and "
            raise RecordingError(
                f"{file.name}: {lacking}the command waveform cannot be used: {command}. Found: "
                f"{file.describe()}. Give a recording with its current, or write voltage, current "
                "and dt to a .npz file."
            )
        return command, True, f"current from the command waveform {output} of the protocol"
    current = TO_PA[recorded.unit] * file.data(recorded)
    if isinstance(command, str):
        return current, False, f"current from channel {recorded}"
    resolution = TO_PA[recorded.unit] * abs(file.abf._dataGain[recorded.index])
    difference = compare_steps(current, command, file.step_ms, resolution)
    if difference is not None:
        _log.warning(
            "%s: the recorded current, channel %s, is not what command %s asked for: %s. The "
            "recorded one is used; check the scale factors, or take the command with "
            "--current-channel '%s'.",
            *(file.name, recorded, output, difference, output.name if output else ""),
        )
    return current, False, f"current from channel {recorded}, compared with command {output}"


def _asked_output(file: _File, wanted: int | str | None) -> _Output | None:
    """Return the output of this name; a number, or the name of an input, means a recording."""
    if not isinstance(wanted, str) or named(file.inputs, wanted) is not None:
        return None
    name = wanted.strip().casefold()
    return next((output for output in file.outputs if output.name.casefold() == name), None)


def _output_for(file: _File, voltage: Signal) -> _Output | None:
    """Return the output that drives the cell: the one of the channel's number, if it can."""
    currents = [output for output in file.outputs if output.unit in TO_PA]
    for output in currents:
        if output.index == voltage.index:
            return output
    driving = [output for output in currents if output.source]
    if len(driving) == 1:
        return driving[0]
    return file.outputs[0] if file.outputs else None


def _rebuild(file: _File, output: _Output | None) -> FloatArray | str:
    """Return the command waveform in pA, shape (n_sweep, n_sample), or why there is none."""
    reason = _why_not(file, output)
    if reason is not None or output is None:
        return reason or "the file has no output"
    try:
        with _translated(file.path):
            sweeps = _waveforms(file, output)
    except RecordingError as error:
        # A file with a recorded current is good without its command.
        return f"pyABF cannot rebuild it ({error.__cause__})"
    return _checked_command(file, output, sweeps)


def _checked_command(
    file: _File, output: _Output, sweeps: Sequence[FloatArray]
) -> FloatArray | str:
    """Return the waveforms in pA, shape (n_sweep, n_sample), or what is wrong with them."""
    n_sample = file.abf.sweepPointCount
    shortest = min(len(sweep) for sweep in sweeps)
    if shortest < n_sample:
        return f"its waveform has {shortest} samples, the sweep {n_sample}"
    command = TO_PA[output.unit] * np.array([sweep[:n_sample] for sweep in sweeps], dtype=float)
    if not np.isfinite(command).all():
        if output.source == _FROM_FILE:
            return f"it comes from the stimulus file {_stimulus_path(file)}, which is not there"
        return "its epochs are of a kind that pyABF cannot rebuild (the waveform is NaN)"
    if not np.ptp(command, axis=1).any():
        return f"it is flat at {command[0, 0]:.6g} pA, no usable stimulus"
    return command


def _waveforms(file: _File, output: _Output) -> list[FloatArray]:
    """Return the waveform of each sweep in the output's own unit, as pyABF rebuilds it."""
    if output.source == _FROM_FILE:
        return [pyabf.stimulus.stimulusWaveformFromFile(file.abf)] * file.abf.sweepCount
    # One table for all sweeps: `ABF.sweepC` would build it for each of them anew.
    table = pyabf.waveform.EpochTable(file.abf, output.index)
    for waveform in table.epochWaveformsBySweep:
        if waveform.p1s[-1] > file.abf.sweepPointCount:
            raise ValueError("its epochs are longer than the sweep")
    return [waveform.getWaveform() for waveform in table.epochWaveformsBySweep]


def _why_not(file: _File, output: _Output | None) -> str | None:  # noqa: PLR0911 - one per reason
    """Return why pyABF would rebuild no command, or a wrong one, without saying so."""
    abf = file.abf
    if file.mode != _EPISODIC:
        return f"no command is played in this mode, {_MODES.get(file.mode, file.mode)}"
    if output is None:
        return "the file has no output"
    is_first_version = abf.abfVersion["major"] == 1
    if is_first_version and abf.dataByteStart < ABF1_EXTENDED_HEADER:
        return "this early version of ABF1 stores it in a way that pyABF does not read"
    if output.unit not in TO_PA:
        return f"command {output} is not a current"
    if not output.source:
        level = TO_PA[output.unit] * abf.holdingCommand[output.index]
        return (
            f"command {output} is switched off, flat at its holding level of {level:.6g} pA, no "
            "usable stimulus"
        )
    known = (_FROM_EPOCHS,) if is_first_version else (_FROM_EPOCHS, _FROM_FILE)
    if output.source not in known:
        return f"it comes from a source ({output.source}) that pyABF does not read"
    if is_first_version:
        return None
    if any(number > _LAST_HARMLESS_PARAMETER for number in user_list_parameters(file.path)):
        return "a user list changes it from sweep to sweep, which pyABF does not rebuild"
    if abf._protocolSection.nAlternateDACOutputState:
        return "the outputs alternate from sweep to sweep, which pyABF does not rebuild"
    return _why_not_from_file(file, output) if output.source == _FROM_FILE else None


def _why_not_from_file(file: _File, output: _Output) -> str | None:
    """Return why a stimulus file would be replayed wrongly: pyABF plays one sweep as it is."""
    dac = file.abf._dacSection
    scale, offset = dac.fDACFileScale[output.index], dac.fDACFileOffset[output.index]
    if output.index != 0:
        return "it comes from a stimulus file, which pyABF reads for output 0 only"
    if (scale, offset) != (1.0, 0.0):
        return f"its stimulus file is scaled by {scale:g} and shifted by {offset:g}"
    with _translated(file.path):
        found = pyabf.stimulus.findStimulusWaveformFile(file.abf)
        if found:
            check_stimulus_file(Path(found))
        if found and Path(found).suffix.lower() == ".abf":
            n_sweep = pyabf.ABF(found, loadData=False).sweepCount
            if n_sweep > 1:
                return f"its stimulus file {found} has {n_sweep} sweeps; pyABF plays only the first"
    return None


def _stimulus_path(file: _File) -> str:
    index = file.abf._dacSection.lDACFilePathIndex[0]
    return repr(file.abf._stringsSection._indexedStrings[index])
