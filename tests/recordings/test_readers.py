"""What every reader of the table must do, and how a reader is found."""

import logging
import sys
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import READERS, ChannelChoice, find_reader, read_recording
from pyneuronautofit.testing import READER_CHECKS, ReaderCase

from . import _made

WRITERS = {
    "Axon Binary Format": _made.write_abf,
    "NumPy archive": _made.write_npz,
    "JSON": _made.write_json,
    "Neurodata Without Borders": _made.write_nwb,
    "Axon Text File": _made.write_atf,
    "columns of text": _made.write_csv,
    "WinWCP, AxoGraph, Spike2, NIX": _made.write_wcp,
}
#: Their first bytes say what they are, and where they end.
SIGNED = list(WRITERS)[:4]
#: What a format stores: text has few digits, an amplifier's converter has steps.
NEAR = {"Axon Text File": 1e-4, "columns of text": 1e-4, "WinWCP, AxoGraph, Spike2, NIX": 0.06}


@pytest.fixture(params=READERS)
def format_name(request):
    package = {"Neurodata Without Borders": "pynwb", list(WRITERS)[-1]: "neo"}.get(request.param)
    if package is not None:
        pytest.importorskip(package)
    return request.param


@pytest.fixture
def written(format_name, tmp_path):
    path = tmp_path / f"cell{READERS[format_name].suffixes[0]}"
    WRITERS[format_name](path)
    return path


def test_recording_is_read_as_it_was_written(written, caplog):
    caplog.set_level(logging.INFO)
    recording = read_recording(written)
    near = NEAR.get(find_reader(written).name, 1e-9)
    np.testing.assert_allclose(recording.voltage_mV, _made.voltage(), rtol=0, atol=near)
    np.testing.assert_allclose(recording.current_pA, _made.current(), rtol=0, atol=near)
    assert recording.step_ms == pytest.approx(_made.STEP_MS, rel=1e-6 if near > 1e-9 else 1e-12)
    assert recording.name == written.name
    assert recording.channels
    assert f"{written.name}: 4 sweeps of 1280 samples, 0.1 ms apart; voltage " in caplog.text


@pytest.mark.parametrize("format_name", SIGNED, indirect=True)
def test_signature_decides_and_not_the_suffix(written, format_name):
    renamed = written.with_suffix(".dat")
    written.rename(renamed)
    assert find_reader(renamed).name == format_name
    assert read_recording(str(renamed)).n_sweep == _made.N_SWEEP
    other = renamed.with_suffix(".json" if format_name != "JSON" else ".npz")
    renamed.rename(other)
    assert find_reader(other).name == format_name


def test_foreign_file_with_the_suffix_is_refused(format_name, tmp_path):
    path = tmp_path / f"cell{READERS[format_name].suffixes[0]}"
    path.write_bytes(b"no recording at all, but long enough to be one\n" * 200)
    expected = r"cell\..*( was expected|starts with|has to be|neo cannot read)"
    with pytest.raises(RecordingError, match=expected):
        read_recording(path)


@pytest.mark.parametrize("format_name", SIGNED, indirect=True)
@pytest.mark.parametrize("kept", [10, 300, 600, 0.3, 0.9])
def test_truncated_file_is_refused(written, kept):
    content = written.read_bytes()
    written.write_bytes(content[: int(kept * len(content)) if kept < 1 else kept])
    with pytest.raises(RecordingError, match=r"cell\."):
        read_recording(written)


@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_every_reader(format_name, written, tmp_path_factory, check):
    folder = tmp_path_factory.mktemp("checked")
    check(ReaderCase(READERS[format_name], written.read_bytes(), folder, written.name))


def test_missing_file(tmp_path):
    with pytest.raises(RecordingError, match=r"cell\.abf: .*there is no such file.*working dir"):
        read_recording(tmp_path / "cell.abf")


def test_folder(tmp_path):
    with pytest.raises(RecordingError, match="this is a folder"):
        read_recording(tmp_path)


def test_empty_file(tmp_path):
    (tmp_path / "cell.abf").touch()
    with pytest.raises(RecordingError, match="the file is empty"):
        read_recording(tmp_path / "cell.abf")


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "cell.abf"
    _made.write_abf(path)

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RecordingError, match=r"Permission denied\. Check its permissions"):
        read_recording(path)


def test_unknown_format_names_what_was_found_and_what_is_known(tmp_path):
    path = tmp_path / "cell.odd"
    path.write_bytes(b"CED Spike2 file")
    match = r"suffix \.odd nor the first bytes b'CED Spik'.*Axon Binary Format \(\.abf\).*\(\.nwb\)"
    with pytest.raises(RecordingError, match=match):
        read_recording(path)
    path = path.rename(tmp_path / "cell")
    with pytest.raises(RecordingError, match=r"suffix \(there is none\)"):
        read_recording(path)


def test_nwb_without_the_extra_says_how_to_install_it(tmp_path, monkeypatch):
    path = tmp_path / "cell.nwb"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setitem(sys.modules, "pynwb", None)
    with pytest.raises(RecordingError, match=r"pip install 'pyneuronautofit\[nwb\]'"):
        read_recording(path, ChannelChoice())
