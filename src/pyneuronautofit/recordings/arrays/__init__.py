"""Recordings as plain arrays: `.npz` and `.json`."""

from pyneuronautofit.recordings.arrays.json_ import JsonReader as JsonReader
from pyneuronautofit.recordings.arrays.npz import NpzReader as NpzReader
from pyneuronautofit.recordings.arrays.npz import write_npz as write_npz
