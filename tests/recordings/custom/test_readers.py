"""Functions, objects and classes of plug-ins as readers of the table."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.recordings import (
    READERS,
    Recording,
    find_reader,
    is_recording,
    plug_in_of_reader,
    read_recording,
)
from pyneuronautofit.recordings.custom import made_reader, reader
from pyneuronautofit.recordings.selection import RawRecording, RawSweep

VOLTAGE = -65.0 + np.random.default_rng(1).normal(0, 1, (2, 400))
CURRENT = np.zeros((2, 400))
CURRENT[:, 100:200] = 50.0


def read_as(answer):
    return reader(".zzz", name="ours", signature=b"ZZZ")(lambda path: answer)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cell.zzz"
    path.write_bytes(b"ZZZ and more")
    return path


@pytest.mark.parametrize(
    "answer",
    [
        (VOLTAGE, CURRENT, 0.1),
        (VOLTAGE.tolist(), CURRENT.astype(int), 0.1),
        Recording("cell.zzz", VOLTAGE, CURRENT, 0.1),
        RawRecording(
            "cell.zzz",
            tuple(RawSweep(k, v, c, 0.1) for k, (v, c) in enumerate(zip(VOLTAGE, CURRENT))),
        ),
    ],
    ids=["arrays", "lists", "recording", "sweeps"],
)
def test_what_a_reader_may_return(answer, file):
    with active_plugins(readers=[read_as(answer)]):
        found = read_recording(file)
    np.testing.assert_array_equal(found.voltage_mV, VOLTAGE)
    np.testing.assert_array_equal(found.current_pA, CURRENT)
    assert (found.step_ms, found.name) == (0.1, "cell.zzz")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, "returned NoneType: expected a Recording, or voltages in mV"),
        ((VOLTAGE, CURRENT), "returned tuple: expected a Recording"),
        ((VOLTAGE[0], CURRENT, 0.1), "the voltage must be a matrix"),
        ((VOLTAGE, CURRENT[:, :9], 0.1), r"voltage of shape \(2, 400\) and a current of shape"),
        ((VOLTAGE, CURRENT, 0), "the time between two samples must be a positive number"),
        (([[1, 2], [3]], CURRENT, 0.1), "there are 2 in sweep 0, 1 in sweep 1"),
        ((VOLTAGE, CURRENT, "0.1"), "must be a positive number of ms, but it is '0.1'"),
        ((np.full((2, 400), "x"), CURRENT, 0.1), "the voltage must be numbers"),
    ],
)
def test_what_is_no_recording(answer, expected, file):
    with (
        active_plugins(readers=[read_as(answer)]),
        pytest.raises(RecordingError, match=rf"cell\.zzz: .*{expected}"),
    ):
        read_recording(file)


def test_an_error_says_whose_it_is(file):
    made = reader(".zzz", name="ours")(lambda path: path.gone)
    with (
        active_plugins(readers=[made]),
        pytest.raises(RecordingError, match=r"cell\.zzz: the reader ours of test_readers\.py"),
    ):
        read_recording(file)


def test_those_that_are_given_come_first(tmp_path):
    path = tmp_path / "cell.json"
    path.write_text('{"voltage": [[1, 2]], "current": [[1, 2]], "dt": 0.1}')
    mine = reader(".json", name="my JSON")(lambda path: (VOLTAGE, CURRENT, 0.1))
    assert find_reader(path).name == "JSON"
    assert plug_in_of_reader(find_reader(path)) is None
    with active_plugins(readers=[mine]):
        found = find_reader(path)
        assert found.name == "my JSON"
        assert plug_in_of_reader(found).origin == "test_readers.py"
        assert next(iter(READERS)) == "my JSON"
    assert "my JSON" not in READERS


def test_an_output_that_is_such_a_recording_is_known(file):
    assert not is_recording(file)
    with active_plugins(readers=[read_as(None)]):
        assert is_recording(file)


class Hand:
    """A class that is made without arguments."""

    name = "by hand"
    suffixes = (".zzz",)

    def recognises(self, head):
        return head.startswith(b"ZZZ")

    def read(self, path, channels):
        return VOLTAGE, CURRENT, 0.1


def test_a_class_and_an_object(file):
    for thing in (Hand, Hand()):
        with active_plugins(readers=[thing]):
            assert read_recording(file).n_sweep == 2


@pytest.mark.parametrize(
    "changed",
    [{"name": 3}, {"suffixes": ()}, {"suffixes": ("zzz",)}, {"read": None}, {"recognises": 1}],
)
def test_what_is_no_reader(changed):
    thing = type("Hand", (Hand,), changed)
    with pytest.raises(UsageError, match=r"Hand of a\.py is no reader: expected a function under"):
        made_reader(thing, "a.py")


def test_what_cannot_be_made_or_asked():
    class Wanting(Hand):
        def __init__(self, what):
            pass

    class Failing(Hand):
        def recognises(self, head):
            return head.gone

    with pytest.raises(UsageError, match="a reader is made without arguments: TypeError"):
        made_reader(Wanting, "a.py")
    with pytest.raises(UsageError, match=r"the reader by hand of a.py: it failed: .*Attribute"):
        made_reader(Failing, "a.py").recognises(b"")


def test_leaving_the_process_is_an_error(file):
    class Leaving(Hand):
        def recognises(self, head):
            raise SystemExit(7)

    class Never(Hand):
        def __init__(self):
            raise SystemExit(7)

    made = reader(".zzz", name="ours")(lambda path: Leaving().recognises(b""))
    with (
        active_plugins(readers=[made]),
        pytest.raises(RecordingError, match=r"ours of test_readers\.py cannot read.*SystemExit: 7"),
    ):
        read_recording(file)
    with pytest.raises(UsageError, match=r"by hand of a\.py: it failed: .*SystemExit: 7"):
        made_reader(Leaving, "a.py").recognises(b"")
    with pytest.raises(UsageError, match="made without arguments: SystemExit: 7"):
        made_reader(Never, "a.py")
