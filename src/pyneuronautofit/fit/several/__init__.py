"""Several recordings of one cell in one fit."""

from pyneuronautofit.fit.several.merging import merged as merged
from pyneuronautofit.fit.several.shares import Share as Share
from pyneuronautofit.fit.several.shares import shares_of as shares_of
from pyneuronautofit.fit.several.words import recording_options as recording_options
from pyneuronautofit.fit.several.words import recording_word as recording_word
from pyneuronautofit.fit.several.words import split_word as split_word
