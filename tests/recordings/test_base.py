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
