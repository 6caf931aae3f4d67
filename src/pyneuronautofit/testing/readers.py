"""What every reader has to do."""

from __future__ import annotations

import contextlib
import gc
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit.errors import PyNeuronAutofitError, RecordingError
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.recordings import ChannelChoice, Reader, Recording, find_reader, read_recording
from pyneuronautofit.recordings.custom import made_reader
from pyneuronautofit.testing.checking import require, run_all

_N_DAMAGED = 40


@dataclass(frozen=True)
class ReaderCase:
    """A reader, and a file of its format.

    Attributes
    ----------
    reader
        The reader; it has to be active.
    content
        The file's.
    folder
        Where files may be written.
    name
        What the file is called.
    """

    reader: Reader
    content: bytes
    folder: Path
    name: str

    def file(self, content: bytes | None = None) -> Path:
        """Write a file, by default the sound one, and return its path."""
        path = self.folder / self.name
        path.write_bytes(self.content if content is None else content)
        return path


def describes_itself(case: ReaderCase) -> None:
    """A reader has a name, and endings of its files."""
    reader = case.reader
    require(isinstance(reader.name, str) and reader.name, f"its name is {reader.name!r}")
    for suffix in reader.suffixes:
        good = suffix[:1] == "." and suffix == suffix.lower()
        require(good, f"its suffix {suffix!r} is not in lower case, with the dot")
    require(reader.suffixes, "it has no suffixes")


def its_files_are_found(case: ReaderCase) -> None:
    """The file is taken for its format."""
    found = find_reader(case.file())
    require(found.name == case.reader.name, f"the file is read by {found.name}")


def the_file_is_read(case: ReaderCase) -> None:
    """The file is a recording, the same each time, and stays as it is."""
    path = case.file()
    one, other = read_recording(path), read_recording(path)
    require(_same(one, other), "read twice, it is another recording")
    require(path.read_bytes() == case.content, "the file is another one afterwards")
    require(one.n_sweep > 0 and one.duration_ms > 0, "there is nothing in it")
    low, high = one.voltage_mV.min(), one.voltage_mV.max()
    require(-250 < low <= high < 250, f"voltages from {low:g} to {high:g}: in mV?")


def sweeps_are_numbered(case: ReaderCase) -> None:
    """Sweeps have numbers of their own, voltages and currents of one length, or say why not."""
    raw = case.reader.read(case.file(), ChannelChoice())
    numbers = [sweep.number for sweep in raw.sweeps]
    require(numbers == sorted(set(numbers)), f"its sweeps have the numbers {numbers}")
    for sweep in raw.sweeps:
        voltage_mV, current_pA = sweep.voltage_mV, sweep.current_pA
        there = voltage_mV is not None and current_pA is not None
        require(there or sweep.unusable, f"sweep {sweep.number} lacks something, without a reason")
        if voltage_mV is not None and current_pA is not None:
            require(
                voltage_mV.shape == current_pA.shape and voltage_mV.ndim == 1,
                f"sweep {sweep.number}: voltage {voltage_mV.shape}, current {current_pA.shape}",
            )


def any_beginning_can_be_looked_at(case: ReaderCase) -> None:
    """Whether a file is its own, it can say of any bytes."""
    rng = np.random.default_rng(3)
    for head in (b"", b"\0" * 64, bytes(range(64)), rng.bytes(64), case.content[:64]):
        answer = case.reader.recognises(head)
        require(isinstance(answer, bool | np.bool_), f"recognises returned {answer!r}")


def foreign_files_are_refused(case: ReaderCase) -> None:
    """A file that only is called so is no recording."""
    foreign = b"no recording at all, but long enough to be one\n" * 200
    path = case.file(foreign)
    try:
        case.reader.read(path, ChannelChoice())
    except RecordingError as error:
        require(case.name in str(error), f"the message does not name the file: {error}")
        return
    require(False, "a file of other text is read as a recording")


def damaged_files_raise_nothing_else(case: ReaderCase) -> None:
    """Whatever becomes of a byte, it is a recording or an error of this package."""
    rng = np.random.default_rng(5)
    for number in range(_N_DAMAGED):
        damaged = bytearray(case.content)
        for place in rng.integers(0, min(len(damaged), 9000), size=6):
            damaged[place] = rng.integers(256)
        kept = len(damaged) if number % 2 else int(rng.integers(1, len(damaged)))
        path = case.file(bytes(damaged[:kept]))
        with contextlib.suppress(PyNeuronAutofitError):
            read_recording(path)


def its_files_are_closed(case: ReaderCase) -> None:
    """A file that was read, or refused, is not open afterwards (looked at where there is /proc)."""
    for content in (case.content, case.content[: len(case.content) // 2]):
        path = case.file(content)
        # What is only closed with the garbage stays open for as long as nobody collects it.
        collected = gc.isenabled()
        gc.disable()
        try:
            with contextlib.suppress(PyNeuronAutofitError):
                read_recording(path)
            require(path.resolve() not in _open_files(), "its file is open after it was read")
        finally:
            if collected:
                gc.enable()


def _open_files() -> set[Path]:
    opened: set[Path] = set()
    for descriptor in Path("/proc/self/fd").glob("*"):
        with contextlib.suppress(OSError):  # that of the folder itself is gone by now
            opened.add(descriptor.readlink())
    return opened


#: All of them.
READER_CHECKS: tuple[Callable[[ReaderCase], None], ...] = (
    describes_itself,
    its_files_are_found,
    the_file_is_read,
    sweeps_are_numbered,
    any_beginning_can_be_looked_at,
    foreign_files_are_refused,
    damaged_files_raise_nothing_else,
    its_files_are_closed,
)


def check_reader(reader: Any, file: str | Path) -> None:
    """Check a reader of a plug-in.

    Parameters
    ----------
    reader
        A `ReaderFunction`, or an object or a class as of `Reader`.
    file
        A file of its format, with a recording in it; copies are read, and damaged ones.

    Raises
    ------
    AssertionError
        If it is not what a reader has to be.
    UsageError
        If it is no reader at all.
    """
    path = Path(file)
    content = path.read_bytes()
    with tempfile.TemporaryDirectory() as folder, active_plugins(readers=[reader]):
        made = made_reader(reader, "the plug-in")
        case = ReaderCase(made, content, Path(folder), path.name)
        run_all(READER_CHECKS, case, f"the reader {made.name}")


def _same(one: Recording, other: Recording) -> bool:
    return (
        np.array_equal(one.voltage_mV, other.voltage_mV)
        and np.array_equal(one.current_pA, other.current_pA)
        and one.step_ms == other.step_ms
        and one.numbers == other.numbers
    )
