"""Comma-separated values, as spreadsheets and programs write them."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import ChannelChoice, is_recording, read_recording
from pyneuronautofit.recordings.text.csv_ import table

N, STEP_MS = 400, 0.1
CURRENT = np.repeat([0.0, 50.0, 0.0], [100, 200, 100])
VOLTAGE = -70.0 + 0.1 * CURRENT


def written(folder, titles, columns, *, delimiter=",", point=".", name="cell.csv", end="\n"):
    lines = [delimiter.join(titles)]
    for row in zip(*columns):
        lines.append(delimiter.join(f"{value:.7g}".replace(".", point) for value in row))
    path = folder / name
    path.write_bytes((end.join(lines) + end).encode("utf-8"))
    return path


TIME = np.arange(N) * STEP_MS


@pytest.mark.parametrize(
    ("titles", "scales"),
    [
        (("time (ms)", "voltage (mV)", "current (pA)"), (1, 1, 1)),
        (("time_s", "voltage_V", "current_nA"), (1e-3, 1e-3, 1e-3)),
        (("t [us]", "Vm [uV]", "I [A]"), (1e3, 1e3, 1e-12)),
        (("ms", "mV", "pA"), (1, 1, 1)),
        (("time (ms)", "current (pA)", "voltage (mV)"), (1, 1, 1)),
    ],
)
@pytest.mark.parametrize(("delimiter", "point"), [(",", "."), (";", ","), ("\t", ".")])
def test_units_and_separators(tmp_path, titles, scales, delimiter, point):
    columns = [TIME, VOLTAGE, CURRENT] if "V" in titles[1] else [TIME, CURRENT, VOLTAGE]
    columns = [scale * column for scale, column in zip(scales, columns)]
    path = written(tmp_path, titles, columns, delimiter=delimiter, point=point, end="\r\n")
    recording = read_recording(path)
    assert recording.step_ms == STEP_MS
    np.testing.assert_allclose(recording.voltage_mV, [VOLTAGE], rtol=1e-6)
    np.testing.assert_allclose(recording.current_pA, [CURRENT], rtol=1e-6, atol=1e-9)
    assert recording.current_is_command
    assert is_recording(path)


def test_several_sweeps_in_any_order(tmp_path):
    titles = ["time (ms)"] + [
        f"{w} {k} ({u})" for k in (1, 2) for w, u in (("V", "mV"), ("I", "pA"))
    ]
    path = written(tmp_path, titles, [TIME, VOLTAGE, CURRENT, VOLTAGE - 5, 2 * CURRENT])
    recording = read_recording(path)
    np.testing.assert_allclose(recording.voltage_mV, [VOLTAGE, VOLTAGE - 5])
    np.testing.assert_allclose(recording.current_pA, [CURRENT, 2 * CURRENT])
    grouped = ["time (ms)", "V1 (mV)", "V2 (mV)", "I1 (pA)", "I2 (pA)"]
    path = written(tmp_path, grouped, [TIME, VOLTAGE, VOLTAGE - 5, CURRENT, 2 * CURRENT])
    np.testing.assert_array_equal(read_recording(path).voltage_mV, recording.voltage_mV)


def test_a_sweep_that_ends_early_is_left_out(tmp_path):
    path = tmp_path / "cell.csv"
    lines = ["time (ms),V (mV),I (pA),V (mV),I (pA),V (mV),I (pA),"]
    for k in range(40):
        rest = ",,," if k > 20 else ",-70,5,"
        lines.append(f"{k},-70,{5 if k > 9 else 0},-71,{6 if k > 9 else 0}{rest}")
    path.write_text("\n".join(lines))
    assert read_recording(path).numbers == (0, 1)


@pytest.mark.parametrize(
    ("titles", "columns", "said"),
    [
        (("time", "V (mV)", "I (pA)"), 3, "first column has to be the time.*it is 'time'"),
        (("V (mV)", "I (pA)"), 2, "first column has to be the time"),
        (("t (ms)", "V (mV)"), 2, "as many currents as voltages.*1 voltages and 0 currents"),
        (("t (ms)", "V (mV)", "V (mV)", "I (pA)"), 4, "2 voltages and 1 currents"),
        (("t (ms)", "V (mV)", "I (pA)", "note"), 4, "columns note name no unit"),
    ],
)
def test_titles_that_are_refused(tmp_path, titles, columns, said):
    path = written(tmp_path, titles, [TIME, VOLTAGE, CURRENT, CURRENT][:columns])
    with pytest.raises(RecordingError, match=said):
        read_recording(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t (ms),V (mV),I (pA)\n", "titles, but no numbers below"),
        ("t (ms),V (mV),I (pA)\n0,1,2\n1,x,2", "line 3: a number was expected, but there is 'x'"),
        ("t (ms),V (mV),I (pA)\n0,1,2,3", "line 2: there are 4 columns, but 3 titles"),
        ("t (ms),V (mV),I (pA)\n0,1,2\n1,1,2\n5,1,2", "evenly spaced, but times are 1 to 4 ms"),
        ("t (ms),V (mV),I (pA)\n0,1,2\n,1,2", "all of at least two have to be numbers"),
        ("t (ms),V (mV),I (pA)\n2,1,2\n1,1,2", "positive number of ms"),
    ],
)
def test_numbers_that_are_refused(tmp_path, text, said):
    path = tmp_path / "cell.csv"
    path.write_text(text)
    with pytest.raises(RecordingError, match=said):
        read_recording(path)


def test_channels_cannot_be_chosen(tmp_path):
    path = written(tmp_path, ("t (ms)", "V (mV)", "I (pA)"), [TIME, VOLTAGE, CURRENT])
    with pytest.raises(UsageError, match="no channels to choose from, only columns"):
        read_recording(path, ChannelChoice(voltage=1))


def test_other_text_is_no_recording(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("name,score\na,1\n")
    assert not is_recording(path)


def test_empty_cells_are_nan():
    found = table("1,,3\n\n4,5\n", ",", ["a", "b", "c"], "cell.csv", 2)
    np.testing.assert_array_equal(found, [[1, np.nan, 3], [4, 5, np.nan]])


def test_line_ends_and_letters_of_other_systems(tmp_path):
    path = written(tmp_path, ("t (ms)", "V (mV)", "I (pA)"), [TIME, VOLTAGE, CURRENT], end="\r")
    np.testing.assert_allclose(read_recording(path).voltage_mV, [VOLTAGE])
    path.write_bytes(path.read_bytes().decode().encode("utf-16"))
    np.testing.assert_allclose(read_recording(path).voltage_mV, [VOLTAGE])


def test_a_title_without_end(tmp_path):
    path = tmp_path / "cell.csv"
    path.write_text("t" * 200_000 + ",V (mV)\n0,1\n")
    with pytest.raises(RecordingError, match="columns cannot be told apart"):
        read_recording(path)
    assert not is_recording(path)
