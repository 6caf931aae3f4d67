"""Neurodata Without Borders: intracellular current clamp, read with the optional pynwb.

Each sweep is a `CurrentClampSeries` (the response, in volts) and a `CurrentClampStimulusSeries`
(the current, in amperes). Which stimulus belongs to which response is told by their sweep numbers
in older files and by the table of intracellular recordings in newer ones; files that have neither
are paired by the numbers in the names, or by order. A "channel" is an electrode here.
"""

from __future__ import annotations

import logging
import math
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._bounded import allowance_of
from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice, Recording, positive_step
from pyneuronautofit.recordings._channels import Signal, choose, listed
from pyneuronautofit.units import MS_PER_S, TO_MV, TO_PA

_log = logging.getLogger(__name__)

#: What h5py, hdmf and pynwb raise on files that are damaged or are no NWB files.
_DAMAGED = (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError)
_DOUBLE_BYTES = 8
# A response can be cut into many sweeps, but not into more than anybody would look at.
_MOST_ROWS_OF_EACH = 1000
_SAME_RATE = 1e-6
_UNEVEN = 0.01

_VOLTAGE, _STIMULUS = "CurrentClampSeries", "CurrentClampStimulusSeries"


@dataclass(frozen=True)
class _Piece:
    """A part of a series, or all of it (`count` None)."""

    series: Any
    start: int = 0
    count: int | None = None

    @property
    def electrode(self) -> str:
        return str(self.series.electrode.name)

    @property
    def n_bytes(self) -> int:
        """What the samples take in memory."""
        n_all, *others = np.shape(self.series.data)
        n_sample = n_all if self.count is None else min(max(self.count, 0), n_all)
        return int(_DOUBLE_BYTES * n_sample * math.prod(others))

    def data(self, factor: float) -> FloatArray:
        """Return the samples in the series' SI unit times `factor`, shape (n_sample,)."""
        stop = None if self.count is None else self.start + self.count
        raw = np.asarray(self.series.data[self.start : stop], dtype=np.float64)
        return raw * (factor * float(self.series.conversion)) + factor * float(self.series.offset)


_Pair = tuple[_Piece, _Piece]


