"""User lists: values that a parameter of an Axon protocol has in one sweep after the other."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from pyneuronautofit.recordings.axon.file import AbfFile
from pyneuronautofit.recordings.axon.layout import ABF1_EXTENDED_HEADER, user_list_items

# Parameters up to 10 concern conditioning trains, not the waveform; then come, as many of each as
# there are epochs, values of digital outputs, levels, durations, periods and widths (abfheadr.h).
_LAST_HARMLESS = 20
_FIRST_LEVELS = ((21, 10), (61, 50))  # of ten epochs, and of fifty
# Of an ABF 1: four lists; where their parameters, their values, and whether they repeat begin.
_N_LIST, _PARAMETERS, _VALUES, _VALUE_BYTES, _REPEATS = 4, 3368, 3376, 256, 4400


@dataclass(frozen=True)
class UserList:
    """A user list.

    Attributes
    ----------
    output
        The number of the output whose waveform it changes.
    parameter
        What it changes, as Axon numbers it.
    repeats
        Whether it begins anew when it is at its end.
    text
        Its values as they were typed, with commas.
    """

    output: int
    parameter: int
    repeats: bool
    text: str

    @property
    def matters(self) -> bool:
        """Whether it changes the waveform."""
        return self.parameter > _LAST_HARMLESS

    @property
    def epoch(self) -> int | None:
        """The number of the epoch whose level it says; None: it says something else."""
        for first, count in _FIRST_LEVELS:
            if first <= self.parameter < first + count:
                return self.parameter - first
        return None

    def values(self, n_sweep: int) -> list[float] | None:
        """Return a value for each sweep; None: there are too few, or they are no numbers."""
        try:
            found = [float(word) for word in self.text.split(",") if word.strip()]
        except ValueError:
            return None
        if self.repeats and found:
            found *= -(-n_sweep // len(found))
        return found[:n_sweep] if len(found) >= n_sweep else None


def user_lists(file: AbfFile, output: int) -> list[UserList]:
    """Return the lists that change an output's waveform."""
    found = _of_first_version(file) if file.is_first_version else _of_second_version(file)
    return [each for each in found if each.output == output and each.matters]


def _of_second_version(file: AbfFile) -> list[UserList]:
    texts = dict(enumerate(file.abf._stringsSection._indexedStrings))
    return [
        UserList(output, parameter, repeats, str(texts.get(text, "")))
        for output, parameter, repeats, text in user_list_items(file.path)
    ]


def _of_first_version(file: AbfFile) -> list[UserList]:
    with file.path.open("rb") as stream:
        head = stream.read(ABF1_EXTENDED_HEADER)
    if len(head) < ABF1_EXTENDED_HEADER or file.abf.dataByteStart < ABF1_EXTENDED_HEADER:
        return []  # an early version has none
    parameters = struct.unpack_from(f"<{_N_LIST}h", head, _PARAMETERS)
    repeats = struct.unpack_from(f"<{_N_LIST}h", head, _REPEATS)
    found = []
    for number in range(_N_LIST):
        begin = _VALUES + number * _VALUE_BYTES
        text = head[begin : begin + _VALUE_BYTES].partition(b"\0")[0].decode("latin-1")
        found.append(UserList(number, parameters[number], bool(repeats[number]), text.strip()))
    return found


def why_not_applied(lists: list[UserList], table: Any, n_sweep: int) -> str | None:
    """Return why the lists cannot be applied to pyABF's table of epochs; None: they can."""
    for each in lists:
        epochs = [epoch.epochNumber for epoch in table.epochs]
        if each.epoch is None:
            return (
                f"a user list changes it from sweep to sweep (parameter {each.parameter}), and "
                "only lists of levels are applied"
            )
        if each.epoch not in epochs:
            return f"a user list says the level of epoch {each.epoch}, which is not in use"
        if each.values(n_sweep) is None:
            return f"a user list needs {n_sweep} numbers, one for every sweep, and is {each.text!r}"
        if table.returnToHold and each.epoch == epochs[-1]:
            return "a user list says the last level, which is held from sweep to sweep"
    return None


def apply_lists(lists: list[UserList], table: Any) -> None:
    """Let lists for which `why_not_applied` has no reason say the levels of a table of epochs."""
    epochs = [epoch.epochNumber for epoch in table.epochs]
    for each in lists:
        waveforms = table.epochWaveformsBySweep
        for waveform, level in zip(waveforms, each.values(len(waveforms)) or [], strict=True):
            # The first part of a sweep comes before all epochs.
            waveform.levels[1 + epochs.index(each.epoch)] = level
