import shutil
import struct

import numpy as np
import pyabf.abfWriter
import pytest

from abf2_writer import AbfChannel, AbfCommand, write_abf2_channels
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import ChannelChoice, read_recording
from recordings import _made
from recordings._shared import shared_file

# Entries of the sections in the header.
PROTOCOL, OUTPUT, WAVEFORM, USER_LIST, SWEEPS = 76, 108, 156, 172, 316


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cell.abf"


def _voltage_clamp(path):
    _made.write_channels(path, ("Im", "pA"), ("Vm", "mV"), commands=[_made.command(unit="mV")])


def _voltage_clamp_without_voltage(path):
    _made.write_channels(path, ("Im", "pA"), commands=[_made.command(unit="mV")])


def _voltage_clamp_swapped(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"), commands=[_made.command(unit="mV")])


def _voltage_only(path):
    _made.write_channels(path, ("Vm", "mV"))


def _command_in_no_unit(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command(unit="")])


def _flat_command(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command(0.0, 0.0, holding=0.0)])


def _holding_only(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[AbfCommand(holding=-25.0)])


def _mode(number):
    def write(path):
        _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
        _made.patch(path, _made.section(path, PROTOCOL), "<h", number)

    return write


def _variable_length(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"))
    _made.patch(path, _made.section(path, SWEEPS) + 4, "<i", 100)


def _stimulus_file(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    output = _made.section(path, OUTPUT)
    _made.patch(path, output + 42, "<h", 2)
    _made.patch(path, output + 118, "<i", 2)  # the text of the protocol's path


def _scaled_stimulus_file(path):
    _stimulus_file(path)
    _made.patch(path, _made.section(path, OUTPUT) + 46, "<f", 2.0)


def _unknown_source(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    _made.patch(path, _made.section(path, OUTPUT) + 42, "<h", 7)


def _unknown_epoch(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    _made.patch(path, _made.section(path, WAVEFORM) + 48 + 4, "<h", 9)


def _long_epoch(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    _made.patch(path, _made.section(path, WAVEFORM) + 48 + 14, "<i", 10**6)


def _user_list(path, parameter=31, is_on=1):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    content = path.read_bytes()
    content += bytes(-len(content) % 512)
    path.write_bytes(content + struct.pack("<4hi", 0, is_on, parameter, 0, 0) + bytes(500))
    _made.patch(path, USER_LIST, "<IIq", len(content) // 512, 64, 1)


def _alternating(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    _made.patch(path, _made.section(path, PROTOCOL) + 182, "<h", 1)


def _abf1_without_current(path):
    pyabf.abfWriter.writeABF1(_made.voltage(), str(path), 1e4, units="mV")


def _no_data(path):
    _made.write_abf(path)
    _made.patch(path, 236, "<IIq", 0, 0, 0)


def _abf1_no_data(path):
    _made.write_abf1(path)
    _made.patch(path, 10, "<i", 0)


def _abf1_float(path):
    _made.write_abf1(path)
    _made.patch(path, 100, "<h", 1)


def _impossible_sections(path):
    _made.write_abf(path)
    _made.patch(path, 252, "<IIq", 3, 64, 10**9)


def _small_items(path):
    _made.write_abf(path)
    _made.patch(path, 252, "<IIq", 3, 1, 10)


def _too_many_sweeps(path):
    _made.write_abf(path)
    _made.patch(path, 12, "<I", 10**9)


def _cut(path):
    _made.write_abf(path)
    content = path.read_bytes()
    path.write_bytes(content[:9000])


def _abf1_cut(path):
    _made.write_abf1(path)
    path.write_bytes(path.read_bytes()[:-2000])


def _half_a_header(path):
    path.write_bytes(b"ABF2" + bytes(100))


def _foreign(path):
    path.write_bytes(b"RIFF" + bytes(1000))


REFUSED = [
    (_voltage_clamp, "this one is voltage clamp.*channel 0 'Im' in pA.*command 0 'Cmd 0' in mV"),
    (_voltage_clamp_without_voltage, "needs a channel in mV, and there is none.*voltage clamp"),
    (_voltage_clamp_swapped, "this one is voltage clamp: its command is a voltage"),
    (_voltage_only, r"no channel has a unit of current.*switched off, flat.*0 pA, no usable stim"),
    (_command_in_no_unit, r"command 0 'Cmd 0' in \? is not a current"),
    (_flat_command, "flat at 0 pA, no usable stimulus"),
    (_holding_only, "switched off, flat at its holding level of -25 pA, no usable stimulus"),
    (_mode(3), "no command is played in this mode, gap-free"),
    (_mode(2), "no command is played in this mode, event-driven"),
    (_mode(1), "no command is played in this mode, event-driven"),
    (
        _variable_length,
        r"its sweeps should have 3890 samples, but the file has 5120. It is damaged",
    ),
    (_stimulus_file, r"stimulus file 'pyneuronautofit\.pro', which is not there"),
    (_scaled_stimulus_file, "stimulus file is scaled by 2 and shifted by 0"),
    (_unknown_source, r"a source \(7\) that pyABF does not read"),
    (_unknown_epoch, r"epochs are of a kind that pyABF cannot rebuild.*NaN"),
    (_long_epoch, "its epochs are longer than the sweep"),
    (_user_list, "a user list changes it from sweep to sweep"),
    (_alternating, "the outputs alternate from sweep to sweep"),
    (_abf1_without_current, "no channel has a unit of current.*early version of ABF1"),
    (_no_data, "lists no data section. The acquisition was probably not finished"),
    (_abf1_no_data, "says that it has no data"),
    (_abf1_float, "pyABF cannot read this Axon file .ValueError: Support for float data"),
    (_impossible_sections, "truncated: its tag section should end at byte 64000001536"),
    (_small_items, "header is damaged: it lists 10 items of 1 bytes in the tag section"),
    (_too_many_sweeps, "header is damaged: it lists 1000000000 sweeps of 2 channels in 10240 val"),
    (_cut, "truncated: its data section should end at byte .*, but the file has 9000 bytes"),
    (_abf1_cut, "truncated: its data should end at byte"),
    (_half_a_header, "truncated: its header should end at byte 512, but the file has 104"),
    (_foreign, "starts with the letters 'ABF ' or 'ABF2', but this one starts with b'RIFF"),
]


@pytest.mark.parametrize(
    ("write", "match"), REFUSED, ids=lambda value: getattr(value, "__name__", "")
)
def test_refused(path, write, match):
    write(path)
    with pytest.raises(RecordingError, match=rf"(?s)cell\.abf: .*{match}"):
        read_recording(path)


@pytest.mark.parametrize(("parameter", "is_on"), [(20, 1), (7, 1), (7, 0)])
def test_user_list_that_does_not_matter(path, parameter, is_on):
    _user_list(path, parameter, is_on)
    np.testing.assert_array_equal(read_recording(path).current_pA, _made.current())


def test_naming_both_channels_overrules_the_units_of_the_command(path):
    _voltage_clamp_swapped(path)
    recording = read_recording(path, ChannelChoice(voltage=0, current=1))
    np.testing.assert_array_equal(recording.current_pA, _made.current())


def test_stimulus_file_beside_the_recording(path):
    _stimulus_file(path)
    _made.patch(path, _made.section(path, OUTPUT) + 118, "<i", 1)  # the text "pyneuronautofit"
    content = path.read_bytes().replace(b"pyneuronautofit\0", b"stimulation.abf\0")
    path.write_bytes(content)
    stimulus = path.with_name("stimulation.abf")
    write_abf2_channels(stimulus, [AbfChannel("I", "pA", _made.current(1))], _made.STEP_MS)
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.current_pA, np.tile(_made.current(1), (4, 1)))
    write_abf2_channels(stimulus, [AbfChannel("I", "pA", _made.current(3))], _made.STEP_MS)
    with pytest.raises(RecordingError, match="has 3 sweeps; pyABF plays only the first"):
        read_recording(path)
    write_abf2_channels(stimulus, [AbfChannel("I", "pA", _made.current(1)[:, :900])], _made.STEP_MS)
    with pytest.raises(RecordingError, match="its waveform has 900 samples, the sweep 1280"):
        read_recording(path)


def test_asked_for_command_that_is_off(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"))
    with pytest.raises(
        RecordingError, match=r"^cell\.abf: the command waveform cannot be used: comm"
    ):
        read_recording(path, ChannelChoice(current="Cmd 0"))


@pytest.mark.parametrize("name", ["File_axon_5.abf", "171116sh_0018.abf"])
def test_real_recordings_cut_short(name, tmp_path):
    copy = tmp_path / name
    shutil.copyfile(shared_file("data", name), copy)
    content = copy.read_bytes()
    for kept in (400, 3000, len(content) // 2):
        copy.write_bytes(content[:kept])
        with pytest.raises(RecordingError, match=f"{name}: the file is truncated"):
            read_recording(copy)
