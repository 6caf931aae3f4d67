"""User lists are applied to the levels of the epochs that they name."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import ChannelChoice, read_recording
from pyneuronautofit.recordings.axon.user_list import UserList
from recordings import _made
from recordings._shared import shared_file

STRINGS, USER_LIST = 220, 172
LEVELS = (-30.0, 45.0, 7.5, 120.0)


def with_list(path, text, parameter=62, *, repeats=0, is_on=0):
    """Write a file whose user list has this text: in the place of the name of what wrote it."""
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    content = path.read_bytes()
    known = b"pyneuronautofit\0"
    assert content.count(known) == 1
    # The same length: everything stays where it is.
    content = content.replace(known, text.encode().ljust(len(known) - 1, b",") + b"\0")
    content += bytes(-len(content) % 512)
    item = struct.pack("<5h", 0, is_on, parameter, repeats, 1)
    path.write_bytes(content + item.ljust(512, b"\0"))
    _made.patch(path, USER_LIST, "<IIq", len(content) // 512, 64, 1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cell.abf"


def commanded(levels):
    current = np.zeros((_made.N_SWEEP, _made.N_SAMPLE))
    current[:, _made.FIRST : _made.LAST + 1] = np.array(levels)[:, None]
    return current


@pytest.mark.parametrize("is_on", [0, 1])
@pytest.mark.parametrize("parameter", [22, 62])
def test_levels_are_those_of_the_list(path, parameter, is_on):
    """Epoch B, of ten epochs and of fifty, whether the list is said to be on or not."""
    with_list(path, "-30,45,7.5,9", parameter, is_on=is_on)
    found = read_recording(path).current_pA
    np.testing.assert_allclose(found, commanded((-30.0, 45.0, 7.5, 9.0)[: _made.N_SWEEP]))


def test_a_list_that_repeats_begins_anew(path):
    with_list(path, "10,-20", repeats=1)
    levels = [(10.0, -20.0)[sweep % 2] for sweep in range(_made.N_SWEEP)]
    np.testing.assert_allclose(read_recording(path).current_pA, commanded(levels))


@pytest.mark.parametrize(
    ("text", "parameter", "why"),
    [
        ("10,-20", 62, "needs . numbers, one for every sweep, and is '10,-20"),
        ("one,two,three", 62, "needs . numbers"),
        ("1,2,3,4", 65, "the level of epoch 4, which is not in use"),
        ("1,2,3,4", 111, r"changes it from sweep to sweep \(parameter 111\)"),
    ],
)
def test_lists_that_cannot_be_applied_are_reasons(path, text, parameter, why):
    with_list(path, text, parameter)
    with pytest.raises(RecordingError, match=f"cannot be used: a user list .*{why}"):
        read_recording(path)


def test_what_lists_say():
    assert UserList(0, 61, False, "").epoch == 0
    assert UserList(0, 30, False, "").epoch == 9
    assert UserList(0, 111, False, "").epoch is None
    assert not UserList(0, 15, False, "").matters
    assert UserList(0, 62, False, " 1, 2.5 ,,-3,").values(3) == [1.0, 2.5, -3.0]
    assert UserList(0, 62, False, "1,2").values(3) is None
    assert UserList(0, 62, True, "1,2").values(5) == [1.0, 2.0, 1.0, 2.0, 1.0]


def test_a_real_current_follows_its_list(caplog):
    path = shared_file("data", "2020_03_02_0000.abf")
    recorded = read_recording(path)
    assert "compared with command 0" in recorded.channels
    # It rests at -3 mV; nothing is said of its current.
    (warning,) = caplog.messages
    assert "has the amplifier an offset" in warning
    assert recorded.command_pA is not None
    commanded = read_recording(path, ChannelChoice(current="current"))
    levels = [-200, -150, -100, -50, 0, 25, 50, 100, 150, 200, 250, 300, 350, 400, 500, 600]
    assert commanded.current_pA[:, 4000].tolist() == levels
    np.testing.assert_array_equal(commanded.current_pA, recorded.command_pA)
