"""The checks of readers find what is wrong; that the built-in ones pass is tested with them."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.plugins import reader
from pyneuronautofit.testing import check_reader


@pytest.fixture
def file(tmp_path):
    """Two sweeps of two columns each."""
    current = np.zeros(300)
    current[100:200] = 50.0
    voltage = -65.0 + 0.1 * current
    path = tmp_path / "cell.zzz"
    np.savetxt(path, np.stack([voltage, current, voltage, current], axis=1), fmt="%.3f")
    return path


def read(path):
    """Columns of text."""
    table = np.loadtxt(path, ndmin=2).T
    return table[0::2], table[1::2], 0.1


def test_a_good_one_passes(file):
    before = file.read_bytes()
    check_reader(reader(".zzz")(read), file)
    assert file.read_bytes() == before


def careless(path):
    try:
        return read(path)
    except ValueError:
        return np.full((1, 9), -65.0), np.ones((1, 9)), 0.1


def nameless(path):
    try:
        return read(path)
    except ValueError as error:
        raise RecordingError("something is wrong") from error


def hasty(path):
    found = read(path)
    path.write_text("")
    return found


CALLS = []


def fickle(path):
    voltage, current, step = read(path)
    CALLS.append(path)
    return voltage + len(CALLS), current, step


def of_volts(path):
    voltage, current, step = read(path)
    return voltage * 1000, current, step


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (careless, "foreign files are refused: a file of other text is read as a recording"),
        (nameless, "foreign files are refused: the message does not name the file"),
        (hasty, "the file is read: "),
        (fickle, "the file is read: read twice, it is another recording"),
        (of_volts, "the file is read: "),
    ],
)
def test_what_is_wrong_is_found(wrong, expected, file):
    with pytest.raises(AssertionError, match=expected):
        check_reader(reader(".zzz", name="wrong")(wrong), file)


def test_a_file_that_another_reader_reads(file):
    other = file.with_suffix(".json")
    other.write_text('{"voltage": [[1, 2]], "current": [[1, 2]], "dt": 0.1}')
    with pytest.raises(AssertionError, match="its files are found: the file is read by JSON"):
        check_reader(reader(".zzz")(read), other)
