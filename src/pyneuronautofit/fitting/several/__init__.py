"""Several recordings of one cell in one fit."""

from pyneuronautofit.fitting.several.merging import merged as merged
from pyneuronautofit.fitting.several.shares import Share as Share
from pyneuronautofit.fitting.several.shares import shares_of as shares_of
from pyneuronautofit.fitting.several.words import recording_options as recording_options
from pyneuronautofit.fitting.several.words import recording_word as recording_word
from pyneuronautofit.fitting.several.words import split_word as split_word
