"""What was changed after it was defined does not travel as if it had not been."""

from __future__ import annotations

import sys

import pytest

from library.defined import defined, defined_by_statements, executed
from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source import gather

BASE = "class Base:\n    L = 3\n    def setcable(self): return self.L\n"
CELL = "class C:\n    def setcable(self): pass\n"
#: What was done after the class, and what of it is looked at: it goes along.
CHANGED = {
    "an attribute": ("class C:\n    L = 20\n    def setcable(self): pass\nC.L = 40", "L"),
    "an attribute more": (f"{CELL}C.M = 1", "M"),
    "an attribute of a base": (f"{BASE}class C(Base): pass\nBase.L = 9", "L"),
    "what an attribute was made from": (
        "X = 20\nclass C:\n    L = X * 2\n    def setcable(self): pass\nX = 30",
        "L",
    ),
    "a condition": (
        f"{BASE}if False:\n    class C(Base): L = 10\nelse:\n    class C(Base): L = 99\n",
        "L",
    ),
}
REFUSED = {
    "an attribute less": (
        "class C:\n    L = 1\n    def setcable(self): pass\ndel C.L",
        "C lacks L, which its source has",
    ),
    "a method": (
        f"{CELL}def other(self): return 1\nC.setcable = other",
        "not what its source|its source is not known",
    ),
    "a method of its name": (
        f"{CELL}def other():\n    def setcable(self): return 1\n    return setcable\n"
        "C.setcable = other()",
        "not what its source|its source is not known",
    ),
    "a base that was defined again": (
        f"{BASE}class C(Base):\n    def setcable(self): return 1\n{BASE.replace('3', '4')}",
        "Base was defined again after C, whose base it was",
    ),
    "something that cannot be written": (f"{CELL}C.M = object()", r"C\.M was set after its class"),
}


@pytest.mark.parametrize("define", [defined, defined_by_statements])
@pytest.mark.parametrize("what", CHANGED)
def test_what_was_changed_goes_along(what, define):
    text, attribute = CHANGED[what]
    thing = define(text)["C"]
    made = executed(gather({"C": thing}).text)["C"]
    assert getattr(made, attribute) == getattr(thing, attribute)


@pytest.mark.parametrize("define", [defined, defined_by_statements])
def test_a_default_is_what_it_was_then(define):
    text = "Y = 20\nclass C:\n    def setcable(self, L=Y, *, M=Y): return L, M\nY = 50"
    made = executed(gather({"C": define(text)["C"]}).text)["C"]
    assert made().setcable() == (20, 20)


@pytest.mark.parametrize("define", [defined, defined_by_statements])
@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_written_is_refused(what, define):
    text, said = REFUSED[what]
    thing = define(text)["C"]
    with pytest.raises(UsageError, match=said):
        gather({"C": thing})


def test_nothing_is_executed_to_find_out(capsys):
    names = defined("class C:\n    print('made')\n    def setcable(self): pass\n")
    assert capsys.readouterr().out == "made\n"
    gather({"C": names["C"]})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("define", [defined, defined_by_statements])
def test_a_class_without_functions_is_the_newest_one(define):
    names = define(f"{BASE}class C(Base): L = 1\nclass C(Base): L = 2")
    assert executed(gather({"C": names["C"]}).text)["C"]().setcable() == 2


def test_what_is_not_changed_travels():
    names = defined(
        """
        import dataclasses
        from functools import cached_property
        @dataclasses.dataclass
        class Shape:
            L: float = 20.0
            names: list = dataclasses.field(default_factory=list)
        class C:
            shape = Shape(3.0)
            weights = {"a": [1, 2]}
            @property
            def size(self): return self.shape.L
            @size.setter
            def size(self, value): pass
            @cached_property
            def later(self): return 1
            @staticmethod
            def known(x=(1, 2)): return x
            @classmethod
            def made(cls): return cls()
            def setcable(self, *, scale=2.5): return scale
        """
    )
    made = executed(gather({"C": names["C"]}).text)["C"]
    assert (made().size, made.known(), made().setcable()) == (3.0, (1, 2), 2.5)


def test_texts_within_an_indented_function_stay_as_they_are():
    text = (
        'if True:\n    def make(nid=None):\n        text = """\n          two\n    one\n"""\n'
        "        return text\n"
    )
    made = defined(text)["make"]
    assert executed(gather({"make": made}).text)["make"]() == made() == "\n          two\n    one\n"


def test_a_module_that_was_changed_since_it_was_imported_is_refused(tmp_path, monkeypatch):
    for name, first, then in (
        ("own_one", "def f(): return 41\n", "def f(): return 42\n"),
        ("own_two", "L = 41\ndef f(): return L\n", "L = 42\ndef f(): return L\n"),
    ):
        (tmp_path / f"{name}.py").write_text(first)
        monkeypatch.syspath_prepend(str(tmp_path))
        names = defined(f"import {name}\ndef cell(nid=None): return {name}.f()\n")
        gather({"cell": names["cell"]})
        (tmp_path / f"{name}.py").write_text(then)
        with pytest.raises(UsageError, match=rf"{name}\.\w is not what its file .* says"):
            gather({"cell": names["cell"]})
        sys.modules.pop(name)


def test_modules_that_are_imported_where_they_are_used_go_along(tmp_path, monkeypatch):
    (tmp_path / "own_late.py").write_text("VALUE = 8\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    names = defined("def cell(nid=None):\n    import own_late\n    return own_late.VALUE\n")
    assert list(gather({"cell": names["cell"]}).files) == ["own_late.py"]
    sys.modules.pop("own_late", None)


def test_an_alias_of_what_is_imported():
    names = defined("from neuron import h as hoc\ndef cell(nid=None): return hoc.Section\n")
    assert "from neuron import h as hoc" in gather({"cell": names["cell"]}).text


def test_values_without_an_end_are_refused():
    names = defined("loop = {}\nloop[1] = loop\ndef cell(nid=None): return loop\n")
    with pytest.raises(UsageError, match="cell uses loop, a dict"):
        gather({"cell": names["cell"]})
