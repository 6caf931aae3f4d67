import sys

import pytest

from pyneuronautofit import __version__
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import load_model
from pyneuronautofit.models._project import find_project, read_project

from .conftest import CELL, PROJECT


@pytest.fixture
def reading(project_folder):
    """Reads a project file with one text in place of another."""

    def read(old="", new="", cell=None):
        assert old in PROJECT
        folder = project_folder("pas", PROJECT.replace(old, new) if old else PROJECT + new, cell)
        return read_project(folder / "project.py")

    return read


def test_a_project_file(reading):
    project = reading()
    assert project.parameters == (
        ("soma.L", "lin", 20.0, 200.0),
        (("soma.Ra", "soma.cm"), "log", 0.5, "soma.L"),
    )
    assert (project.version, project.downsampler) == ("3.06a", None)
    assert project.make_cell(4).soma.L == 100


def test_what_may_be_left_out_or_added(reading):
    for old, new, version in [
        ('simulator = "neuron"', "", "3.06a"),
        ("getversion", "other", __version__),
        ('"3.06a"', "3.1", "3.1"),
        ("", "\n\ndef downsampler(x):\n    return x\n", "3.06a"),
    ]:
        project = reading(old, new)
        assert project.version == version
        # A project is read once in a process, so each of these gets one of its own.
        sys.modules.pop("_pyneuronautofit_project")
    assert project.downsampler(3) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("param_nslh = [", "param_nslh = (", r"project\.py, line \d+: SyntaxError: "),
        ("from cell", "from sell", r"line 1: ModuleNotFoundError: .*sell.*has to lie beside it"),
        ("import Cell", "import Sell", r"project\.py, line 1: ImportError: cannot import .*Sell"),
        ("param_nslh", "parm_nslh", "does not define 'param_nslh'.*did you mean 'parm_nslh'"),
        ("fitmeneuron", "neuron_to_fit", "does not define 'fitmeneuron', the class of the neuron"),
        (
            "import Cell as fitmeneuron\n",
            "import Cell\nfitmeneuron = 3\n",
            "'fitmeneuron' is 3; ex",
        ),
        ('"neuron"', '"brian"', "'simulator' is 'brian'; expected 'neuron'"),
        ('"neuron"', "7", "'simulator' is 7; expected 'neuron'"),
        ('"3.06a"', "None", r"getversion\(\) returned None; expected a text"),
        ('"3.06a"', '"a/b"', r"getversion\(\) returned 'a/b'; expected a text"),
        ('"3.06a"', "1 / 0", r"project\.py, line 11: ZeroDivisionError: .*calling getversion"),
        (
            "def getversion():\n    return ",
            "getversion = ",
            "'getversion' is '3.06a'; expected a f",
        ),
        ("simulator =", "downsampler = 3\nsimulator =", "'downsampler' is 3; expected a function"),
        (
            "simulator =",
            "raise SystemExit\nsimulator =",
            r"project\.py, line 7: SystemExit: no message \(while",
        ),
        ("simulator =", "{}['k']\nsimulator =", r"project\.py, line 7: KeyError: 'k' \(while"),
        ("param_nslh = [", "param_nslh = []\n_ = [", r"'param_nslh' is \[\]; expected a list of"),
        ("20.0, 200", "20.0", r"row 0 of 'param_nslh' is \['soma.L', 'lin', 20.0\]; expected \["),
        ("20.0, 200", "20.0, None", "row 0 of .*; expected as its high bound a number or the name"),
        ("20.0, 200", "True, 200", "row 0 of .*; expected as its low bound a number or the name"),
        ('"lin"', "1", "row 0 of .*; expected as its scale 'lin'"),
        ('["soma.Ra", "soma.cm"]', "[]", "row 1 of .*; expected as its name a path such as"),
        ('"soma.L", "lin"', '7, "lin"', "row 0 of .*; expected as its name a path such as"),
    ],
)
def test_mistakes_in_a_project_file(reading, old, new, message):
    with pytest.raises(ModelError, match=message):
        reading(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("self.soma = h", "self.soma == h", r"cell\.py, line 6: AttributeError"),
        ("class Cell:", "class Cell(:", r"cell\.py, line 4: SyntaxError"),
        ("nid=0", "number=0", r"project\.py: TypeError: .*'nid' \(while making a cell"),
        ("def setcable(", "def set_cable(", "the class 'Cell' has no method 'setcable'"),
        ('insert("pas")', 'insert("leakQ")', r"cell\.py, line 7: .*mechanism.*nrnivmodl mods"),
    ],
)
def test_mistakes_in_the_cell(reading, old, new, message):
    text = CELL.format(mechanism="pas")
    assert old in text
    with pytest.raises(ModelError, match=message):
        reading(cell=text.replace(old, new)).make_cell(0)


def test_after_a_mistake_the_corrected_file_is_read(reading):
    with pytest.raises(ModelError):
        reading("import Cell", "import Missing")
    assert reading().version == "3.06a"


def test_another_project_gets_its_own_neighbours(project_folder, tmp_path):
    first = project_folder("pas", folder=tmp_path / "a")
    other = CELL.format(mechanism="pas").replace("Cell", "Other")
    second = project_folder(
        "pas", PROJECT.replace("import Cell", "import Other"), other, folder=tmp_path / "b"
    )
    one = read_project(first / "project.py")
    assert read_project(first / "project.py").parameters is not None
    two = read_project(second / "project.py")
    assert type(one.make_cell(0)).__name__ == "Cell"
    assert type(two.make_cell(0)).__name__ == "Other"
    assert sys.path[0] == str(second)
    assert str(first) not in sys.path


def test_finding_the_project_file(project_folder, tmp_path):
    folder = project_folder("pas")
    file = folder / "project.py"
    assert find_project(None, tmp_path) is None
    assert find_project(None, folder) == file
    assert find_project(folder, tmp_path) == find_project(file, tmp_path) == file
    assert find_project(folder.relative_to(tmp_path), tmp_path) == file
    with pytest.raises(ModelError, match=r"there is no project file .*nothing; --project expects"):
        find_project(tmp_path / "nothing", tmp_path)
    with pytest.raises(ModelError, match=r"there is no project file .*project\.py; --project"):
        load_model(tmp_path, tmp_path)


@pytest.mark.parametrize("call", ['insert("kdr")', "insert( 'kdr' )", "insert(channel)"])
def test_a_mechanism_that_is_missing_has_a_name(call, tmp_path):
    """NEURON's message has none; there are channels, but not this one."""
    (tmp_path / "mods").mkdir()
    (tmp_path / "mods" / "k.mod").write_text("NEURON {\n SUFFIX kdr2\n}")
    path = tmp_path / "project.py"
    path.write_text(
        "class Section:\n"
        "    def insert(self, name):\n"
        "        raise ValueError('argument not a density mechanism name.')\n"
        "class fitmeneuron:\n"
        "    def __init__(self, nid=0):\n"
        "        channel = 'kdr'\n"
        f"        Section().{call}\n"
        "    def setcable(self): pass\n"
        "param_nslh = [['soma.L', 'lin', 1, 2]]\n"
    )
    with pytest.raises(ModelError) as refused:
        read_project(path).make_cell(0)
    said = str(refused.value)
    assert "NEURON has no mechanism 'kdr', and the .mod files of" in said
    assert f"{tmp_path / 'mods'} declare only kdr2; did you mean 'kdr2'?" in said
