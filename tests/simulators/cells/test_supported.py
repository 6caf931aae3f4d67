"""What the batch simulator leaves to NEURON: it says file, line, construct, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.schemes.test_fixed_step import ion
from codegen.written import read
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.codegen.schemes.fixed_step import build_program
from pyneuronautofit.errors import UnsupportedModel

MODS = Path(__file__).with_name("mods_refused")
#: File -> the construct, as it stands in the line that is named, and the reason.
REFUSED = {
    "after": (
        "AFTER BREAKPOINT",
        "NEURON has no such block, but BEFORE BREAKPOINT, AFTER SOLVE, "
        "BEFORE STEP, BEFORE INITIAL, AFTER INITIAL",
    ),
    "artificial_cell": ("ARTIFICIAL_CELL", "it is no membrane"),
    "bbcorepointer": ("BBCOREPOINTER", ""),
    "derivimplicit_nonlinear": ("DERIVATIVE state", "its equations are not linear in its states"),
    "electrode": ("ELECTRODE_CURRENT", ""),
    "discrete": ("DISCRETE", ""),
    "function_table": ("FUNCTION_TABLE open", "a table with several arguments"),
    "lag": ("LAG", ""),
    "kinetic_nonlinear": ("KINETIC binding", "its equations are not linear in its states"),
    "nonlinear": ("NONLINEAR", ""),
    "pointer": ("POINTER", ""),
    "random": ("RANDOM", ""),
    "verbatim": ("VERBATIM", "its C may do anything: _llimited = _lx > 50. ? 50. : _lx;"),
    "undeclared": ("counted", "the file does not declare it"),
    "while_unbounded": ("WHILE", "its number of turns is known only in the simulation"),
}


def _program(mechanism):
    ions = tuple(ion(used.name) for used in mechanism.ions)
    kind = NodeKind((mechanism.suffix,), ions)
    return build_program(kind, {mechanism.suffix: mechanism}, single=False)


def test_there_is_an_entry_for_every_file():
    assert {path.stem for path in MODS.glob("*.mod")} == set(REFUSED)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_files_are_refused(name):
    path = MODS / f"{name}.mod"
    construct, reason = REFUSED[name]
    line = next(
        number
        for number, text in enumerate(path.read_text().splitlines(), 1)
        if text.strip().startswith(construct)
    )
    with pytest.raises(UnsupportedModel) as caught:
        _program(read_mechanism(path))
    why = f" ({reason})" if reason else ""
    assert str(caught.value) == (
        f"{path}, line {line}: {construct} cannot be simulated by --simulator batch{why}. "
        "Use --simulator neuron for this model, or rewrite the channel without it."
    )


TEXTS = [
    # What follows is not executed, and a FUNCTION has another value.
    (
        "BREAKPOINT { p() }\nASSIGNED { a }\nPROCEDURE p() {\n IF (v > 0) {\nVERBATIM\nreturn 0;\n"
        "ENDVERBATIM\n}\n a = 1 }",
        6,
        "VERBATIM",
        "",
    ),
    (
        "BREAKPOINT { a = f() }\nASSIGNED { a }\nFUNCTION f() {\n f = 1\nVERBATIM\nreturn 0;\n"
        "ENDVERBATIM\n}",
        6,
        "VERBATIM",
        "",
    ),
    ("CONSTRUCTOR { a = 1 }", 2, "CONSTRUCTOR", "a block that is not known here"),
    ("VERBATIM\n/* no */\nENDVERBATIM\nVERBATIM\n#define n m\nENDVERBATIM", 5, "VERBATIM", ""),
    (
        "BREAKPOINT {\n IF (v > 0) {\n SOLVE s METHOD cnexp\n }\n i = 0 }\n"
        "DERIVATIVE s { m' = 1 }\nSTATE { m }",
        4,
        "SOLVE s",
        "inside of IF or ELSE",
    ),
    (
        "BREAKPOINT { p() }\nPROCEDURE p() {\nVERBATIM\n/* no */\nENDVERBATIM\nVERBATIM\nint n;\n"
        "ENDVERBATIM\n}",
        7,
        "VERBATIM",
        "",
    ),
    (
        "STATE { x }\nBREAKPOINT { SOLVE k METHOD sparse }\nKINETIC k {\n ~ y <-> z (1, 1)\n"
        " IF (v > 0) {\n COMPARTMENT 2 { x }\n }\n}",
        7,
        "COMPARTMENT",
        "inside of IF or ELSE",
    ),
]


@pytest.mark.parametrize(("text", "line", "construct", "reason"), TEXTS)
def test_the_line_is_that_of_the_construct(tmp_path, text, line, construct, reason):
    with pytest.raises(UnsupportedModel) as caught:
        _program(read(tmp_path, text))
    why = f" ({reason}" if reason else "."
    start = f"{tmp_path / 'written.mod'}, line {line}: {construct} cannot be simulated"
    assert str(caught.value).startswith(start)
    assert why in str(caught.value)
