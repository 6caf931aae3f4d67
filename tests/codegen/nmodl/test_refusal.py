"""Where a construct stands in its file, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.codegen.nmodl.refusal import line_of, refusal
from pyneuronautofit.errors import UnsupportedModel

SOURCE = """\
TITLE with a POINTER
: POINTER
COMMENT
POINTER
ENDCOMMENT
? POINTER
NEURON { POINTERS x
POINTER y }
SOLVE   a
  METHOD cnexp
m'=1 FROM i = 0 TO x
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("POINTER", 8),
        ("NEURON", 7),
        ("SOLVE a", 9),
        ("METHOD cnexp", 10),
        ("m'", 11),
        ("FROM i =", 11),
        ("VERBATIM", None),
        # Words, not parts of them.
        ("OINTER", None),
        ("POINTE", None),
        ("SOLVE a METHOD", 9),
    ],
)
def test_lines_are_found_in_code_not_in_comments(text, line):
    assert line_of(SOURCE, text) == line


def test_what_means_something_to_a_search_means_itself():
    assert line_of("a = 1\nb = f(x)\nc = f[x]\n", "f[") == 3
    assert line_of("a = 1\nb = f(x)\nc = f[x]\n", "f(x)") == 2


PATH = Path("mods") / "channel.mod"
ADVICE = "Use --simulator neuron for this model, or rewrite the channel without it."


@pytest.mark.parametrize(
    ("construct", "more", "said"),
    [
        ("POINTER", {}, ", line 8: POINTER cannot be simulated by --simulator batch. "),
        ("x = 1", {"place": "m'"}, ", line 11: x = 1 cannot be simulated by --simulator batch. "),
        ("VERBATIM", {}, ": VERBATIM cannot be simulated by --simulator batch. "),
        (
            "NEURON",
            {"reason": "no SUFFIX"},
            ", line 7: NEURON cannot be simulated by --simulator batch (no SUFFIX). ",
        ),
    ],
)
def test_it_is_said_what_where_why_and_what_to_do(construct, more, said):
    error = refusal(PATH, SOURCE, construct, **more)
    assert isinstance(error, UnsupportedModel)
    assert str(error) == f"{PATH}{said}{ADVICE}"
