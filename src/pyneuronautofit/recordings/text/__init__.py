"""Recordings as columns of text: time, and voltage and current of every sweep."""

from pyneuronautofit.recordings.text.atf import AtfReader as AtfReader
from pyneuronautofit.recordings.text.csv_ import CsvReader as CsvReader
