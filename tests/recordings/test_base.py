import pickle

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import Recording


def _with(values, at, what):
    values = np.array(values)
    values[at] = what
    return values


GOOD = np.zeros((2, 3))

REFUSED = [
    ("shapes differ", GOOD, np.zeros((2, 4)), 1.0, r"same shape.*\(2, 3\).*\(2, 4\)"),
    ("one dimension", np.zeros(3), np.zeros(3), 1.0, r"matrix \[sweep, sample\].*\(3,\).*\(1, sam"),
    ("three dimensions", np.zeros((1, 2, 3)), GOOD, 1.0, r"\(1, 2, 3\)"),
    ("no sweep", np.zeros((0, 3)), np.zeros((0, 3)), 1.0, "at least one sweep"),
    ("one sample", np.zeros((2, 1)), np.zeros((2, 1)), 1.0, "two samples"),
    ("nan", _with(GOOD, (1, 2), np.nan), GOOD, 1.0, "voltage must be finite.*sweep 1, sample 2"),
    ("inf", GOOD, _with(GOOD, (0, 1), np.inf), 1.0, "current must be finite.*sweep 0, sample 1"),
    ("texts", [["a", "b"]], [[1, 2]], 1.0, "voltage must be numbers.*U1"),
    ("complex", GOOD, GOOD + 1j, 1.0, "current must be numbers.*complex"),
    ("no step", GOOD, GOOD, 0.0, "positive number of ms.*0.0"),
    ("negative step", GOOD, GOOD, -0.1, "positive number of ms.*-0.1"),
    ("step is nan", GOOD, GOOD, float("nan"), "positive number of ms.*nan"),
    ("step is a text", GOOD, GOOD, "fast", "positive number of ms.*fast"),
    ("step is a number's text", GOOD, GOOD, "0.1", "positive number of ms.*'0.1'"),
    ("step is nothing", GOOD, GOOD, None, "positive number of ms.*None"),
]


@pytest.mark.parametrize(
    ("voltage", "current", "step", "match"),
    [pytest.param(*case[1:], id=case[0]) for case in REFUSED],
)
def test_refused(voltage, current, step, match):
    with pytest.raises(RecordingError, match=rf"(?s)cell\.abf: .*{match}"):
        Recording("cell.abf", voltage, current, step)


def test_arrays_are_read_only_copies_in_c_order():
    source = np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3))
    recording = Recording("a", source, source, 0.5)
    source[0, 0] = 9
    for array in (recording.voltage_mV, recording.current_pA):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert not array.flags.writeable
        assert array[0, 0] == 0.0
    assert (recording.n_sweep, recording.n_sample, recording.duration_ms) == (2, 3, 1.5)
    assert "array" not in repr(recording)


def test_survives_pickling():
    recording = Recording("a", GOOD, GOOD + 1, 0.5, current_is_command=True, channels="both")
    again = pickle.loads(pickle.dumps(recording))
    np.testing.assert_array_equal(again.current_pA, recording.current_pA)
    assert (again.name, again.step_ms, again.current_is_command) == ("a", 0.5, True)


@pytest.mark.parametrize("make", [Recording, Recording.from_arrays])
def test_sweeps_of_several_lengths_are_told_apart(make):
    ragged = [[1.0, 2.0, 3.0], [1.0, 2.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    made = {"dt_ms": 0.1, "name": "cell"} if make != Recording else {"step_ms": 0.1, "name": "cell"}
    said = r"^cell: the voltage must be a matrix.* there are 3 in sweep 0, 2-3, 2 in sweep 1 \("
    with pytest.raises(RecordingError, match=said):
        make(voltage_mV=ragged, current_pA=ragged, **made)
    with pytest.raises(RecordingError, match=r"the current must be a matrix.*, but ValueError: "):
        make(voltage_mV=GOOD, current_pA=[1.0, [2.0, 3.0]], **made)


def test_masked_values_are_refused_and_not_unmasked():
    masked = np.ma.masked_less(np.array([[1.0, 2.0, -9.0], [1.0, -9.0, -9.0]]), 0)
    with pytest.raises(RecordingError, match="cell: 3 of 6 values of the voltage are masked"):
        Recording.from_arrays(masked, GOOD, dt_ms=0.1, name="cell")
    with pytest.raises(RecordingError, match="3 of 6 values of the current are masked"):
        Recording("cell", GOOD, masked, 0.1)
    # A mask that hides nothing.
    found = Recording.from_arrays(np.ma.array(GOOD), GOOD, dt_ms=0.1)
    assert type(found.voltage_mV) is np.ndarray
