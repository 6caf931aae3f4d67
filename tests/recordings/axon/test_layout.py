"""Whether an Axon file is as long as its header says: headers by hand, to the byte."""

from __future__ import annotations

import os
import struct

import pytest

from pyneuronautofit._bounded.sizes import VARIABLE
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings.axon.layout import (
    check_layout,
    check_stimulus_file,
    user_list_items,
)

# Where the entry of a section is in the header of an ABF 2 file, and how large its items are.
ENTRIES = {
    "protocol": (76, 512), "input": (92, 128), "output": (108, 256), "epoch": (124, 32),
    "waveform": (156, 48), "user list": (172, 64), "strings": (220, 40), "data": (236, 2),
    "tag": (252, 64), "sweep": (316, 8),
}  # fmt: skip
N_SWEEP, N_CHANNEL, N_VALUE = 3, 2, 600


def abf2(sections=None, n_sweep=N_SWEEP):
    """Return a file: section -> (first block, bytes of an item, items); others are empty."""
    given = {
        "protocol": (1, 512, 1), "input": (2, 128, N_CHANNEL), "output": (3, 256, 1),
        "strings": (4, 40, 3), "data": (5, 2, N_VALUE),
    } | (sections or {})  # fmt: skip
    head = bytearray(512)
    head[:4] = b"ABF2"
    struct.pack_into("<I", head, 12, n_sweep)
    for name, values in given.items():
        struct.pack_into("<IIq", head, ENTRIES[name][0], *values)
    # Five blocks before the data, and two bytes a value.
    return bytes(head) + bytes(4 * 512 + 2 * N_VALUE)


def abf1(n_value=N_VALUE, block=16, skipped=0, n_sweep=N_SWEEP, n_channel=N_CHANNEL, size=None):
    head = bytearray(512)
    head[:4] = b"ABF "
    struct.pack_into("<ih", head, 10, n_value, skipped)
    struct.pack_into("<I", head, 16, n_sweep)
    struct.pack_into("<i", head, 40, block)
    struct.pack_into("<h", head, 120, n_channel)
    size = block * 512 + skipped + 2 * n_value if size is None else size
    return bytes(head) + bytes(max(size - 512, 0))


@pytest.fixture
def check(tmp_path):
    """Return a function: bytes of a file -> whether they are accepted."""

    def check(content):
        (tmp_path / "cell.abf").write_bytes(content)
        check_layout(tmp_path / "cell.abf")

    return check


def test_files_that_are_whole(check):
    check(abf2())
    check(abf2(n_sweep=1))
    check(abf2(n_sweep=0))
    check(abf1())
    check(abf1(block=20, skipped=7))


@pytest.mark.parametrize(
    ("content", "what"), [(abf2(), "data section"), (abf1(), "data"), (abf1(skipped=7), "data")]
)
def test_one_byte_less_is_too_short(check, content, what):
    size = len(content)
    said = f"its {what} should end at byte {size}, but the file has {size - 1} bytes"
    with pytest.raises(RecordingError, match=said):
        check(content[:-1])


def test_an_early_abf1_is_as_long_as_its_last_field(check):
    short = {"n_value": 600, "block": 4}
    check(abf1(**short, size=5806))
    with pytest.raises(RecordingError, match="its data should end at byte 5806"):
        check(abf1(**short, size=5805))


@pytest.mark.parametrize("name", ["protocol", "input", "output", "strings", "data"])
def test_sections_that_a_file_needs(check, name):
    with pytest.raises(RecordingError, match=rf"lists no {name} section\. The acquisition"):
        check(abf2({name: (0, 0, 0)}))


@pytest.mark.parametrize("name", ["epoch", "waveform", "user list", "tag", "sweep"])
def test_other_sections_need_not_be_there_but_must_be_whole(check, name):
    size = ENTRIES[name][1]
    check(abf2({name: (5, size, 2)}))
    with pytest.raises(RecordingError, match=f"its {name} section should end at byte"):
        check(abf2({name: (5, size, 10_000)}))


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("data", (5, 2, -1)),
        ("data", (0, 2, N_VALUE)),
        ("data", (5, 1, N_VALUE)),
        ("protocol", (1, 207, 1)),
        ("input", (2, 81, N_CHANNEL)),
        ("strings", (4, 2, 3)),
    ],
)
def test_entries_that_cannot_be(check, name, entry):
    with pytest.raises(
        RecordingError,
        match=f"it lists {entry[2]} items of {entry[1]} bytes in the {name} section",
    ):
        check(abf2({name: entry}))


