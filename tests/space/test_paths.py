import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import ModelError, ParameterError
from pyneuronautofit.space import ParameterPath
from space._made import SEEDED


class Mechanism:
    def __init__(self):
        self.gk_max = 0.1
        self.gna_max = 0.2

    def __str__(self):
        return "Cell.soma(0.5).TC_HH"

    def is_ion(self):
        return False


class Segment:
    def __init__(self):
        self.TC_HH = Mechanism()
        self.v = -70.0


class Section:
    """Calling it gives a segment; a position outside 0..1 is refused, as NEURON does."""

    def __init__(self):
        self.L = 100.0
        self.note = "thick"
        self.points = [1, 2]
        self.segments = {}

    def __call__(self, position):
        if not 0 <= position <= 1:
            raise ValueError("segment position range is 0 <= x <= 1")
        return self.segments.setdefault(position, Segment())

    def __str__(self):
        return "Cell.soma"

    def psection(self):
        return {}


class Cell:
    def __init__(self):
        self.soma = Section()
        self.dend = [Section(), Section()]
        self.scale = 1.0


@pytest.mark.parametrize(
    ("text", "steps", "attribute"),
    [
        ("soma.L", [("soma", None, None)], "L"),
        ("soma(0.5).TC_HH.gk_max", [("soma", None, 0.5), ("TC_HH", None, None)], "gk_max"),
        ("dend[12](1).pas.g", [("dend", 12, 1.0), ("pas", None, None)], "g"),
        ("dend[0].L", [("dend", 0, None)], "L"),
        ("a(1e-1).b", [("a", None, 0.1)], "b"),
        ("_a._b1", [("_a", None, None)], "_b1"),
    ],
)
def test_parse(text, steps, attribute):
    path = ParameterPath.parse(text)
    assert [(step.name, step.index, step.position) for step in path.steps] == steps
    assert (path.attribute, path.text) == (attribute, text)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", r"'' is not a parameter path \(column 1\): expected names joined by dots"),
        ("soma.", r"'soma\.' is not a parameter path \(column 6\)"),
        (".L", r"\(column 1\)"),
        ("soma..L", r"\(column 6\)"),
        ("1soma.L", r"\(column 1\)"),
        (" soma.L", r"\(column 1\)"),
        ("soma L", "expected a dot at column 5, found ' '"),
        ("soma.L ", "expected a dot at column 7, found ' '"),
        ("soma(0.5.L", r"expected a dot at column 5, found '\('"),
        ("dend[-1].L", r"expected a dot at column 5, found '\['"),
        ("dend[0][1].L", r"expected a dot at column 8, found '\['"),
        ("soma(x).L", r"expected a dot at column 5, found '\('"),
        ("soma.L=3", "expected a dot at column 7, found '='"),
        ("soma(0.5.1).L", r"has a position that is no number: '0\.5\.1'"),
        ("soma", r"'soma' names no section: expected a path.*soma\.L"),
        ("soma(0.5)", r"'soma\(0\.5\)' ends in an index or a position.*soma\(0\.5\)\.pas\.g"),
        ("soma.dend[3]", r"'soma\.dend\[3\]' ends in an index or a position"),
        ("__import__('os').x", "expected a dot at column 11"),
    ],
)
def test_refused(text, match):
    with pytest.raises(ParameterError, match=match):
        ParameterPath.parse(text)


_NAMES = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_]{0,6}\Z")
_INDICES = st.one_of(st.just(""), st.integers(0, 99).map(lambda i: f"[{i}]"))
_POSITIONS = st.one_of(st.just(""), st.floats(0, 1).map(lambda x: f"({x})"))


@SEEDED
@given(st.lists(st.tuples(_NAMES, _INDICES, _POSITIONS), min_size=1, max_size=4), _NAMES)
def test_parsing_loses_nothing(steps, attribute):
    text = ".".join(["".join(step) for step in steps] + [attribute])
    path = ParameterPath.parse(text)
    spelt = [
        step.name
        + ("" if step.index is None else f"[{step.index}]")
        + ("" if step.position is None else f"({step.position})")
        for step in path.steps
    ]
    assert ".".join([*spelt, path.attribute]) == text
    assert pickle.loads(pickle.dumps(path)) == path


@SEEDED
@given(st.one_of(st.text(max_size=12), st.text("ab.()[]0159e+-", max_size=12)))
def test_any_text_is_a_path_or_a_parameter_error(text):
    try:
        path = ParameterPath.parse(text)
    except ParameterError as error:
        assert repr(text) in str(error)  # noqa: PT017
    else:
        assert path.text == text
        assert path.steps


@pytest.mark.parametrize(
    "text", ["soma.L", "soma(0.5).v", "soma(0.5).TC_HH.gk_max", "dend[1].L", "dend[0](0.1).v"]
)
def test_set_and_get(text):
    cell, path = Cell(), ParameterPath.parse(text)
    before = path.get(cell)
    path.set(cell, before + 1.5)
    assert path.get(cell) == before + 1.5


def test_set_changes_one_place_only():
    cell = Cell()
    ParameterPath.parse("dend[1](0.5).TC_HH.gk_max").set(cell, 7.0)
    assert cell.dend[1](0.5).TC_HH.gk_max == 7.0
    assert cell.dend[1](0.4).TC_HH.gk_max == 0.1
    assert cell.dend[0](0.5).TC_HH.gk_max == 0.1


NOWHERE = [
    ("som.L", "the cell class Cell has no 'som'; did you mean 'soma'?"),
    ("soma(0.5).TC_HH.gk_Mx", "the mechanism TC_HH has no 'gk_Mx'; did you mean 'gk_max'?"),
    ("soma(0.5).TCHH.g", "the segment"),
    ("soma.TC_Hh.x", "the section soma has no 'TC_Hh'; did you mean 'TC_HH'?"),
    ("soma(0.5).TC_HH.qqqqq", "has no 'qqqqq'; it has gk_max, gna_max."),
    ("soma(7).v", "cannot be followed at 'soma': segment position range"),
    ("dend[2].L", "cannot be followed at 'dend': list index out of range"),
    ("soma[0].L", "cannot be followed at 'soma': 'Section' object is not subscriptable"),
    ("dend(0.5).v", "cannot be followed at 'dend': 'list' object is not callable"),
]


@pytest.mark.parametrize(("text", "message"), NOWHERE)
@pytest.mark.parametrize("action", ["set", "get"])
def test_a_path_that_leads_nowhere(text, message, action):
    path, cell = ParameterPath.parse(text), Cell()
    arguments = (cell, 1.0) if action == "set" else (cell,)
    with pytest.raises(ModelError, match=re.escape(message)) as caught:
        getattr(path, action)(*arguments)
    assert repr(text) in str(caught.value)


def test_a_misspelt_name_makes_no_new_attribute():
    cell = Cell()
    with pytest.raises(ModelError, match="Correct the name, or insert the mechanism"):
        ParameterPath.parse("soma.l").set(cell, 3.0)
    assert not hasattr(cell.soma, "l")
    assert cell.soma.L == 100.0


@pytest.mark.parametrize(
    ("text", "kind"),
    [("soma.points", "list"), ("soma.note", "str"), ("soma(0.5).TC_HH", "Mechanism")],
)
def test_get_something_that_is_no_number(text, kind):
    path = ParameterPath.parse(text)
    with pytest.raises(
        ModelError, match=rf"'{re.escape(text)}' leads to .* no.* number \({kind}\)"
    ):
        path.get(Cell())
