import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import ChannelChoice, read_recording

GOOD = {"voltage": [[1, 2.5], [3, 4]], "current": [[0, 0], [5, 5]], "dt": 0.05}


def _written(folder, values, encoding="utf-8"):
    path = folder / "cell.json"
    text = values if isinstance(values, str) else json.dumps(values)
    path.write_text(text, encoding=encoding)
    return path


@given(
    values=hnp.arrays(
        np.float64,
        st.tuples(st.just(2), st.integers(1, 4), st.integers(2, 20)),
        elements=st.floats(-1e4, 1e4),
    ),
    step=st.floats(1e-4, 10),
    command=st.booleans(),
)
def test_round_trip(tmp_path_factory, values, step, command):
    content = {"voltage": values[0].tolist(), "current": values[1].tolist(), "dt": step}
    path = _written(tmp_path_factory.mktemp("json"), content | {"command": command})
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.voltage_mV, values[0])
    np.testing.assert_array_equal(recording.current_pA, values[1])
    assert (recording.step_ms, recording.current_is_command) == (step, command)


def test_byte_order_mark_and_whole_numbers(tmp_path):
    recording = read_recording(_written(tmp_path, GOOD, "utf-8-sig"))
    assert recording.voltage_mV.tolist() == GOOD["voltage"]


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (GOOD | {"voltage": [[1, 2], [3, 4, 5]]}, r"same shape.*\(2, 3\).*\(2, 2\)"),
        (
            GOOD | {"voltage": [[None, 2], [None, 4]]},
            "no sweep can be used. 0-1: its voltage has 1 samples that are no finite numbers",
        ),
        (GOOD | {"current": [[1, 2], [3, "4"]]}, "current must be .*sweep 1 has '4' at sample 1"),
        (GOOD | {"current": [[1, True], [3, 4]]}, "sweep 0 has True at sample 1"),
        (GOOD | {"current": [[1, 10**400], [3, 4]]}, "sweep 0 has 1000.* at sample 1"),
        (GOOD | {"voltage": [1, 2, 3]}, r"sweep 0 is 1. A single sweep is written \[\[\.\.\]\]"),
        (GOOD | {"voltage": []}, "an empty list"),
        (GOOD | {"voltage": "cell.abf"}, "a list of sweeps.*a str"),
        (GOOD | {"dt": [1, 2]}, "dt must be one number"),
        (GOOD | {"dt": None}, "dt must be one number"),
        (GOOD | {"command": 1}, "command must be true or false.*is 1"),
        ({"voltage": [[1, 2]], "Dt": 1}, "current, dt missing; the file has Dt, voltage"),
        ('{"voltage": [[1, 2', r"valid JSON.*Is it complete\?"),
        ("{" * 9, "valid JSON"),
        ("[1, 2]", "JSON object with the keys.*holds a list"),
        (
            {"mode": {}, "nrec": 4, "cond": [], "currents": [[1]]},
            "holds the conditions of one, without voltages. Give the recording itself",
        ),
    ],
)
def test_refused(tmp_path, values, match):
    with pytest.raises(RecordingError, match=match):
        read_recording(_written(tmp_path, values))


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_sweeps_that_lack_samples_are_left_out(tmp_path, missing, caplog):
    rows = [[1, 2, 3], [4, missing, 5], [6, 7, 8], [9, 10]]
    values = {"voltage": rows, "current": rows, "dt": 10.0}
    recording = read_recording(_written(tmp_path, values))
    assert recording.numbers == (0, 2, 3)  # one sample too few is no reason
    assert recording.voltage_mV.tolist() == [[1, 2], [6, 7], [9, 10]]
    assert "1 of 4 sweeps are left out. 1: its voltage has 1 samples" in caplog.text


def test_channels_cannot_be_chosen(tmp_path):
    with pytest.raises(UsageError, match=r"--voltage-channel Vm: .*no channels to choose from"):
        read_recording(_written(tmp_path, GOOD), ChannelChoice(voltage="Vm"))
