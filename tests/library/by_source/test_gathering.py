"""What is gathered works where nothing else is defined."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from library.defined import defined, executed
from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source import gather


def gathered(text, *names, **given):
    space = defined(text, **given)
    return gather({name: space[name] for name in names})


def test_all_that_a_class_needs_goes_with_it():
    found = gathered(
        """
        import math
        import os.path as paths
        from collections import OrderedDict as Ordered
        import numpy as np
        LENGTHS = [1, 2.5]
        SHAPE = np.array([1.0, 2.0])
        def base_length(n): return sum(LENGTHS) * n + again(0)
        def again(n): return base_length(n - 1) if n > 0 else 1.0
        class Base:
            def length(self): return base_length(2)
        class Cell(Base):
            root = math.sqrt(4)
            def setcable(self):
                return self.length(), Ordered, paths.sep, SHAPE
        """,
        "Cell",
    )
    assert found.names == ("Cell",)
    assert found.files == {}
    cell = executed(found.text)["Cell"]()
    length, ordered, separator, shape = cell.setcable()
    assert (length, ordered.__name__, separator, cell.root) == (8.0, "OrderedDict", "/", 2.0)
    assert shape.tolist() == [1.0, 2.0]


def test_what_is_not_used_stays_behind():
    found = gathered("SECRET = 1\nclass Cell:\n    def setcable(self): return 2\n", "Cell")
    assert "SECRET" not in found.text


def test_neurons_h_is_imported_from_where_it_is():
    found = gathered(
        "from neuron import h\nclass Cell:\n    def setcable(self): return h.Section\n", "Cell"
    )
    assert "from neuron import h\n" in found.text


def test_another_name_for_a_class():
    found = gathered(
        "class Base:\n    def setcable(self): return 7\nB = Base\nclass Cell(B): pass\n"
        "def make(nid=None): return Cell()\n",
        "make",
    )
    assert executed(found.text)["make"]().setcable() == 7


def test_several_things_share_what_they_use():
    found = gathered("N = 3\ndef one(): return N\ndef two(): return N + one()\n", "one", "two")
    space = executed(found.text)
    assert (found.names, space["two"]()) == (("one", "two"), 6)
    assert found.text.count("N = 3") == 1


def test_futures_stay_futures():
    found = gathered(
        "from __future__ import annotations\nclass Cell:\n"
        "    def setcable(self, x: Nowhere): ...\n",
        "Cell",
    )
    assert found.text.startswith("from __future__ import annotations\n")
    executed(found.text)


def test_a_module_beside_the_script_goes_with_it(tmp_path, monkeypatch):
    (tmp_path / "own_helpers.py").write_text(
        "import own_numbers\ndef twice(x): return own_numbers.TWO * x\n"
    )
    (tmp_path / "own_numbers.py").write_text("TWO = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = gathered(
        "from own_helpers import twice\nclass Cell:\n    def setcable(self): return twice(4)\n",
        "Cell",
    )
    assert {name: path.read_text()[:3] for name, path in found.files.items()} == {
        "own_helpers.py": "imp", "own_numbers.py": "TWO",
    }  # fmt: skip
    for name in ("own_helpers", "own_numbers"):
        sys.modules.pop(name)
    assert "from own_helpers import twice" in found.text
    assert executed(found.text)["Cell"]().setcable() == 8


def test_a_class_of_such_a_module_is_imported_from_it(tmp_path, monkeypatch):
    (tmp_path / "own_cells.py").write_text("class Cell:\n    def setcable(self): return 9\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    space = defined("from own_cells import Cell")
    found = gather({"cell": space["Cell"]})
    assert (found.names, list(found.files)) == (("Cell",), ["own_cells.py"])
    assert executed(found.text)["Cell"]().setcable() == 9
    sys.modules.pop("own_cells")


def test_a_package_goes_as_a_whole(tmp_path, monkeypatch):
    (tmp_path / "own_package").mkdir()
    (tmp_path / "own_package" / "__init__.py").write_text("")
    (tmp_path / "own_package" / "parts.py").write_text("VALUE = 3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = gathered(
        "import own_package.parts as parts\n"
        "class Cell:\n    def setcable(self): return parts.VALUE\n",
        "Cell",
    )
    assert sorted(found.files) == ["own_package/__init__.py", "own_package/parts.py"]
    for name in ("own_package", "own_package.parts"):
        sys.modules.pop(name)
    assert executed(found.text)["Cell"]().setcable() == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "thing = object()\nclass Cell:\n    def setcable(self): return thing\n",
            r"Cell uses thing, an object \(<object .*Make it within the class",
        ),
        (
            "class Cell:\n    def setcable(self): return missing\n",
            "Cell uses the name missing, which is not defined here",
        ),
        (
            "import numpy as np\ndata = np.zeros(50_000)\n"
            "class Cell:\n    def setcable(self): return data\n",
            "Cell uses data, a ndarray",
        ),
    ],
)
def test_what_cannot_travel_is_refused_by_its_name(text, said):
    with pytest.raises(UsageError, match=said):
        gathered(text, "Cell")


def test_two_things_of_one_name_are_refused():
    one = defined("N = 1\ndef one(): return N\n")["one"]
    two = defined("N = 2\ndef two(): return N\n")["two"]
    with pytest.raises(UsageError, match="two uses another N than other parts of the model"):
        gather({"one": one, "two": two})


def test_numpy_is_imported_for_values_that_need_it():
    space = defined("def shape(): return VALUES\n", VALUES=np.array([1.0, 2.0]))
    assert executed(gather({"shape": space["shape"]}).text)["shape"]().tolist() == [1.0, 2.0]
