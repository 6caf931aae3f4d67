import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit._text import (
    clock_time,
    listed_numbers,
    nearest,
    printable,
    quoted,
    shortened,
    told,
    writable,
)


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("gk_mx", ["gna_max", "gk_max", "vtraub"], "gk_max"),
        ("GK_MAX", ["gk_max"], "gk_max"),
        ("gk_max", ["Gk_Max"], "Gk_Max"),
        ("zzz", ["gk_max", "vtraub"], None),
        ("a", [], None),
    ],
)
def test_nearest(word, known, expected):
    assert nearest(word, known) == expected


def test_nearest_takes_an_iterator():
    assert nearest("som", iter(["axon", "soma"])) == "soma"


@pytest.mark.parametrize(
    ("names", "most", "expected"),
    [
        ([], 12, "none"),
        (["a"], 12, "a"),
        (["a", "b"], 2, "a, b"),
        (["a", "b", "c"], 2, "a, b, ... (3 in all)"),
    ],
)
def test_quoted(names, most, expected):
    assert quoted(iter(names), most) == expected


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0:00:00"),
        (3661.4, "1:01:01"),
        (90_000, "1 day, 1:00:00"),
        (1e12, "more than a century"),
        (1e300, "more than a century"),
        (float("inf"), "more than a century"),
    ],
)
def test_times(seconds, said):
    assert clock_time(seconds) == said


def test_long_texts_are_shown_with_both_ends():
    assert shortened("x" * 60) == "x" * 60
    text = "begin" + "-" * 5000 + "end"
    assert shortened(text) == f"begin{'-' * 35}...{'-' * 7}end (5008 characters)"


@pytest.mark.parametrize(("text", "expected"), [
    ("a\tb\nc", "a\tb\nc"),
    ("\x1b[2J", r"\u001b[2J"),
    ("\x9b31m\x7f\0\r", r"\u009b31m\u007f\u0000\u000d"),
    ("a\u202eb\u2066c\u200f", r"a\u202eb\u2066c\u200f"),
    ("\u2028\u2029\x85\x0b\x0c", r"\u2028\u2029\u0085\u000b\u000c"),
    ("caf\udce9", r"caf\udce9"),
    ("µV é 漢字 \N{PARTY POPPER} n\u0303", "µV é 漢字 \N{PARTY POPPER} n\u0303"),
    ("a\u200cb\u200dc", "a\u200cb\u200dc"),  # joiners are parts of words
])  # fmt: skip
def test_what_is_no_text_is_spelt(text, expected):
    assert printable(text) == expected
    assert printable(printable(text)) == expected


def test_a_line_stays_a_line():
    assert printable("a\tb\nc\x1b", in_a_line=True) == r"a\tb\nc\u001b"


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_nothing_that_a_terminal_obeys_is_left(text):
    for in_a_line, allowed in ((False, "\n\t"), (True, "")):
        found = printable(text, in_a_line=in_a_line)
        found.encode("utf-8")
        kinds = {unicodedata.category(c) for c in found if c not in allowed}
        assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
        bidirectional = {unicodedata.bidirectional(c) for c in found}
        assert not bidirectional & {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.recursive(
    st.none() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
))  # fmt: skip
def test_json_stays_the_same_json(value):
    assert json.loads(printable(json.dumps(value, ensure_ascii=False, indent=1))) == value


def test_numbers_in_a_row_are_listed_as_ranges():
    assert listed_numbers([0, 7, 8, 9, 11]) == "0, 7-9, 11"
    assert listed_numbers([3]) == "3"
    assert listed_numbers([]) == ""


def test_what_can_be_written():
    value = {"a\udcff": ("é\udc80", ["b", 3, None]), "c": 1.5}
    assert writable(value) == {r"a\udcff": [r"é\udc80", ["b", 3, None]], "c": 1.5}
    array = object()
    assert writable([array])[0] is array


def test_an_error_of_others_is_told_in_a_line():
    assert told(KeyError("a\n  long   story")) == "KeyError: 'a\\n long story'"
    assert told(ValueError("two\n  lines")) == "ValueError: two lines"
    assert told(SystemExit()) == "SystemExit: no message"


def test_whatever_they_do_with_it():
    class Silent(BaseException):
        def __str__(self):
            raise KeyboardInterrupt

    assert told(Silent()) == "Silent: what it says cannot be said"
    long = told(type("X" * 5_000_000, (Exception,), {})("y " * 5_000_000))
    assert len(long) < 2200
    assert long.startswith("X" * 40)
    assert long.endswith(" (10000000 characters)")
