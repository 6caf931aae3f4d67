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


# --- many places


class ManyCell:
    def __init__(self):
        self.soma = [Section()]
        self.dend = [Section() for _number in range(5)]
        self.one = Section()


class ListedSection(Section):
    """Going through it gives its segments, as of NEURON."""

    def __init__(self, count):
        super().__init__()
        self.count = count

    def __iter__(self):
        for place in range(self.count):
            segment = self((place + 0.5) / self.count)
            segment.x = (place + 0.5) / self.count
            yield segment


def with_segments(*counts):
    cell = ManyCell()
    cell.dend = [ListedSection(count) for count in counts]
    return cell


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("dend[*].L", [0, 1, 2, 3, 4]),
        ("dend[1:3].L", [1, 2]),
        ("dend[3:].L", [3, 4]),
        ("dend[:2].L", [0, 1]),
        ("dend[4,0].L", [0, 4]),
    ],
)
def test_some_sections_of_a_list(text, changed):
    cell = ManyCell()
    path = ParameterPath.parse(text)
    assert path.is_many
    path.set(cell, 7.0)
    assert [place for place, section in enumerate(cell.dend) if section.L == 7.0] == changed
    assert path.get(cell) == 7.0


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("dend[*](*).v", [[1.0], [1.0, 1.0, 1.0, 1.0]]),
        ("dend[*](0.3:0.7).v", [[1.0], [-70.0, 1.0, 1.0, -70.0]]),
        ("dend[*](:0.5).v", [[1.0], [1.0, 1.0, -70.0, -70.0]]),
        ("dend[1](0.6:).v", [[-70.0], [-70.0, -70.0, 1.0, 1.0]]),
    ],
)
def test_segments_of_sections(text, values):
    cell = with_segments(1, 4)
    ParameterPath.parse(text).set(cell, 1.0)
    assert [[segment.v for segment in section] for section in cell.dend] == values


def test_factors_are_one_for_each_place():
    cell = with_segments(1, 2)
    path = ParameterPath.parse("dend[*](*).TC_HH.gk_max")
    path.set(cell, 2.0, [1.0, 10.0, 100.0])
    found = [segment.TC_HH.gk_max for section in cell.dend for segment in section]
    assert found == [2.0, 20.0, 200.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dend[9:].L", "leads to nothing"),
        ("dend[*](0.9:0.1).v", "leads to nothing"),
        ("one[*].L", "it is one section, and no list of them; write (*)"),
        ("dend[*].TC.g", "no 'TC'"),
        ("soma(*).v", "a range of positions needs a section"),
    ],
)
def test_what_leads_nowhere(text, message):
    cell = with_segments(1, 2)
    with pytest.raises(ModelError, match=re.escape(message)):
        ParameterPath.parse(text).set(cell, 1.0)


def test_one_of_many_that_lacks_the_number_is_named():
    cell = ManyCell()
    del cell.dend[3].L
    with pytest.raises(ModelError, match=r"section soma \(one of 5 that it leads to\) has no 'L'"):
        ParameterPath.parse("dend[*].L").set(cell, 1.0)


@pytest.mark.parametrize("text", ["a[*", "a[].b", "a[1:2:3].b", "a[-1].b", "a(**).b", "a[*]"])
def test_what_is_no_path_to_many(text):
    with pytest.raises(ParameterError):
        ParameterPath.parse(text)


class _Iterable(Segment):
    """A segment of which the mechanisms can be gone through, as of NEURON's."""

    def __init__(self):
        super().__init__()
        self.gna_max_TC_HH = 0.2

    def __iter__(self):
        self.TC_HH.__class__.__str__ = lambda _self: "TC_HH"
        return iter([self.TC_HH])


_Iterable.__name__ = "Segment"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dend.L", "names 'L' of a list of 2; write [*]"),
        ("dend[7].L", "list index out of range; it has 2"),
        ("soma.TC_HH.gna_max", "names 'TC_HH' of a section, which is of its segments; write (0.5)"),
        ("soma.gna_mx_TC_HH", "did you mean 'gna_max_TC_HH'?"),
    ],
)
def test_what_is_meant_is_said(monkeypatch, text, message):
    monkeypatch.setattr(Mechanism, "__str__", Mechanism.__str__)  # set back afterwards
    cell = Cell()
    cell.soma.segments[0.5] = _Iterable()
    with pytest.raises(ModelError, match=re.escape(message)):
        ParameterPath.parse(text).get(cell)


def test_a_cell_is_left_out_of_the_name_of_its_sections():
    section = Section()
    section.__class__ = type("Section", (Section,), {"__str__": lambda _self: _PRINTED})
    cell = Cell()
    cell.soma = section
    with pytest.raises(ModelError, match=r"the section apic\[0\] has no 'none'"):
        ParameterPath.parse("soma.none").get(cell)


_PRINTED = "<fitmeneuron.Cell object at 0x7f649101a250>.apic[0]"


def test_a_path_may_name_a_cell():
    path = ParameterPath.parse("soma(0.5).hh.gl@young-2")
    assert (path.text, path.plain, path.cell) == (
        "soma(0.5).hh.gl@young-2", "soma(0.5).hh.gl", "young-2",
    )  # fmt: skip
    plain = ParameterPath.parse("soma(0.5).hh.gl")
    assert (plain.steps, plain.attribute) == (path.steps, path.attribute)
    assert (plain.plain, plain.cell) == (plain.text, "")


@pytest.mark.parametrize("text", ["soma.L@", "soma.L@a b", "soma.L@a.b", "soma.L@" + 41 * "a"])
def test_what_is_no_name_of_a_cell(text):
    with pytest.raises(ParameterError, match=r"behind its @: expected the name of a cell, which"):
        ParameterPath.parse(text)
