import pytest

from pyneuronautofit._text import clock_time, nearest, quoted, shortened


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
