"""Words of a command line: numbers that programs can count with, and names that files can have."""

from __future__ import annotations

import contextlib
import os
from argparse import ArgumentTypeError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit._words import (
    LARGEST_WHOLE,
    FileWord,
    Use,
    real,
    text,
    unusable_name,
    whole,
    whole_range,
)

READ = FileWord(Use.READ)


def refusal(parse, word):
    with pytest.raises(ArgumentTypeError) as refused:
        parse(word)
    return str(refused.value)


@pytest.mark.parametrize(
    ("word", "number"),
    [("0", 0), ("-3", -3), ("+7", 7), (" 12 ", 12), (str(LARGEST_WHOLE), 2**63 - 1)],
)
def test_whole_numbers(word, number):
    assert whole(word) == number


@pytest.mark.parametrize("word", ["", "1.0", "1e3", "many", "0x10", "--", "1 2", "\u00b2"])
def test_what_is_no_whole_number(word):
    assert refusal(whole, word) == f"{word!r}: expected a whole number"


@pytest.mark.parametrize("word", [str(2**63), "-" + "9" * 20, "9" * 5000, "1" * 100_000])
def test_whole_numbers_that_nothing_can_hold(word):
    said = refusal(whole, word)
    assert said.endswith(f": expected a whole number of at most {2**63 - 1}")
    assert len(said) < 200


@pytest.mark.parametrize(("word", "number"), [("1", 1.0), ("-2.5e-3", -0.0025), (".5", 0.5)])
def test_numbers(word, number):
    assert real(word) == number


@pytest.mark.parametrize(
    "word", ["", "nan", "inf", "-inf", "Infinity", "1e999", "9" * 5000, "one", "--", "1,5"]
)
def test_what_is_no_finite_number(word):
    said = refusal(real, word)
    assert said.endswith(": expected a finite number")
    assert len(said) < 200


@given(st.text())
def test_any_text_is_a_number_or_refused(word):
    for parse, kind in ((whole, int), (real, float)):
        with contextlib.suppress(ArgumentTypeError):
            assert type(parse(word)) is kind


def test_texts_have_an_end():
    assert text("x" * 10_000) == "x" * 10_000
    assert "expected at most 10000 characters" in refusal(text, "x" * 10_001)


@pytest.mark.parametrize(
    "name", ["a", "a/b", "/", "x" * 255, "\u00b5" * 127, "a b", "-", "--", "."]
)
def test_names_of_files(name):
    assert READ(name) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "expected the name of a file"),
        ("a\0b", "cannot hold the character of the number 0"),
        ("x" * 256, "can have at most 255 bytes"),
        ("a/" + "x" * 300 + "/b", "can have at most 255 bytes"),
        ("\u00b5" * 128, "can have at most 255 bytes"),
        ("ab/" * 1500, "the path of a file can have at most 4095 bytes"),
        ("\ud800", "no file can be called like that"),
    ],
)
def test_names_that_no_file_can_have(name, said):
    assert said in refusal(READ, name)
    assert said in unusable_name(name)


@given(st.text(st.characters(exclude_characters="/"), min_size=1, max_size=300))
def test_the_file_system_agrees(name):
    usable = not unusable_name(name)
    try:
        os.stat(Path("/no-such-folder-at-all") / name)
    except FileNotFoundError:
        assert usable
    except (OSError, ValueError):
        assert not usable


def test_names_that_are_not_utf8():
    assert READ("\udcff" * 255) == "\udcff" * 255
    assert unusable_name("\udcff" * 256)


def test_what_may_be_a_literal_may_be_long():
    mask = FileWord(Use.READ, or_literal=True)
    assert mask("[" + "1, " * 1000 + "]")
    assert "at most 10000" in refusal(mask, "1" * 20_000)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("7", range(7, 8)), (" 3:12 ", range(3, 12)), ("5:5", range(5, 5)), ("9:2", range(9, 2)),
        ("", None), ("a", None), ("-1", None), ("1:", None), ("1:2:3", None), ("1.5", None),
    ],
)  # fmt: skip
def test_numbers_and_half_open_ranges(word, found):
    assert whole_range(word) == found


def test_a_range_of_numbers_that_nobody_can_count():
    with pytest.raises(ArgumentTypeError):
        whole_range("1:" + "9" * 40)