def test_of_texts_the_size_is_that_of_all_together(check):
    end = 5 * 512 + 2 * N_VALUE
    check(abf2({"strings": (4, end - 4 * 512, 500)}))
    with pytest.raises(RecordingError, match=f"its strings section should end at byte {end + 1}"):
        check(abf2({"strings": (4, end - 4 * 512 + 1, 500)}))


@pytest.mark.parametrize("n_sweep", [151, 2**31])
def test_more_sweeps_than_values(check, n_sweep):
    """A sweep has two samples of every channel at the least."""
    check(abf2(n_sweep=150))
    check(abf1(n_sweep=150))
    for content in (abf2(n_sweep=n_sweep), abf1(n_sweep=n_sweep)):
        with pytest.raises(
            RecordingError, match=f"lists {n_sweep} sweeps of 2 channels in 600 val"
        ):
            check(content)


def test_where_no_sweeps_are_counted_there_is_one(check):
    with pytest.raises(RecordingError, match="lists 0 sweeps of 2 channels in 3 values"):
        check(abf2({"data": (5, 2, 3)}, n_sweep=0))


@pytest.mark.parametrize(("changed", "said"), [
    ({"n_value": 0}, "has no data"), ({"block": 0, "size": 9000}, "has no data"),
    ({"n_channel": 0}, "3 sweeps of 0 channels"), ({"n_channel": -1}, "of -1 channels"),
])  # fmt: skip
def test_headers_of_abf1_that_cannot_be(check, changed, said):
    with pytest.raises(RecordingError, match=said):
        check(abf1(**changed))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"RIFF" + bytes(600), r"starts with the letters 'ABF ' or 'ABF2', .*b'RIFF"),
        (b"ABF2" + bytes(507), "its header should end at byte 512, but the file has 511"),
        (b"ABF " + bytes(100), "its header should end at byte 512, but the file has 104"),
        (b"", "starts with the letters"),
    ],
)
def test_what_is_no_header(check, content, said):
    with pytest.raises(RecordingError, match=rf"cell\.abf: .*{said}"):
        check(content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RecordingError, match=r"gone\.abf: the file cannot be read: No such file"):
        check_layout(tmp_path / "gone.abf")


def test_user_lists(tmp_path):
    """An item: its output, whether it is on, the parameter, whether it repeats, its text."""
    path = tmp_path / "cell.abf"
    content = bytearray(abf2({"user list": (5, 64, 4)}))
    items = [(0, 1, 27, 0, 3), (1, 0, 3, 1, 0), (2, 1, 60, 0, 9), (3, -1, 5, 1, 7)]
    for number, fields in enumerate(items):
        struct.pack_into("<5h", content, 5 * 512 + 64 * number, *fields)
    path.write_bytes(content)
    assert user_list_items(path) == [
        (0, 27, False, 3), (1, 3, True, 0), (2, 60, False, 9), (3, 5, True, 7)
    ]  # fmt: skip
    path.write_bytes(abf2())
    assert user_list_items(path) == []


@pytest.mark.parametrize("make", [lambda n: abf2({"data": (5, 2, n)}), lambda n: abf1(n_value=n)])
def test_a_file_that_would_take_more_memory_than_is_allowed(check, make, monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")
    content = make(120_000) + bytes(240_000)
    check(content)
    with pytest.raises(RecordingError, match=r"what it holds would take 1.04 MB of memory"):
        check(make(130_000) + bytes(260_000))


def test_a_stimulus_file_that_would_take_too_much(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")
    path = tmp_path / "stimulus.atf"
    path.write_bytes(bytes(30_000))
    check_stimulus_file(path)
    path.write_bytes(bytes(40_000))
    with pytest.raises(RecordingError, match=r"stimulus.atf: its content would take 1.2 MB"):
        check_stimulus_file(path)


def test_a_stimulus_file_that_is_none(tmp_path):
    """A recording can name anything: a pipe would be waited for."""
    os.mkfifo(tmp_path / "pipe.atf")
    with pytest.raises(
        RecordingError, match=r"pipe\.atf: the recording names this as its stimulus"
    ):
        check_stimulus_file(tmp_path / "pipe.atf")
