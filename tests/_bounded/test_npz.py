"""NumPy archives that declare more than anybody has."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest

from pyneuronautofit._bounded import DAMAGED, read_arrays
from pyneuronautofit.errors import RecordingError


def test_wanted_arrays_are_read_and_others_named(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, voltage=np.ones((2, 3)), dt=0.1, other=np.zeros(5))
    found = read_arrays(path, ("voltage", "dt", "current"), RecordingError)
    assert found.keys() == {"voltage", "dt", "other"}
    assert found["voltage"].tolist() == [[1.0] * 3] * 2
    assert float(found["dt"]) == 0.1
    assert found["other"] is None


def declared(shape, version=(1, 0), dtype="<f8", n_head=None):
    """The member of an archive that declares a shape and holds two numbers."""
    text = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    form = "<H" if version == (1, 0) else "<I"
    length = struct.pack(form, len(text) if n_head is None else n_head)
    return b"\x93NUMPY" + bytes(version) + length + text + bytes(16)


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as stream:
        for name, content in members.items():
            stream.writestr(f"{name}.npy", content)


@pytest.mark.parametrize("dtype", ["<f8", "|i1", "|V1000000"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_an_array_that_is_declared_large_is_refused(tmp_path, dtype, version):
    path = tmp_path / "x.npz"
    archive(path, voltage=declared((1000, 1_000_000), version, dtype))
    with pytest.raises(RecordingError, match=r"what its arrays voltage hold would take"):
        read_arrays(path, ("voltage",), RecordingError)


def test_a_small_archive_of_a_large_array_is_refused(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, voltage=np.zeros((1, 20_000_000), dtype=np.int8))
    assert path.stat().st_size < 100_000
    with pytest.raises(RecordingError, match=r"would take 160 MB of memory"):
        read_arrays(path, ("voltage",), RecordingError)


def test_several_arrays_count_together(tmp_path):
    path = tmp_path / "x.npz"
    part = np.zeros(5_000_000, dtype=np.int8)
    np.savez_compressed(path, voltage=part, current=part)
    assert len(read_arrays(path, ("voltage",), RecordingError)["voltage"]) == 5_000_000
    with pytest.raises(RecordingError, match=r"what its arrays voltage, current hold would"):
        read_arrays(path, ("voltage", "current"), RecordingError)


@pytest.mark.parametrize("content", [
    b"", b"\x93NUMPY", b"\x93NUMPX\x01\x00", b"\x93NUMPY\x09\x00", b"\x93NUMPY\x01\x00\xff",
    declared((2,), (2, 0), n_head=1 << 31), declared((3,)), declared("x"), declared((-1,)),
])  # fmt: skip
def test_damaged_arrays(tmp_path, content):
    archive(tmp_path / "x.npz", voltage=content)
    with pytest.raises(DAMAGED):
        read_arrays(tmp_path / "x.npz", ("voltage",), RecordingError)


def test_what_is_no_archive(tmp_path):
    stream = io.BytesIO()
    np.save(stream, np.ones(3))
    (tmp_path / "x.npz").write_bytes(stream.getvalue())
    with pytest.raises(ValueError, match=r"no zip archive"):
        read_arrays(tmp_path / "x.npz", ("voltage",), RecordingError)


def test_pickled_objects_are_not_read(tmp_path):
    np.savez(tmp_path / "x.npz", voltage=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match=r"allow_pickle=False"):
        read_arrays(tmp_path / "x.npz", ("voltage",), RecordingError)
