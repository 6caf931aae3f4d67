"""HDF5 files that declare more than they hold, or whose content lies elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import read_recording
from pyneuronautofit.recordings.nwb import NwbReader

h5py = pytest.importorskip("h5py")
check_datasets = pytest.importorskip("pyneuronautofit.recordings.nwb.hdf5").check_datasets


def test_a_file_of_usual_size_passes(tmp_path):
    with h5py.File(tmp_path / "x.nwb", "w") as file:
        file["group/data"] = np.zeros(1000)
        file["nothing"] = h5py.Empty("f8")
        file["texts"] = ["a", "b"]
    check_datasets(tmp_path / "x.nwb")


@pytest.mark.parametrize("how", [
    {"chunks": (1 << 16,), "fillvalue": -0.07},
    {"chunks": (1 << 16,), "dtype": "i1"},
    {"chunks": (1,), "dtype": h5py.string_dtype()},
])  # fmt: skip
def test_what_is_only_declared_is_refused(tmp_path, how):
    path = tmp_path / "x.nwb"
    with h5py.File(path, "w") as file:
        file.create_dataset("acquisition/sweep/data", (500_000_000,), **{"dtype": "f8", **how})
    assert path.stat().st_size < 10_000
    with pytest.raises(RecordingError, match=r"dataset acquisition/sweep/data would take .* MB"):
        read_recording(path)


def test_what_compresses_to_nearly_nothing_is_refused(tmp_path):
    path = tmp_path / "x.nwb"
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=np.zeros(10_000_000, "i1"), compression="gzip")
    assert path.stat().st_size < 200_000
    with pytest.raises(RecordingError, match=r"the dataset data would take 80 MB"):
        check_datasets(path)


def test_content_of_other_files_is_not_read(tmp_path):
    path = tmp_path / "x.nwb"
    (tmp_path / "other").write_bytes(bytes(80))
    with h5py.File(path, "w") as file:
        file.create_dataset("data", (10,), "f8", external=[(str(tmp_path / "other"), 0, 80)])
    with pytest.raises(RecordingError, match=r"its part data lies in another file"):
        check_datasets(path)
    with h5py.File(path, "w") as file:
        layout = h5py.VirtualLayout((10,), "f8")
        layout[:] = h5py.VirtualSource("other.h5", "data", (10,))
        file.create_virtual_dataset("data", layout)
    with pytest.raises(RecordingError, match=r"its part data lies in another file"):
        check_datasets(path)
    with h5py.File(path, "w") as file:
        file["group/link"] = h5py.ExternalLink("/dev/stdin", "/data")
    with pytest.raises(RecordingError, match=r"its part link lies in another file"):
        NwbReader().read(path, None)
