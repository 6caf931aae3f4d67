"""The command waveform of an Axon file, rebuilt by pyABF where it does that rightly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyabf
import pyabf.stimulus
import pyabf.waveform

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings.axon.file import EPISODIC, MODES, AbfFile, Output, translated
from pyneuronautofit.recordings.axon.layout import (
    ABF1_EXTENDED_HEADER,
    check_stimulus_file,
)
from pyneuronautofit.recordings.axon.user_list import apply_lists, user_lists, why_not_applied
from pyneuronautofit.units import TO_PA

_FROM_EPOCHS, _FROM_FILE = 1, 2


def rebuild_command(file: AbfFile, output: Output | None) -> FloatArray | str:
    """Return the command waveform in pA, shape (n_sweep, n_sample), or why there is none."""
    reason = _why_not(file, output)
    if reason is not None or output is None:
        return reason or "the file has no output"
    try:
        with translated(file.path):
            sweeps = _waveforms(file, output)
    except RecordingError as error:
        # A file with a recorded current is good without its command.
        return f"pyABF cannot rebuild it ({error.__cause__})"
    if isinstance(sweeps, str):
        return sweeps
    return _checked_command(file, output, sweeps)


def _checked_command(
    file: AbfFile, output: Output, sweeps: Sequence[FloatArray]
) -> FloatArray | str:
    """Return the waveforms in pA, shape (n_sweep, n_sample), or what is wrong with them."""
    n_sample = file.sweeps.n_sample
    sweeps = [sweeps[number] for number in file.sweeps.numbers]
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


def _waveforms(file: AbfFile, output: Output) -> list[FloatArray] | str:
    """Return the waveform of each sweep in the output's own unit, or why there is none."""
    if output.source == _FROM_FILE:
        return [pyabf.stimulus.stimulusWaveformFromFile(file.abf)] * file.abf.sweepCount
    # One table for all sweeps: `ABF.sweepC` would build it for each of them anew.
    table = pyabf.waveform.EpochTable(file.abf, output.index)
    lists = user_lists(file, output.index)
    reason = why_not_applied(lists, table, file.abf.sweepCount)
    if reason is not None:
        return reason
    apply_lists(lists, table)
    for waveform in table.epochWaveformsBySweep:
        if waveform.p1s[-1] > file.abf.sweepPointCount:
            raise ValueError("its epochs are longer than the sweep")
    return [waveform.getWaveform() for waveform in table.epochWaveformsBySweep]


def _why_not(file: AbfFile, output: Output | None) -> str | None:  # noqa: PLR0911 - one per reason
    """Return why pyABF would rebuild no command, or a wrong one, without saying so."""
    abf = file.abf
    if file.mode != EPISODIC:
        return f"no command is played in this mode, {MODES.get(file.mode, file.mode)}"
    if output is None:
        return "the file has no output"
    is_first_version = file.is_first_version
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
    if abf._protocolSection.nAlternateDACOutputState:
        return "the outputs alternate from sweep to sweep, which pyABF does not rebuild"
    return _why_not_from_file(file, output) if output.source == _FROM_FILE else None


def _why_not_from_file(file: AbfFile, output: Output) -> str | None:
    """Return why a stimulus file would be replayed wrongly: pyABF plays one sweep as it is."""
    dac = file.abf._dacSection
    scale, offset = dac.fDACFileScale[output.index], dac.fDACFileOffset[output.index]
    if output.index != 0:
        return "it comes from a stimulus file, which pyABF reads for output 0 only"
    if (scale, offset) != (1.0, 0.0):
        return f"its stimulus file is scaled by {scale:g} and shifted by {offset:g}"
    with translated(file.path):
        found = pyabf.stimulus.findStimulusWaveformFile(file.abf)
        if found:
            check_stimulus_file(Path(found))
        if found and Path(found).suffix.lower() == ".abf":
            n_sweep = pyabf.ABF(found, loadData=False).sweepCount
            if n_sweep > 1:
                return f"its stimulus file {found} has {n_sweep} sweeps; pyABF plays only the first"
    return None


def _stimulus_path(file: AbfFile) -> str:
    index = file.abf._dacSection.lDACFilePathIndex[0]
    return repr(file.abf._stringsSection._indexedStrings[index])
