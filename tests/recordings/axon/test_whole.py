"""Sweeps of Axon files that were stopped, or are of another length than the others."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import read_sweeps
from pyneuronautofit.recordings.axon.whole import whole_sweeps
from recordings import _made


def opened(n_value, *, n_sweep=3, lengths=(), episode=0, n_channel=2, version=2):
    """What pyABF has of a file; lengths, samples in an episode and in all, of one channel."""
    lengths = [length * n_channel for length in lengths]
    return SimpleNamespace(
        abfVersion={"major": version},
        dataPointCount=n_value * n_channel,
        channelCount=n_channel,
        sweepCount=n_sweep,
        _synchArraySection=SimpleNamespace(lLength=lengths),
        _protocolSection=SimpleNamespace(lNumSamplesPerEpisode=episode * n_channel),
        _headerV1=SimpleNamespace(lNumSamplesPerEpisode=episode * n_channel),
    )


@pytest.mark.parametrize("version", [1, 2])
def test_all_are_whole(version):
    found = whole_sweeps(opened(30, version=version), 0.1, "cell.abf")
    assert (found.numbers, found.starts, found.n_sample) == ([0, 1, 2], [0, 10, 20], 10)
    assert found.unequal == {}
    rows = found.rows(np.arange(30, dtype=np.float32))
    np.testing.assert_array_equal(rows, np.arange(30.0).reshape(3, 10))


@pytest.mark.parametrize("told", [{"episode": 10}, {"lengths": (10, 10, 10), "episode": 10}])
@pytest.mark.parametrize("version", [1, 2])
def test_the_last_one_was_stopped(told, version):
    found = whole_sweeps(opened(26, version=version, **told), 0.1, "cell.abf")
    assert (found.numbers, found.n_sample) == ([0, 1], 10)
    assert found.unequal == {2: "it was stopped after 6 of 10 samples"}


def test_lengths_differ():
    found = whole_sweeps(opened(24, lengths=(10, 4, 10)), 0.5, "cell.abf")
    assert (found.numbers, found.starts) == ([0, 2], [0, 14])
    assert found.unequal == {1: "it lasts 2 ms, not 5"}
    np.testing.assert_array_equal(found.rows(np.arange(24))[1], np.arange(14, 24))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_value": 7, "n_sweep": 1, "lengths": (), "episode": 10}, "no sweep is whole.*7 of 10"),
        ({"n_value": 29, "lengths": (10, 4, 10)}, "should have 24 samples, but the file has 29"),
        ({"n_value": 13, "lengths": (10, 4, 10)}, "should have 24 samples, but the file has 13"),
        ({"n_value": 26, "episode": 7}, "52 values do not divide into 3 equal sweeps of 2 chan"),
        ({"n_value": 26, "episode": 0}, "52 values do not divide into 3 equal sweeps of 2 chan"),
    ],
)
def test_what_does_not_go_together(settings, said):
    if settings["n_value"] == 7:
        # One episode that is shorter than it was to be cannot be told from one that is whole.
        assert whole_sweeps(opened(**settings), 0.1, "cell.abf").n_sample == 7
        return
    with pytest.raises(RecordingError, match=said):
        whole_sweeps(opened(**settings), 0.1, "cell.abf")


def test_a_file_whose_last_sweep_was_stopped(tmp_path, caplog):
    path = tmp_path / "cell.abf"
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"))
    # Three values less: one sample and the half of another.
    _made.patch(path, 236 + 8, "<q", 2 * _made.N_SWEEP * _made.N_SAMPLE - 3)
    found = read_sweeps(path)
    n = _made.N_SWEEP - 1
    assert found.recording.numbers == tuple(range(n))
    np.testing.assert_allclose(found.recording.voltage_mV, _made.voltage()[:n], atol=0.01)
    assert [each.sweep.number for each in found.left_out] == [n]
    assert f"{n}: it was stopped after {_made.N_SAMPLE - 2} of {_made.N_SAMPLE}" in caplog.text


def test_a_file_with_one_shorter_sweep(tmp_path, caplog):
    path = tmp_path / "cell.abf"
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"))
    # The file ends where the sum of its sweeps does.
    place = _made.section(path, 316)
    _made.patch(path, place + 4, "<i", 2 * _made.N_SAMPLE - 200)
    _made.patch(path, 236 + 8, "<q", 2 * _made.N_SWEEP * _made.N_SAMPLE - 200)
    found = read_sweeps(path)
    assert found.recording.numbers == tuple(range(1, _made.N_SWEEP))
    assert "0: it lasts" in caplog.text
