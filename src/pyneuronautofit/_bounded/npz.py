"""NumPy archives: arrays are read when it is known how large they are."""

from __future__ import annotations

import io
import math
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._bounded.opening import open_input
from pyneuronautofit._bounded.sizes import allowance_of
from pyneuronautofit.errors import PyNeuronAutofitError

#: What NumPy and the zip reader raise for a damaged archive, for something else, or for pickled
#: objects.
DAMAGED = (
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    RuntimeError,  # an unknown compression (NotImplementedError), or a password
    MemoryError,
    OSError,
    EOFError,
    SyntaxError,
    tokenize.TokenError,  # the header of an array is a Python literal
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

_MAGIC = b"\x93NUMPY"
# The length of the header that follows has two bytes in the first version, and four in later ones.
_LENGTHS = {1: "<H", 2: "<I", 3: "<I"}
_LONGEST_HEADER = 10_000
_DOUBLE_BYTES = 8


def read_arrays(
    path: Path, wanted: Collection[str], error: type[PyNeuronAutofitError]
) -> dict[str, Any]:
    """Return the wanted arrays of a NumPy archive; others are named, but not read: None.

    Raises
    ------
    PyNeuronAutofitError
        Of the class `error`: if they would take more memory than is allowed.
    Exception
        One of `DAMAGED`, if it cannot be read.
    """
    with warnings.catch_warnings(), open_input(path) as stream:
        # NumPy warns of headers that Python 2 wrote; they are read all the same.
        warnings.simplefilter("ignore")
        if not zipfile.is_zipfile(stream):
            raise ValueError("it is no zip archive")
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            members = {name.removesuffix(".npy"): name for name in archive.namelist()}
            chosen = {key: members[key] for key in wanted if key in members}
            n_bytes = sum(_bytes_of(archive, member) for member in chosen.values())
            allowance_of(path, None, error).check(
                n_bytes, f"what its arrays {_listed(chosen)} hold"
            )
            # Pickled objects can run code when they are read.
            read = {key: _read(archive, member) for key, member in chosen.items()}
    return {key: read.get(key) for key in members}


def _listed(chosen: Collection[str]) -> str:
    return ", ".join(chosen)


def _read(archive: zipfile.ZipFile, member: str) -> Any:
    with archive.open(member) as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _bytes_of(archive: zipfile.ZipFile, member: str) -> int:
    """Return how much memory an array takes as it is declared, where its numbers are doubles."""
    with archive.open(member) as stream:
        head = stream.read(len(_MAGIC) + 2)
        if not head.startswith(_MAGIC) or len(head) != len(_MAGIC) + 2:
            raise ValueError(f"{member} is no array")
        form = _LENGTHS.get(head[-2])
        if form is None:
            raise ValueError(f"{member} is an array of the unknown version {head[-2]}")
        length = stream.read(struct.calcsize(form))
        (n_head,) = struct.unpack(form, length)
        if n_head > _LONGEST_HEADER:
            raise ValueError(f"the header of {member} has {n_head} bytes")
        header = io.BytesIO(length + stream.read(n_head))
    readers = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
    # The third version differs from the second in the coding of names that numbers do not have.
    shape, _is_fortran, dtype = readers[min(head[-2], 2)](header)
    return math.prod(shape) * max(dtype.itemsize, _DOUBLE_BYTES)
