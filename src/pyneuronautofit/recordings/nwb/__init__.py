"""Neurodata Without Borders: intracellular current clamp."""

from pyneuronautofit.recordings.nwb.reader import NwbReader as NwbReader
