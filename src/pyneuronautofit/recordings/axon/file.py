"""An opened file of the Axon Binary Format: what its header says, alike for both versions."""

from __future__ import annotations

import contextlib
import struct
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyabf

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import positive_step
from pyneuronautofit.recordings._channels import Signal, listed
from pyneuronautofit.recordings.axon.layout import ABF1_EXTENDED_HEADER
from pyneuronautofit.recordings.axon.whole import WholeSweeps, whole_sweeps

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
MODES = {
    1: "event-driven with sweeps of variable length",
    2: "event-driven with sweeps of fixed length",
    3: "gap-free",
    4: "oscilloscope",
    5: "episodic stimulation",
}
EPISODIC = 5


@dataclass(frozen=True)
class Output(Signal):
    """An analogue output: what the command was sent to."""

    source: int  # 0: the waveform is switched off


@dataclass(frozen=True)
class AbfFile:
    """An opened file with what its header says, alike for both versions of the format."""

    path: Path
    abf: Any  # pyabf.ABF, which has no types
    mode: int
    step_ms: float
    inputs: tuple[Signal, ...]
    outputs: tuple[Output, ...]
    sweeps: WholeSweeps

    @property
    def name(self) -> str:
        """The file's name without its folder, for messages."""
        return self.path.name

    @property
    def is_first_version(self) -> bool:
        """Whether it is an ABF 1."""
        return bool(self.abf.abfVersion["major"] == 1)

    def describe(self) -> str:
        """Say what channels and commands the file has, for messages."""
        commands = ", ".join(
            f"command {output}" + ("" if output.source else " (off)") for output in self.outputs
        )
        return (
            f"the file has {listed(self.inputs)}; {commands or 'no command'}; {self.abf.sweepCount}"
            f" sweeps, {MODES.get(self.mode, f'mode {self.mode}')}"
        )

    @property
    def unequal(self) -> Mapping[int, str]:
        """The numbers of sweeps that are not whole, and what is wrong with them."""
        return self.sweeps.unequal

    def data(self, signal: Signal) -> FloatArray:
        """Return a channel's whole sweeps in its own unit, shape (n_sweep, n_sample)."""
        return self.sweeps.rows(self.abf.data[signal.index])


def open_abf(path: Path) -> AbfFile:
    """Read a file's header and data; RecordingError says why it cannot be used."""
    with translated(path):
        abf = pyabf.ABF(str(path), loadData=False, cacheStimulusFiles=False)
        file = _describe(path, abf)
        # One that was stopped within a sample of several channels has a part of it.
        abf.dataPointCount -= abf.dataPointCount % abf.channelCount
        abf.sweepPointCount = file.sweeps.n_sample
        if abf.abfVersion["major"] == 1 and abf.dataByteStart < ABF1_EXTENDED_HEADER:
            _mend_gains(abf)
        abf.setSweep(0)  # reads the data
    return file


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
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


def _describe(path: Path, abf: Any) -> AbfFile:
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
    # Not from pyABF's sampling rate, which is cut to a whole number of Hz.
    step_ms = positive_step(interval_us / 1e3, path.name)
    return AbfFile(
        path=path,
        abf=abf,
        mode=abf.nOperationMode,
        step_ms=step_ms,
        inputs=tuple(Signal(i, _clean(name), _clean(unit)) for i, (name, unit) in inputs),
        outputs=tuple(
            Output(i, _clean(name), _clean(unit), source if is_on else 0)
            for i, ((name, unit), (is_on, source)) in enumerate(zip(names, sources))
        ),
        sweeps=whole_sweeps(abf, step_ms, path.name),
    )


def _clean(text: str) -> str:
    # ABF 1 fields are of fixed width, padded with blanks or zeros.
    return text.replace("\0", " ").strip()
