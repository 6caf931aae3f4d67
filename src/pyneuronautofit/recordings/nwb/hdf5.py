"""What an HDF5 file declares, looked at before anything of it is read.

A dataset is stored in pieces, compressed or not at all where it has a value to be filled with, so
it can be of any size in a file of a few thousand bytes. It can also lie in other files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py

from pyneuronautofit._bounded import allowance_of
from pyneuronautofit._text import quoted
from pyneuronautofit.errors import RecordingError

_DOUBLE_BYTES = 8


def check_datasets(path: Path) -> None:
    """Refuse a file of which a dataset would take more memory than is allowed, or is elsewhere.

    Raises
    ------
    RecordingError
        If there is such a dataset.
    OSError, RuntimeError, ...
        What h5py raises of a file that is damaged.
    """
    allowed = allowance_of(path, None, RecordingError)

    def check(name: str, found: Any) -> None:
        if isinstance(found, h5py.Group):
            links = {key: found.get(key, getlink=True) for key in found}
            for key, link in links.items():
                if isinstance(link, h5py.ExternalLink):
                    raise _elsewhere(path, key)
        if not isinstance(found, h5py.Dataset):
            return
        if found.external is not None or found.is_virtual:
            raise _elsewhere(path, name)
        if found.shape is not None:
            n_bytes = int(found.size) * max(found.dtype.itemsize, _DOUBLE_BYTES)
            allowed.check(n_bytes, f"the dataset {name:.80}")

    with h5py.File(path, "r") as file:
        check("/", file)
        file.visititems(check)


def check_is_nwb(path: Path) -> None:
    """Refuse a file that is an HDF5 file, but no NWB 2.

    Raises
    ------
    RecordingError
        That says what it is instead.
    """
    with h5py.File(path, "r") as file:
        if "nwb_version" in file.attrs:
            return
        names = quoted(sorted(map(str, file)))
        if isinstance(file.get("nwb_version"), h5py.Dataset):
            raise RecordingError(
                f"{path}: an NWB 2 file was expected, but this is an NWB 1 file, whose layout "
                "pynwb does not read. Convert it, or write voltage, current and dt of the wanted "
                "sweeps to a .npz file."
            )
    raise RecordingError(
        f"{path}: an NWB file was expected, but this is another HDF5 file; it has {names}. Write "
        "voltage, current and dt of the wanted sweeps to a .npz file."
    )


def _elsewhere(path: Path, name: str) -> RecordingError:
    return RecordingError(
        f"{path}: its part {name:.80} lies in another file, and others are not read: they can be "
        "anything. Write the recording into a single file"
    )
