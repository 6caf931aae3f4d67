"""The source of a class is what it is now, or it is refused with the reason."""

from __future__ import annotations

import linecache

import pytest

from library.defined import defined, defined_by_statements
from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source.definition import definition_of

CELL = """
    import math as m
    from functools import cached_property
    LENGTH = 20
    def mixed_in(kind):
        return kind

    @mixed_in
    class Cell:
        '''A cell.'''
        area = m.pi
        def __init__(self, nid=None, scale=LENGTH):
            self.length = scale * helper(3)
            self.parts = [unit(part) for part in range(2)]
        @property
        def size(self):
            return self.length + len(self.parts)
        @staticmethod
        def known():
            return OTHER
        @cached_property
        def later(self):
            return LATER
        def setcable(self):
            super().__init__()
            def inner():
                return INNER
            length = 3
            return inner
    helper = unit = abs
    OTHER = LATER = INNER = 1
    length = 5
"""


def test_a_class_with_its_decorators_and_all_that_it_uses():
    names = defined(CELL)
    found = definition_of(names["Cell"])
    assert found.name == "Cell"
    assert found.source.startswith("@mixed_in\nclass Cell:\n    '''A cell.'''")
    assert found.source.rstrip().endswith("return inner")
    assert found.uses == {
        "mixed_in", "m", "LENGTH", "helper", "unit", "OTHER", "INNER", "cached_property",
        "LATER",
    }  # fmt: skip
    assert found.namespace["LENGTH"] == 20
    assert not found.annotations_are_text


def test_a_class_that_has_been_used_is_still_itself():
    names = defined(
        """
        from types import SimpleNamespace as N
        class Cell:
            def __init__(self, nid=None):
                self.soma = N(L=1)
                for _ in range(100):
                    self.soma.L = N(x=self.soma.L).x
            def setcable(self): pass
        cells = [Cell() for _ in range(20)]
        """
    )
    assert definition_of(names["Cell"]).uses == {"N"}


IN_ONE_CELL = """
    import numpy as np
    from types import SimpleNamespace as N
    class Cell:
        def __init__(self, nid=None):
            self.soma = N(L=np.sqrt(4.0))
        def setcable(self):
            return N.__name__, np.abs(-1)
"""


@pytest.mark.parametrize("define", [defined, defined_by_statements])
def test_imports_may_stand_with_the_class(define):
    """Python compiles calls of what was imported in another way; and a notebook by statements."""
    assert definition_of(define(IN_ONE_CELL)["Cell"]).uses == {"N", "np"}


def test_a_function():
    names = defined(
        """
        import numpy as np
        def profile(distance_um: float, slope: float = 0.5) -> float:
            return np.exp(distance_um * slope)
        """
    )
    found = definition_of(names["profile"])
    assert (found.name, found.uses) == ("profile", {"np"})
    assert "float" not in found.uses


def test_annotations_that_are_text_stay_text():
    names = defined(
        """
        from __future__ import annotations
        class Cell:
            def setcable(self, other: Unknown) -> None: pass
        """
    )
    found = definition_of(names["Cell"])
    assert found.annotations_are_text
    # Nobody looks them up.
    assert "Unknown" not in found.uses


def test_of_two_classes_of_one_name_in_a_file_the_right_one():
    names = defined(
        """
        class Cell:
            def setcable(self): return 1
        First = Cell
        class Cell:
            def setcable(self): return 2
        """
    )
    assert "return 1" in definition_of(names["First"]).source
    assert "return 2" in definition_of(names["Cell"]).source


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thing = lambda: 1", "a lambda cannot be given .* define it with def"),
        (
            "def outer():\n    class Cell:\n        def setcable(self): pass\n    return Cell\n"
            "thing = outer()",
            r"Cell cannot be given .* it is defined within outer\.<locals>",
        ),
        (
            "class Cell:\n    def setcable(self): pass\n"
            "def other(self): return 2\n"
            "Cell.setcable.__code__ = other.__code__\nthing = Cell",
            "Cell .*source",
        ),
        ("thing = type('Cell', (), {'setcable': print})", "Cell cannot be given .* not known"),
    ],
)
def test_what_cannot_travel_is_refused(text, said):
    names = defined(text)
    with pytest.raises(UsageError, match=said):
        definition_of(names["thing"])


def test_a_closure_is_refused():
    names = defined("def make(value):\n    def shape(x): return x * value\n    return shape")
    shape = names["make"](3)
    shape.__qualname__ = "shape"
    with pytest.raises(UsageError, match="uses the variable value of a function"):
        definition_of(shape)


def test_a_file_that_was_changed_since_is_noticed():
    names = defined("class Cell:\n    def setcable(self):\n        return 1\n")
    file = names["Cell"].setcable.__code__.co_filename
    changed = "class Cell:\n    def setcable(self):\n        return 2 * 3 - self.x\n"
    linecache.cache[file] = (len(changed), None, changed.splitlines(keepends=True), file)
    with pytest.raises(UsageError, match="Run the cell, or the script, that defines it again"):
        definition_of(names["Cell"])
