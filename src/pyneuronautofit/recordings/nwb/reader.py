"""Reads NWB files with the optional pynwb.

Each sweep is a `CurrentClampSeries` (the response, in volts) and a `CurrentClampStimulusSeries`
(the current, in amperes). A "channel" is an electrode here; where every sweep has an electrode of
its own they are one cell's.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._bounded import allowance_of
from pyneuronautofit._text import quoted
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice
from pyneuronautofit.recordings._channels import Signal, choose, listed
from pyneuronautofit.recordings._noiseless import is_noiseless
from pyneuronautofit.recordings.nwb.alignment import current_beside, shift_ms
from pyneuronautofit.recordings.nwb.pairing import Pair, pairs_of
from pyneuronautofit.recordings.nwb.series import (
    OTHER_RESPONSES,
    STIMULUS,
    VOLTAGE,
    Piece,
    UnusableSeriesError,
    pieces_of,
)
from pyneuronautofit.recordings.selection import RawRecording, RawSweep
from pyneuronautofit.units import TO_MV, TO_PA

_log = logging.getLogger(__name__)

#: What h5py, hdmf and pynwb raise on files that are damaged or are no NWB files.
_DAMAGED = (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError)


@dataclass(frozen=True)
class NwbReader:
    """Reads `.nwb` files."""

    name: str = "Neurodata Without Borders"
    suffixes: tuple[str, ...] = (".nwb",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file is of HDF5, the container of this format."""
        return head.startswith(b"\x89HDF\r\n\x1a\n")

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read the sweeps of one electrode, or of one cell."""
        with warnings.catch_warnings():
            # pynwb warns of what other people's files should have looked like.
            warnings.simplefilter("ignore")
            open_file, error_types = _pynwb(path)
            try:
                with open_file(str(path), mode="r", load_namespaces=True) as stream:
                    return _recording(stream.read(), channels, path)
            except error_types as error:
                raise RecordingError(
                    f"{path}: an NWB file was expected, but pynwb cannot read it "
                    f"({type(error).__name__}: {error}). Check the file with nwbinspector."
                ) from error


def _pynwb(path: Path) -> tuple[Callable[..., Any], tuple[type[Exception], ...]]:
    """Import the optional package; return how to open a file, and what that may raise."""
    try:
        from hdmf.build.errors import BuildError, ConstructError  # noqa: PLC0415 - an extra
        from pynwb import NWBHDF5IO  # noqa: PLC0415 - an extra

        from pyneuronautofit.recordings.nwb.hdf5 import (  # noqa: PLC0415 - needs h5py
            check_datasets,
            check_is_nwb,
        )
    except ImportError as error:
        raise RecordingError(
            f"{path}: reading NWB files needs pynwb, which is not installed ({error}). Install it "
            "with: pip install 'pyneuronautofit[nwb]'"
        ) from error

    def open_checked(file: str, **how: Any) -> Any:
        check_datasets(path)
        check_is_nwb(path)
        return NWBHDF5IO(file, **how)

    return open_checked, (*_DAMAGED, BuildError, ConstructError)


def _recording(file: Any, channels: ChannelChoice, path: Path) -> RawRecording:
    name = path.name
    acquired = list(file.acquisition.values())
    responses = pieces_of(acquired, (VOLTAGE,))
    stimuli = pieces_of([*file.stimulus.values(), *acquired], (STIMULUS,))
    if not responses or not stimuli:
        raise RecordingError(_what_is_missing(file, name, bool(responses)))
    all_one = channels.voltage is None and channels.current is None and _is_one_cell(responses)
    if all_one:
        taken = f"voltage and current of {len(responses)} electrodes, one for every sweep"
        others: list[Piece] = pieces_of(acquired, OTHER_RESPONSES)
    else:
        response, other = _electrode(responses, channels.voltage, "V", "--voltage-channel", name)
        wanted = response.name if channels.current is None else channels.current
        stimulus, _ = _electrode(stimuli, wanted, "A", "--current-channel", name)
        responses = [piece for piece in responses if piece.electrode == response.name]
        stimuli = [piece for piece in stimuli if piece.electrode == stimulus.name]
        others = [
            piece
            for piece in pieces_of(acquired, OTHER_RESPONSES)
            if piece.electrode == response.name
        ]
        taken = f"voltage of electrode '{response.name}', current of electrode '{stimulus.name}'"
        taken += f"; --voltage-channel would take {listed(other)}" if other else ""
    pairs = pairs_of(file, responses, stimuli, name)
    n_bytes = sum(
        piece.n_bytes for pair in pairs for piece in (pair.response, pair.stimulus) if piece
    )
    allowance_of(path, None, RecordingError).check(n_bytes, "what its sweeps hold")
    sweeps = [_sweep(pair) for pair in pairs]
    _mention_bias(pairs, name)
    _mention_shifts(pairs, name)
    is_command = all(is_noiseless(s.current_pA) for s in sweeps if s.current_pA is not None)
    return RawRecording(name, (*_in_order(sweeps, others),), taken, current_is_command=is_command)


def _sweep(pair: Pair) -> RawSweep:
    """Return a sweep, or why it cannot be used."""
    told = [pair.protocol, pair.response.stimulus]
    told += [pair.stimulus.stimulus] if pair.stimulus is not None else []
    said = next((each for each in told if each), "")
    if pair.stimulus is None:
        return RawSweep(pair.number, stimulus=said, unusable="it has no stimulus")
    try:
        current = current_beside(pair.response, pair.stimulus)
        voltage, step = pair.response.data(TO_MV["V"]), pair.response.step_ms()
    except UnusableSeriesError as unusable:
        return RawSweep(pair.number, stimulus=said, unusable=str(unusable))
    return RawSweep(pair.number, voltage, current, step, stimulus=said)


def _in_order(sweeps: Sequence[RawSweep], others: Sequence[Piece]) -> list[RawSweep]:
    """Return the sweeps with those of other kinds, which have numbers where the file has them."""
    known = {sweep.number for sweep in sweeps}
    found = list(sweeps)
    for piece in others:
        number = piece.sweep_number
        if number is not None and number not in known:
            known.add(number)
            unusable = OTHER_RESPONSES[piece.kind]
            found.append(RawSweep(number, stimulus=piece.stimulus, unusable=unusable))
    return sorted(found, key=lambda sweep: sweep.number)


def _what_is_missing(file: Any, name: str, has_voltage: bool) -> str:
    types = sorted({type(each).__name__ for each in file.acquisition.values()})
    begin = f"{name}: current-clamp sweeps were expected ({VOLTAGE} and {STIMULUS}), but "
    if has_voltage:
        return begin + "the file has no stimulus series: the injected current is not in it."
    if "VoltageClampSeries" in types:
        return begin + f"this file is voltage clamp; its acquisition has {quoted(types)}."
    return begin + f"its acquisition has {quoted(types)}. Give a file with current-clamp sweeps."


def _is_one_cell(responses: Sequence[Piece]) -> bool:
    """Say whether every response has an electrode of its own, and none is of another's time."""
    electrodes = {piece.electrode for piece in responses}
    if len(responses) == 1 or len(electrodes) < len(responses):
        return False
    numbers = [piece.sweep_number for piece in responses]
    if None not in numbers:
        return len(set(numbers)) == len(numbers)
    starts = [piece.start_s() for piece in responses]
    return len(set(starts)) == len(starts)


