"""Functions as readers."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings import ChannelChoice
from pyneuronautofit.recordings.custom import functions
from pyneuronautofit.recordings.custom.functions import reader


def test_the_examples():
    assert doctest.testmod(functions, extraglobs={"np": np}).failed == 0


def test_a_function_reads():
    @reader(".dat", ".bin", name="ours", signature=b"OUR")
    def read(path):
        return path.name

    assert (read.name, read.suffixes) == ("ours", (".dat", ".bin"))
    assert read.recognises(b"OURS")
    assert not read.recognises(b"THEIRS")
    assert read(Path("a/b.dat")) == read.read(Path("a/b.dat"), ChannelChoice()) == "b.dat"


def test_without_a_signature_the_ending_decides():
    read = reader(".dat")(lambda path: path)
    assert not read.recognises(b"")
    assert read.name == "<lambda>"


@pytest.mark.parametrize("suffixes", [(), ("dat",), (".DAT",), (".dat", "bin")])
def test_endings_that_are_none(suffixes):
    with pytest.raises(UsageError, match="expected endings of files in lower case, with the dot"):
        reader(*suffixes)