@dataclass(frozen=True)
class NwbReader:
    """Reads `.nwb` files."""

    name: str = "Neurodata Without Borders"
    suffixes: tuple[str, ...] = (".nwb",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file is of HDF5, the container of this format."""
        return head.startswith(b"\x89HDF\r\n\x1a\n")

    def read(self, path: Path, channels: ChannelChoice) -> Recording:
        """Read the sweeps of one electrode."""
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

        from pyneuronautofit.recordings._hdf5 import check_datasets  # noqa: PLC0415 - needs h5py
    except ImportError as error:
        raise RecordingError(
            f"{path}: reading NWB files needs pynwb, which is not installed ({error}). Install it "
            "with: pip install 'pyneuronautofit[nwb]'"
        ) from error

    def open_checked(file: str, **how: Any) -> Any:
        check_datasets(path)
        return NWBHDF5IO(file, **how)

    return open_checked, (*_DAMAGED, BuildError, ConstructError)


def _recording(file: Any, channels: ChannelChoice, path: Path) -> Recording:
    name = path.name
    responses = _of_type(file.acquisition.values(), _VOLTAGE)
    stimuli = _of_type([*file.stimulus.values(), *file.acquisition.values()], _STIMULUS)
    if not responses or not stimuli:
        raise RecordingError(_what_is_missing(file, name, bool(responses)))
    response, other = _electrode(responses, channels.voltage, "V", "--voltage-channel", name)
    wanted = response.name if channels.current is None else channels.current
    stimulus, _ = _electrode(stimuli, wanted, "A", "--current-channel", name)
    pairs = _pairs(
        file,
        [piece for piece in responses if piece.electrode == response.name],
        [piece for piece in stimuli if piece.electrode == stimulus.name],
        name,
    )
    n_bytes = sum(piece.n_bytes for pair in pairs for piece in pair)
    allowance_of(path, None, RecordingError).check(n_bytes, "what its sweeps hold")
    voltage = _stacked([piece for piece, _ in pairs], TO_MV["V"], "voltage", name)
    current = _stacked([piece for _, piece in pairs], TO_PA["A"], "current", name)
    _mention_bias(pairs, name)
    return Recording(
        name=name,
        voltage_mV=voltage,
        current_pA=current,
        step_ms=_common_step([piece for pair in pairs for piece in pair], name),
        current_is_command=_is_command(current),
        channels=f"voltage of electrode '{response.name}', current of electrode '{stimulus.name}'"
        + (f"; --voltage-channel would take {listed(other)}" if other else ""),
    )


def _of_type(series: Iterable[Any], wanted: str) -> list[_Piece]:
    # By the very class: an IZeroClampSeries is a CurrentClampSeries, but has no current.
    found = [each for each in series if type(each).__name__ == wanted]
    return [_Piece(each) for each in sorted(found, key=lambda each: _natural(each.name))]


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts `sweep_2` before `sweep_10`."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]


def _what_is_missing(file: Any, name: str, has_voltage: bool) -> str:
    types = sorted({type(each).__name__ for each in file.acquisition.values()})
    begin = f"{name}: current-clamp sweeps were expected ({_VOLTAGE} and {_STIMULUS}), but "
    if has_voltage:
        return begin + "the file has no stimulus series: the injected current is not in it."
    if "VoltageClampSeries" in types:
        return begin + f"this file is voltage clamp; its acquisition has {quoted(types)}."
    return begin + f"its acquisition has {quoted(types)}. Give a file with current-clamp sweeps."


def _electrode(
    pieces: Sequence[_Piece], wanted: int | str | None, unit: str, flag: str, name: str
) -> tuple[Signal, list[Signal]]:
    """Return the electrode to take, and the others."""
    names = list(dict.fromkeys(piece.electrode for piece in pieces))
    signals = [Signal(index, each, unit) for index, each in enumerate(names)]
    chosen = choose(signals, wanted, {unit: 1.0}, flag, name) or signals[0]
    return chosen, [signal for signal in signals if signal != chosen]


def _pairs(file: Any, responses: list[_Piece], stimuli: list[_Piece], name: str) -> list[_Pair]:
    """Return the sweeps, in order: by sweep number, or by the table, or by name or order."""
    for key in (_sweep_number, _number_in_name):
        pairs = _matched(responses, stimuli, key)
        if pairs:
            return pairs
        if key is _sweep_number:
            pairs = _from_table(file, {piece.series.name for piece in responses})
            if pairs:
                return pairs
    if len(responses) != len(stimuli):
        raise RecordingError(
            f"{name}: a stimulus is needed for each sweep, but the file has {len(responses)} "
            f"responses and {len(stimuli)} stimuli without common sweep numbers, table rows or "
            "names. Write voltage, current and dt of the wanted sweeps to a .npz file."
        )
    return list(zip(responses, stimuli))


def _matched(
    responses: list[_Piece], stimuli: list[_Piece], key: Callable[[_Piece], int | None]
) -> list[_Pair]:
    """Return the pairs with the same key, or nothing where that is missing or not unique."""
    by_key = {key(piece): piece for piece in stimuli}
    keys = [key(piece) for piece in responses]
    unique = len(set(keys)) == len(keys) and len(by_key) == len(stimuli)
    if not unique or not all(number is not None and number in by_key for number in keys):
        return []
    order = sorted(range(len(keys)), key=lambda index: keys[index] or 0)
    return [(responses[index], by_key[keys[index]]) for index in order]


def _sweep_number(piece: _Piece) -> int | None:
    number = getattr(piece.series, "sweep_number", None)
    return None if number is None else int(number)


def _number_in_name(piece: _Piece) -> int | None:
    numbers = re.findall(r"\d+", piece.series.name)
    return int(numbers[-1]) if numbers else None


def _from_table(file: Any, names: set[str]) -> list[_Pair]:
    """Return the rows of the table of intracellular recordings whose response is one of `names`."""
    table = file.intracellular_recordings
    if table is None:
        return []
    responses = table.category_tables["responses"]["response"]
    stimuli = table.category_tables["stimuli"]["stimulus"]
    if len(table) > _MOST_ROWS_OF_EACH * len(names):
        raise ValueError(f"its table has {len(table)} rows for {len(names)} responses")
    pairs = []
    for row in range(len(table)):
        response, stimulus = (_Piece(r.timeseries, int(r.idx_start), int(r.count))
                              for r in (responses[row], stimuli[row]))  # fmt: skip
        # A missing stimulus is written as a count of -1.
        if response.series.name in names and response.count != -1 and stimulus.count != -1:
            pairs.append((response, stimulus))
    return pairs


def _stacked(pieces: Sequence[_Piece], factor: float, what: str, name: str) -> FloatArray:
    rows = [piece.data(factor) for piece in pieces]
    for piece, row in zip(pieces, rows):
        if row.shape != rows[0].shape:
            raise RecordingError(
                f"{name}: all sweeps must have the same length, but the {what} "
                f"'{piece.series.name}' has {len(row)} samples, '{pieces[0].series.name}' "
                f"{len(rows[0])}. Write the sweeps of one protocol to a .npz file."
            )
    return np.stack(rows)


def _common_step(pieces: Sequence[_Piece], name: str) -> float:
    steps = [_step_ms(piece, name) for piece in pieces]
    for piece, step in zip(pieces, steps):
        if abs(step - steps[0]) > _SAME_RATE * steps[0]:
            raise RecordingError(
                f"{name}: all series must have the same sampling rate, but that of "
                f"'{piece.series.name}' is {MS_PER_S / step:g} Hz, of '{pieces[0].series.name}' "
                f"{MS_PER_S / steps[0]:g} Hz. Write sweeps of one rate to a .npz file."
            )
    return steps[0]


def _step_ms(piece: _Piece, name: str) -> float:
    series = piece.series
    if series.rate is not None:
        return positive_step(MS_PER_S / series.rate if series.rate else 0.0, name)
    gaps = np.diff(np.asarray(series.timestamps, dtype=np.float64))
    step = float(gaps.mean())
    if np.abs(gaps - step).max() > _UNEVEN * abs(step):
        raise RecordingError(
            f"{name}: samples must be evenly spaced, but the time stamps of '{series.name}' are "
            f"{gaps.min() * MS_PER_S:g} to {gaps.max() * MS_PER_S:g} ms apart. Resample the sweeps."
        )
    return positive_step(step * MS_PER_S, name)


def _is_command(current_pA: FloatArray) -> bool:
    """Tell a command from a recorded current: only the former is constant over 1 % of a sweep."""
    begin = current_pA[:, : current_pA.shape[1] // 100 + 2]
    return bool((begin == begin[:, :1]).all())


def _mention_bias(pairs: Sequence[_Pair], name: str) -> None:
    """Log a bias current: files do not agree whether the stimulus contains it."""
    bias = [getattr(response.series, "bias_current", None) for response, _ in pairs]
    found = sorted({float(each) * TO_PA["A"] for each in bias if each and np.isfinite(each)})
    if found:
        _log.warning(
            "%s: the file notes a bias current of %s pA, which is not added to the stimulus. If "
            "the stimulus lacks it, write voltage, their sum and dt to a .npz file.",
            name,
            quoted(f"{each:.6g}" for each in found),
        )
