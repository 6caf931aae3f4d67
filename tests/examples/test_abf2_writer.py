import datetime

import numpy as np
import pyabf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from abf2_writer import AbfChannel, AbfCommand, StepEpoch, write_abf2, write_abf2_channels
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import read_recording
from recordings import _made


@given(
    values=hnp.arrays(
        np.float64,
        st.tuples(st.just(2), st.integers(1, 5), st.integers(2, 150)),
        elements=st.floats(-1e4, 1e4),
    ),
    step=st.sampled_from([0.01, 0.02, 0.05, 0.1, 0.25, 1.0]),
)
def test_round_trip_to_half_an_integer_step(tmp_path_factory, values, step):
    path = tmp_path_factory.mktemp("abf") / "cell.abf"
    write_abf2(path, values[0], values[1], step)
    recording = read_recording(path)
    for written, read in zip(values, (recording.voltage_mV, recording.current_pA)):
        # A power of two that needs at least half of the 15 bits.
        resolution = max(np.abs(written).max() / 2**14, 2.0**-100)
        np.testing.assert_allclose(read, written, rtol=0, atol=0.5 * resolution)
    assert recording.step_ms == pytest.approx(step, rel=1e-7)


@given(
    values=hnp.arrays(np.int16, st.tuples(st.integers(1, 3), st.integers(2, 50))),
)
def test_whole_numbers_are_exact(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("abf") / "cell.abf"
    values = np.clip(values, -32767, 32767)
    # No cell has 32 V, which is refused where it is read.
    write_abf2(path, np.clip(values, -10_000, 10_000), values, 0.05)
    np.testing.assert_array_equal(read_recording(path).current_pA, values)


@given(
    lowest=st.integers(-300, 300),
    gap=st.integers(1, 100),
    holding=st.integers(-50, 50),
    first=st.integers(10, 200),
    length=st.integers(1, 200),
    n_sweep=st.integers(1, 6),
)
def test_command_waveform(tmp_path_factory, *, lowest, gap, holding, first, length, n_sweep):
    path = tmp_path_factory.mktemp("abf") / "cell.abf"
    n_sample = 640
    wanted = np.full((n_sweep, n_sample), float(holding))
    levels = lowest + gap * np.arange(n_sweep)
    wanted[:, first : first + length] = levels[:, None]
    epochs = (StepEpoch(holding, first - n_sample // 64), StepEpoch(lowest, length, gap))
    write_abf2_channels(
        path,
        [AbfChannel("Vm", "mV", np.zeros((n_sweep, n_sample)))],
        0.1,
        commands=[AbfCommand(holding=holding, epochs=epochs)],
    )
    if (levels == holding).all():
        with pytest.raises(RecordingError, match="no usable stimulus"):
            read_recording(path)
        return
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.current_pA, wanted)
    assert recording.current_is_command


def test_header_as_other_programs_see_it(tmp_path):
    path = tmp_path / "cell.abf"
    when = datetime.datetime(2021, 3, 4, 5, 6, 7, 89_000)
    write_abf2(
        path, _made.voltage(), _made.current(), 0.05, commands=[_made.command()], recorded=when
    )
    abf = pyabf.ABF(str(path))
    assert abf.abfVersionString == "2.6.0.0"
    assert (abf.adcNames, abf.adcUnits) == (["Vm", "Im"], ["mV", "pA"])
    assert (abf.dacNames, abf.dacUnits) == (["Cmd 0", "Cmd 1"], ["pA", "mV"])
    assert (abf.dataRate, abf.sweepCount, abf.nOperationMode) == (20000, 4, 5)
    assert abf.abfDateTime == when
    assert abf.protocol == "pyneuronautofit"
    assert abf.sweepLengthSec == pytest.approx(0.064)
    abf.setSweep(3, channel=0)
    np.testing.assert_array_equal(abf.sweepC, _made.current()[3])
    for sweep in range(4):
        abf.setSweep(sweep, channel=1)
        np.testing.assert_array_equal(abf.sweepY, _made.current()[sweep])


def test_same_data_same_bytes(tmp_path):
    _made.write_abf(tmp_path / "a.abf")
    _made.write_abf(tmp_path / "b.abf")
    assert (tmp_path / "a.abf").read_bytes() == (tmp_path / "b.abf").read_bytes()


def test_epochs_that_grow(tmp_path):
    path = tmp_path / "cell.abf"
    epochs = (StepEpoch(0, 90), StepEpoch(40, 100, duration_increment=50))
    channel = AbfChannel("Vm", "mV", np.zeros((3, 640)))
    write_abf2_channels(path, [channel], 0.1, commands=[AbfCommand(epochs=epochs)])
    assert (read_recording(path).current_pA != 0).sum(axis=1).tolist() == [100, 150, 200]


def test_names_of_any_kind(tmp_path):
    path = tmp_path / "cell.abf"
    data = _made.current()
    write_abf2_channels(
        path,
        [AbfChannel("", "mV", data), AbfChannel("I\N{MICRO SIGN}", "\N{MICRO SIGN}A", data)],
        1,
    )
    recording = read_recording(path)
    assert "channel 0 'IN 0' in mV, current from channel 1 'Iu' in uA" in recording.channels
    np.testing.assert_array_equal(recording.current_pA, 1e6 * data)


@pytest.mark.parametrize(
    ("channels", "step", "match"),
    [
        ([], 0.1, "there are 0 channels"),
        ([AbfChannel("V", "mV", np.zeros((1, 2)))] * 17, 0.1, "there are 17 channels"),
        ([AbfChannel("V", "mV", np.zeros((1, 2)))], 2e3, "a step of 2000 ms"),
        ([AbfChannel("V", "mV", np.zeros((1, 2)))], 0.0, "a step of 0 ms"),
        ([AbfChannel("V", "mV", np.zeros(2))], 0.1, "channel 'V' must be a matrix"),
        (
            [AbfChannel("V", "mV", np.array([[0.0, np.nan]]))],
            0.1,
            "1 of its samples are not finite",
        ),
        ([AbfChannel("V", "mV", np.full((1, 2), 1e30))], 0.1, "beyond what an ABF 2 file stores"),
        (
            [AbfChannel("V", "mV", np.zeros((1, 2))), AbfChannel("I", "pA", np.zeros((1, 3)))],
            0.1,
            r"same shape.*\(1, 2\), \(1, 3\)",
        ),
    ],
)
def test_refused(tmp_path, channels, step, match):
    with pytest.raises(ValueError, match=match):
        write_abf2_channels(tmp_path / "cell.abf", channels, step)
    assert not list(tmp_path.iterdir())
