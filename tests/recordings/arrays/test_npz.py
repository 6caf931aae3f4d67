import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import ChannelChoice, read_recording

GOOD = {"voltage": np.zeros((2, 3)), "current": np.ones((2, 3)), "dt": 0.05}


def _written(folder, **changes):
    values = {key: value for key, value in (GOOD | changes).items() if value is not None}
    np.savez(folder / "cell.npz", **values)
    return folder / "cell.npz"


def _values(kind):
    """Any numbers that an amplifier can have recorded, of this type."""
    elements = (
        st.integers(-10_000, 10_000)
        if kind is np.int16
        else st.floats(-1e4, 1e4, width=8 * np.dtype(kind).itemsize)
    )
    shape = st.tuples(st.just(2), st.integers(1, 4), st.integers(2, 20))
    return hnp.arrays(kind, shape, elements=elements)


@given(
    values=st.sampled_from([np.float64, np.float32, np.int16]).flatmap(_values),
    step=st.floats(1e-4, 10),
    command=st.booleans(),
)
def test_round_trip(tmp_path_factory, values, step, command):
    path = _written(
        tmp_path_factory.mktemp("npz"),
        voltage=values[0], current=values[1], dt=step, command=command,
    )  # fmt: skip
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.voltage_mV, values[0].astype(float))
    np.testing.assert_array_equal(recording.current_pA, values[1].astype(float))
    assert (recording.step_ms, recording.current_is_command) == (step, command)


def test_step_in_an_array_of_one_and_other_arrays(tmp_path):
    recording = read_recording(_written(tmp_path, dt=np.array([0.1]), temperature=35))
    assert recording.step_ms == 0.1
    assert not recording.current_is_command


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"current": None, "time": 1}, r"current missing; the file has dt, time, voltage"),
        ({"voltage": np.zeros((4, 2, 3))}, r"voltage must be a matrix.*\(4, 2, 3\)"),
        ({"voltage": np.array([["a"]])}, "voltage must be numbers"),
        ({"current": np.ones((2, 4))}, r"same shape.*\(2, 3\).*\(2, 4\)"),
        (
            {"current": np.full((2, 3), np.nan)},
            "no sweep can be used. 0-1: it has no samples that are numbers",
        ),
        ({"dt": np.array([0.1, 0.1])}, r"dt must be one number.*\(2,\)"),
        ({"dt": np.array("fast")}, "dt must be one number.*U4"),
        ({"dt": -1.0}, "positive number of ms"),
        ({"command": np.array("yes")}, "command must be true or false.*yes"),
        ({"voltage": np.array([[1], [None]], dtype=object)}, "Object arrays cannot be loaded"),
    ],
)
def test_refused(tmp_path, changes, match):
    with pytest.raises(RecordingError, match=match):
        read_recording(_written(tmp_path, **changes))


def test_a_zip_archive_of_other_things(tmp_path):
    with zipfile.ZipFile(tmp_path / "cell.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(RecordingError, match=r"voltage, current, dt missing.*readme\.txt"):
        read_recording(tmp_path / "cell.npz")


def test_channels_cannot_be_chosen(tmp_path):
    with pytest.raises(UsageError, match=r"--current-channel 1: .*no channels to choose from"):
        read_recording(_written(tmp_path), ChannelChoice(current=1))