def _electrode(
    pieces: Sequence[Piece], wanted: int | str | None, unit: str, flag: str, name: str
) -> tuple[Signal, list[Signal]]:
    """Return the electrode to take, and the others."""
    names = list(dict.fromkeys(piece.electrode for piece in pieces))
    signals = [Signal(index, each, unit) for index, each in enumerate(names)]
    chosen = choose(signals, wanted, {unit: 1.0}, flag, name) or signals[0]
    return chosen, [signal for signal in signals if signal != chosen]


def _mention_shifts(pairs: Sequence[Pair], name: str) -> None:
    """Log that currents were moved and padded: the file's times say so, and may be wrong."""
    shifts: set[float] = set()
    for pair in pairs:
        with contextlib.suppress(UnusableSeriesError):
            if pair.stimulus is not None:
                shifts.add(round(shift_ms(pair.response, pair.stimulus), 6))
    moved = sorted(shifts - {0.0})
    if moved:
        _log.warning(
            "%s: by the times in the file stimuli begin %s ms after their responses. Currents are "
            "moved by that, and what is missing is held at their first sample.",
            name,
            quoted(f"{each:g}" for each in moved),
        )


def _mention_bias(pairs: Sequence[Pair], name: str) -> None:
    """Log a bias current: files do not agree whether the stimulus contains it."""
    bias = [getattr(pair.response.series, "bias_current", None) for pair in pairs]
    found = sorted({float(each) * TO_PA["A"] for each in bias if each and np.isfinite(each)})
    if found:
        _log.warning(
            "%s: the file notes a bias current of %s pA, which is not added to the stimulus. If "
            "the stimulus lacks it, add it with --add-current.",
            name,
            quoted(f"{each:.6g}" for each in found),
        )
