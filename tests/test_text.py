import pytest

from pyneuronautofit._text import nearest, quoted


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
