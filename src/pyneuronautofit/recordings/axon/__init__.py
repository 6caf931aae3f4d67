"""Axon Binary Format, both versions: the reader."""

from pyneuronautofit.recordings.axon.reader import AbfReader as AbfReader
