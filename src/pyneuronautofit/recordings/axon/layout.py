"""Checks that an Axon file is as long as its header says.

A file whose copy was interrupted must be refused by name, not by whatever a parser trips over. The
places and sizes are those that pyABF 2.3 reads (its modules `abf2/section.py` and
`abf1/headerV1.py`):

- ABF 2: from byte 76, one entry of 16 bytes for each section of the file: the number of its first
  block of 512 bytes (uint32), the bytes of one item (uint32) and how many items (int64). For the
  strings the second is the size of all of them together.
- ABF 1: the data's first block (int32) at byte 40, the number of samples (int32) at byte 10, the
  bytes that are skipped (int16) at byte 14, two bytes a sample. The last field pyABF reads ends at
  byte 5806.
"""

from __future__ import annotations

import struct
from pathlib import Path

from pyneuronautofit._bounded import allowance_of
from pyneuronautofit.errors import RecordingError

BLOCK = 512
ABF1, ABF2 = b"ABF ", b"ABF2"
#: From this data offset on an ABF 1 header has the fields of an epoch table.
ABF1_EXTENDED_HEADER = 6144

_ABF1_LAST_FIELD = 5806
_STRINGS = "strings"
#: Name and place in the header of the sections that are needed.
SECTIONS = {
    "protocol": 76,
    "input": 92,
    "output": 108,
    "epoch": 124,
    "waveform": 156,
    "user list": 172,
    _STRINGS: 220,
    "data": 236,
    "tag": 252,
    "sweep": 316,
}
#: Bytes that pyABF reads of an item; an item of fewer is no item of that section.
_LEAST_ITEM = {
    "protocol": 208,
    "input": 82,
    "output": 132,
    "epoch": 4,
    "waveform": 30,
    "user list": 10,
    "data": 2,
    "tag": 64,
    "sweep": 8,
}
_LEAST_SAMPLES = 2
_DOUBLE_BYTES = 8
# What the numbers of a text file take in memory, by the bytes of their text.
_TEXT_TIMES = 30
_NEEDED = ("protocol", "input", "output", _STRINGS, "data")


def check_layout(path: Path) -> None:
    """Raise `RecordingError` if the file is not an Axon file, or shorter than its header says."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(BLOCK)
    except OSError as error:
        raise RecordingError(f"{path}: the file cannot be read: {error.strerror}.") from error
    if not head.startswith((ABF1, ABF2)):
        raise RecordingError(
            f"{path}: an Axon file starts with the letters 'ABF ' or 'ABF2', but this one starts "
            f"with {head[:8]!r}. Its suffix may be wrong; export the recording anew."
        )
    if len(head) < BLOCK:
        raise _truncated(path, "header", BLOCK, size)
    if head.startswith(ABF2):
        n_value = _check_sections(path, head, size)
    else:
        n_value = _check_abf1(path, head, size)
    allowance_of(path, size, RecordingError).check(_DOUBLE_BYTES * n_value, "what it holds")


def check_stimulus_file(path: Path) -> None:
    """Refuse a stimulus file that would take more memory than is allowed, or is no file at all.

    The recording names it, so it can be anything: a pipe would be waited for.
    """
    if not path.is_file():
        raise RecordingError(
            f"{path}: the recording names this as its stimulus file, but it is none"
        )
    size = path.stat().st_size
    allowance_of(path, size, RecordingError).check(_TEXT_TIMES * size, "its content")


def user_list_items(path: Path) -> list[tuple[int, int, bool, int]]:
    """Return the user lists of an ABF 2 file: output, parameter, whether it repeats, and its text.

    An item has the output at byte 0, whether it is on at byte 2, the parameter at byte 4, whether
    it repeats at byte 6, and the number of its text at byte 8, all int16. Whether it is on says
    nothing: recorded currents follow lists that are said to be off.
    """
    found = []
    with path.open("rb") as stream:
        block, item, count = _section(stream.read(BLOCK), "user list")
        for number in range(count):
            stream.seek(block * BLOCK + number * item)
            fields = struct.unpack("<5h", stream.read(10).ljust(10, b"\0"))
            output, _is_on, parameter, repeats, text = fields
            found.append((output, parameter, bool(repeats), text))
    return found


def _section(head: bytes, name: str) -> tuple[int, int, int]:
    block, item, count = struct.unpack_from("<IIq", head, SECTIONS[name])
    return block, item, count


def _check_sections(path: Path, head: bytes, size: int) -> int:
    """Check that the file has what its header lists, and return the number of its samples."""
    for name in SECTIONS:
        block, item, count = _section(head, name)
        if count == 0:
            if name in _NEEDED:
                raise RecordingError(
                    f"{path}: the header of this Axon file (ABF2) lists no {name} section. The "
                    "acquisition was probably not finished; the file cannot be used."
                )
            continue
        if count < 0 or block == 0 or item < (count if name == _STRINGS else _LEAST_ITEM[name]):
            raise _damaged(path, f"{count} items of {item} bytes in the {name} section")
        end = block * BLOCK + item * (1 if name == _STRINGS else count)
        if end > size:
            raise _truncated(path, f"{name} section", end, size)
    (n_sweep,) = struct.unpack_from("<I", head, 12)
    n_value = _section(head, "data")[2]
    _check_sweeps(path, n_sweep, _section(head, "input")[2], n_value)
    return n_value


def _check_abf1(path: Path, head: bytes, size: int) -> int:
    n_point, skipped = struct.unpack_from("<ih", head, 10)
    (block,) = struct.unpack_from("<i", head, 40)
    if n_point <= 0 or block <= 0:
        raise RecordingError(
            f"{path}: the header of this Axon file (ABF1) says that it has no data. The "
            "acquisition was probably not finished; the file cannot be used."
        )
    end = max(block * BLOCK + skipped + 2 * n_point, _ABF1_LAST_FIELD)
    if end > size:
        raise _truncated(path, "data", end, size)
    (n_sweep,), (n_channel,) = (
        struct.unpack_from("<I", head, 16),
        struct.unpack_from("<h", head, 120),
    )
    _check_sweeps(path, n_sweep, n_channel, n_point)
    return int(n_point)


def _check_sweeps(path: Path, n_sweep: int, n_channel: int, n_point: int) -> None:
    # pyABF would build the command of each of a billion sweeps before it looks at the data.
    if n_channel <= 0 or max(n_sweep, 1) * n_channel * _LEAST_SAMPLES > n_point:
        raise _damaged(path, f"{n_sweep} sweeps of {n_channel} channels in {n_point} values")


def _damaged(path: Path, listed: str) -> RecordingError:
    return RecordingError(
        f"{path}: the header is damaged: it lists {listed}, which cannot be. Copy the file again "
        "from where it was recorded."
    )


def _truncated(path: Path, what: str, expected: int, found: int) -> RecordingError:
    return RecordingError(
        f"{path}: the file is truncated: its {what} should end at byte {expected}, but the file "
        f"has {found} bytes. Copy it again from where it was recorded."
    )
