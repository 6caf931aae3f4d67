"""Voltages that somebody else computed: what is read, and what is refused with what text."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit.cli.traces import responses as module
from pyneuronautofit.cli.traces.responses import read_responses
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import Recording

RECORDING = Recording("cell.abf", np.zeros((2, 5)), np.zeros((2, 5)), 0.1)
ONE = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
MANY = [ONE, [[7.0, 8.0, 9.0], [10.0, 11.0, float("nan")]], ONE]


@pytest.fixture
def written(tmp_path):
    """Writes voltages in one of the formats and returns the file's name."""

    def write(suffix, voltage, **more):
        path = tmp_path / f"answers{suffix}"
        if suffix.casefold() == ".npz":
            np.savez(path, voltage=np.array(voltage), **more)
        else:
            path.write_text(json.dumps({"voltage": voltage, **more}))
        return str(path)

    return write


def refused(name):
    with pytest.raises(RecordingError) as error:
        read_responses(str(name), RECORDING)
    return str(error.value)


@pytest.mark.parametrize("suffix", [".npz", ".json", ".JSON"])
@pytest.mark.parametrize("voltage", [ONE, MANY])
def test_one_model_or_many(written, suffix, voltage):
    found = read_responses(written(suffix, voltage), RECORDING)
    np.testing.assert_array_equal(found, voltage)
    assert found.dtype == np.float64


def test_whole_numbers_are_voltages_too(written):
    found = read_responses(written(".npz", np.array([[1, 2], [3, 4]], dtype=np.int16)), RECORDING)
    assert found.dtype == np.float64
    assert found.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_the_step_has_to_be_the_recordings_where_there_is_one(written, suffix):
    for dt in (0.1, 0.1 * (1 + 1e-7)):
        assert read_responses(written(suffix, ONE, dt=dt), RECORDING).shape == (2, 3)
    name = written(suffix, ONE, dt=0.05)
    assert refused(name) == (
        f"{name} has a sample every 0.05 ms, but the recording cell.abf every 0.1 ms; resample "
        "the responses"
    )


def test_a_step_that_is_no_number_is_none(written):
    assert read_responses(written(".json", ONE, dt="0.05"), RECORDING).shape == (2, 3)


@pytest.mark.parametrize("voltage", [ONE[:1], [*ONE, ONE[0]], [ONE + ONE]])
def test_there_is_a_response_for_every_sweep(written, voltage):
    name = written(".npz", voltage)
    n_sweep = np.shape(voltage)[-2]
    assert refused(name) == (
        f"{name} has {n_sweep} sweeps, but the recording cell.abf has 2; give one response for "
        "every sweep"
    )


@pytest.mark.parametrize("voltage", [[1.0, 2.0], [[MANY]], [[], []]])
def test_other_shapes(written, voltage):
    name = written(".npz", voltage)
    shape = np.shape(voltage)
    assert f"the voltage of {name} has the shape {shape}: expected .npz or .json" in refused(name)


@pytest.mark.parametrize("voltage", [[[1.0, 2.0], [3.0]], [["a", "b"]] * 2, {"a": 1}])
def test_what_is_no_array_of_numbers(written, voltage):
    assert "is not an array of numbers with sweeps of equal length" in refused(
        written(".json", voltage)
    )


def test_an_abf_is_read_as_a_recording(monkeypatch, tmp_path):
    answered = Recording("a.abf", np.array(ONE), np.zeros((2, 3)), 0.1)
    asked = []
    monkeypatch.setattr(module, "read_recording", lambda path: asked.append(path) or answered)
    found = read_responses(str(tmp_path / "a.ABF"), RECORDING)
    assert asked == [tmp_path / "a.ABF"]
    np.testing.assert_array_equal(found, ONE)
    slower = Recording("a.abf", np.array(ONE), np.zeros((2, 3)), 0.2)
    monkeypatch.setattr(module, "read_recording", lambda _path: slower)
    assert "has a sample every 0.2 ms" in refused(tmp_path / "a.abf")


def test_another_suffix():
    assert refused("a.csv").startswith("the responses a.csv have the suffix '.csv': expected .npz")


@pytest.mark.parametrize("suffix", [".npz", ".json"])
@pytest.mark.parametrize("content", [None, b"", b"nothing of the kind", b"PK\x03\x04 half", b"{"])
def test_files_that_cannot_be_read(tmp_path, suffix, content):
    path = tmp_path / f"a{suffix}"
    if content is not None:
        path.write_bytes(content)
    assert refused(path).startswith(f"cannot read the responses {path}: ")


def test_files_without_a_voltage(tmp_path):
    np.savez(tmp_path / "a.npz", current=ONE)
    np.save(tmp_path / "array", ONE)
    (tmp_path / "array.npy").rename(tmp_path / "b.npz")
    assert "a.npz has no array 'voltage': expected" in refused(tmp_path / "a.npz")
    assert "b.npz: it is no zip archive; expected" in refused(tmp_path / "b.npz")
    for text in ('{"current": [1]}', "[1, 2]", "null"):
        (tmp_path / "a.json").write_text(text)
        assert "a.json has no key 'voltage': expected" in refused(tmp_path / "a.json")


def test_objects_are_not_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", voltage=np.array([{"a": 1}], dtype=object))
    assert "Object arrays cannot be loaded" in refused(tmp_path / "a.npz")


@pytest.mark.parametrize("dtype", ["V8", "S3", "U3", "M8[s]", "c16", "b1"])
def test_arrays_of_what_is_no_number(tmp_path, dtype):
    np.savez(tmp_path / "a.npz", voltage=np.zeros((0, 0) if dtype == "V8" else (1, 3), dtype))
    assert "is not an array of numbers" in refused(tmp_path / "a.npz")
