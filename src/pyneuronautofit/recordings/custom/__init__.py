"""Readers of somebody else: functions and classes of plug-ins, made safe to use."""

from pyneuronautofit.recordings.custom.functions import ReaderFunction as ReaderFunction
from pyneuronautofit.recordings.custom.functions import reader as reader
from pyneuronautofit.recordings.custom.readers import PluggedReader as PluggedReader
from pyneuronautofit.recordings.custom.readers import made_reader as made_reader
from pyneuronautofit.recordings.custom.readers import reader_of as reader_of
