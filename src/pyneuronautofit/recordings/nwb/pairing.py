"""Which stimulus belongs to which response of an NWB file, and what sweeps are called.

That is told by sweep numbers in older files and by the table of intracellular recordings in newer
ones; files that have neither are paired by the numbers in the names, or by order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings.nwb.series import Piece

# A response can be cut into many sweeps, but not into more than anybody would look at.
_MOST_ROWS_OF_EACH = 1000


@dataclass(frozen=True)
class Pair:
    """A sweep.

    Attributes
    ----------
    response, stimulus
        The voltage and the current; None: there is no such stimulus.
    number
        Of the sweep in the file.
    protocol
        What the tables of the file call its stimulus; empty: nothing.
    """

    response: Piece
    stimulus: Piece | None
    number: int
    protocol: str = ""


def pairs_of(
    file: Any, responses: Sequence[Piece], stimuli: Sequence[Piece], name: str
) -> list[Pair]:
    """Return the sweeps in the order of their numbers.

    Raises
    ------
    RecordingError
        If nothing says what belongs together.
    """
    by_number = _matched(responses, stimuli, lambda piece: piece.sweep_number)
    if by_number:
        return _with_protocols(file, by_number)
    from_table = _from_table(file, {piece.name for piece in responses})
    if from_table:
        return from_table
    by_name = _matched(responses, stimuli, lambda piece: piece.number_in_name)
    if by_name and all(pair.stimulus is not None for pair in by_name):
        return _counted(by_name)
    if len(responses) != len(stimuli):
        raise RecordingError(
            f"{name}: a stimulus is needed for each sweep, but the file has {len(responses)} "
            f"responses and {len(stimuli)} stimuli without common sweep numbers, table rows or "
            "names. Write voltage, current and dt of the wanted sweeps to a .npz file."
        )
    return [Pair(*both, number) for number, both in enumerate(zip(responses, stimuli))]


def _counted(pairs: Sequence[Pair]) -> list[Pair]:
    return [Pair(pair.response, pair.stimulus, number) for number, pair in enumerate(pairs)]


def _matched(
    responses: Sequence[Piece], stimuli: Sequence[Piece], key: Callable[[Piece], int | None]
) -> list[Pair]:
    """Return the responses with the stimuli of the same key; nothing where that is not unique."""
    by_key = {key(piece): piece for piece in stimuli}
    keys = [key(piece) for piece in responses]
    unique = len(set(keys)) == len(keys) and len(by_key) == len(stimuli)
    if not unique or None in keys or None in by_key or not set(keys) & set(by_key):
        return []
    pairs = [Pair(each, by_key.get(k), k) for each, k in zip(responses, keys) if k is not None]
    return sorted(pairs, key=lambda pair: pair.number)


def _from_table(file: Any, names: set[str]) -> list[Pair]:
    """Return the rows of the table of intracellular recordings whose response is one of `names`."""
    table = file.intracellular_recordings
    if table is None:
        return []
    responses = table.category_tables["responses"]["response"]
    stimuli = table.category_tables["stimuli"]["stimulus"]
    if len(table) > _MOST_ROWS_OF_EACH * len(names):
        raise ValueError(f"its table has {len(table)} rows for {len(names)} responses")
    protocols = _protocols_of_rows(file)
    pairs: list[Pair] = []
    for row in range(len(table)):
        response, stimulus = (
            Piece(r.timeseries, int(r.idx_start), int(r.count))
            for r in (responses[row], stimuli[row])
        )
        # What is missing is written as a count of -1.
        if response.count == -1 or response.name not in names:
            continue
        found = None if stimulus.count == -1 else stimulus
        pairs.append(Pair(response, found, row, protocols.get(row, "")))
    return pairs


def _with_protocols(file: Any, pairs: Sequence[Pair]) -> list[Pair]:
    """Return pairs with what the tables call their stimuli, where there are tables."""
    table = file.intracellular_recordings
    if table is None:
        return list(pairs)
    protocols = _protocols_of_rows(file)
    responses = table.category_tables["responses"]["response"]
    by_name = {responses[row].timeseries.name: said for row, said in protocols.items()}
    return [
        Pair(pair.response, pair.stimulus, pair.number, by_name.get(pair.response.name, ""))
        for pair in pairs
    ]


def _protocols_of_rows(file: Any) -> Mapping[int, str]:
    """Return the stimulus types of the rows of the table of intracellular recordings.

    They are in the table of sequential recordings, each row of which is of several simultaneous
    ones, each of which is of several rows.
    """
    sequential = getattr(file, "icephys_sequential_recordings", None)
    simultaneous = getattr(file, "icephys_simultaneous_recordings", None)
    if sequential is None or simultaneous is None:
        return {}
    found: dict[int, str] = {}
    for row in range(len(sequential)):
        said = str(sequential["stimulus_type"][row]).strip()
        for together in _rows(sequential["simultaneous_recordings"], row):
            for recording in _rows(simultaneous["recordings"], together):
                found[recording] = said
    return found


def _rows(column: Any, row: int) -> list[int]:
    """Return the rows of another table that a row of an indexed column stands for."""
    ends = column.data
    begin = int(ends[row - 1]) if row else 0
    return [int(number) for number in column.target.data[begin : int(ends[row])]]
