"""In which lines keys stand."""

from __future__ import annotations

import pytest

from pyneuronautofit.cli.runfile.lines import lines_of_keys

TEXT = """# a comment = 1
one = 1

[table]   # [other]
two = '''
three = 3
'''
"four five" = [
    1,

    2,
]
a.b = 1
seven = { x = 1, y = { z = 2 } }

[deep."er"]
eight = "[no]"
"""


def test_every_key_has_its_line():
    assert lines_of_keys(TEXT) == {
        ("one",): 2,
        ("table",): 4,
        ("table", "two"): 5,
        ("table", "four five"): 8,
        ("table", "a"): 13,
        ("table", "a", "b"): 13,
        ("table", "seven"): 14,
        ("table", "seven", "x"): 14,
        ("table", "seven", "y"): 14,
        ("table", "seven", "y", "z"): 14,
        ("deep", "er"): 16,
        ("deep", "er", "eight"): 17,
    }


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n"])
def test_nothing_has_no_line(text):
    assert lines_of_keys(text) == {}


def test_statements_of_any_length_do_not_take_for_ever():
    long = "one = [\n" + "1,\n" * 20_000 + "]\ntwo = 2\n"
    assert lines_of_keys(f"zero = 0\n{long}") == {("zero",): 1}
