"""What stands in the script of a model; `tests/cli/runs/test_export.py` runs one with NEURON."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pyneuronautofit import __version__
from pyneuronautofit.errors import OutputError
from pyneuronautofit.fitting import FittedModel, Sweep, write_script
from pyneuronautofit.models import CellSource
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.simulators import Clock, Experiment
from pyneuronautofit.space import ParameterSpace

SPACE = ParameterSpace.from_rows(
    [
        ["soma.L", "lin", 1.0, 9.0],
        [["soma.Ra", "dend.Ra"], "log", 1.0, 1000.0],
        ["soma.nseg", "int", 1, 9],
    ]
)
VALUES = np.array([1.0 / 3.0, 70.0, 5.0])
#: Long constant parts, and thirteen that are one sample long: more than fit on two lines.
CURRENT = np.concatenate([np.full(50, -10.0), np.arange(13) / 7.0, np.full(40, 0.1), [0.1 + 1e-9]])


@pytest.fixture
def project(tmp_path):
    """A project with one channel."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "project.py").write_text(
        "class Cell:\n    pass\n\n\ndef fitmeneuron(nid):\n    cell = Cell()\n    cell.nid = nid\n"
        "    return cell\n"
    )
    mods = tmp_path / "model" / "mods"
    mods.mkdir()
    (mods / "kd.mod").write_text("NEURON { SUFFIX kdr }")
    (mods / "ca.mod").write_text("NEURON { SUFFIX cal }")
    (mods / "readme.txt").write_text("")
    return tmp_path / "model" / "project.py"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes a script, and returns its text and its names as a Python without NEURON sees them."""
    neuron = ModuleType("neuron")
    neuron.h = SimpleNamespace(load_file=lambda name: 1)
    monkeypatch.setitem(sys.modules, "neuron", neuron)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def write(source, current=CURRENT):
        experiment = Experiment(current[None], np.array([-12.5]), Clock(0.1, 4), 36.5, -71.5, 250.0)
        path = tmp_path / "best.py"
        sweep = Sweep("cell.abf", 7, experiment)
        write_script(path, FittedModel("The best of O", source, SPACE, VALUES), sweep)
        return path.read_text(), runpy.run_path(str(path), run_name="a script")

    return write


def test_the_experiment_is_that_of_the_sweep(written, project):
    text, names = written(CellSource(project, None, None))
    runs = names["CURRENT_PA"]
    played = np.repeat([pA for _n, pA in runs], [n for n, _pA in runs])
    np.testing.assert_array_equal(played, CURRENT)
    assert len(runs) == 1 + 13 + 1 + 1
    assert names["HOLDING_PA"] == -12.5
    assert (names["STEP_MS"], names["DT_MS"], names["SUBSTEPS"]) == (0.1, 0.025, 4)
    # 250 ms of 0.025 ms steps.
    assert names["N_TRANSIENT"] == 10_000
    assert (names["INITIAL_MV"], names["TEMPERATURE_DEGC"]) == (-71.5, 36.5)
    assert (names["TITLE"], names["RECORDING"], names["SWEEP"]) == ("The best of O", "cell.abf", 7)
    assert f"\n\nWritten by pyneuronautofit {__version__}.\n" in names["__doc__"]
    assert "\n    python best.py\n" in text
    assert max(map(len, text.splitlines())) < 200


def test_a_constant_current_is_one_line(written, project):
    _text, names = written(CellSource(project, None, None), np.full(1000, 0.3))
    assert names["CURRENT_PA"] == [(1000, 0.3)]


def test_every_path_is_set_to_the_last_bit(written, project):
    _text, names = written(CellSource(project, None, None))
    cell = SimpleNamespace(soma=SimpleNamespace(), dend=SimpleNamespace())
    names["set_parameters"](cell)
    assert vars(cell.soma) == {"L": 1.0 / 3.0, "Ra": 70.0, "nseg": 5}
    assert vars(cell.dend) == {"Ra": 70.0}
    assert isinstance(cell.soma.nseg, int)


def test_a_project_is_read_where_it_is(written, project):
    text, names = written(CellSource(project, None, None))
    assert names["PROJECT"] == str(project)
    assert names["make_cell"]().nid == 0
    assert sys.path[0] == str(project.parent)
    assert names["MECHANISMS"] == ()
    assert "nrnivmodl" not in text


def test_the_channels_are_copied_beside_the_script(written, project, tmp_path):
    text, names = written(CellSource(project, project.parent / "mods", Path("/lib.so")))
    copies = sorted((tmp_path / "model-mods").iterdir())
    assert [path.name for path in copies] == ["ca.mod", "kd.mod"]
    assert copies[1].read_text() == "NEURON { SUFFIX kdr }"
    assert names["MECHANISMS"] == ("cal", "kdr")
    assert names["LIBRARY"] is None
    assert "Once, in this folder:\n\n    nrnivmodl model-mods\n\nThen\n    python best.py" in text
    # Again: what is there is written over.
    written(CellSource(project, project.parent / "mods", None))


def test_a_library_without_sources_is_named(written, project):
    text, names = written(CellSource(project, None, Path("/x/libnrnmech.so")))
    assert "Start it where the compiled channels are: LIBRARY, below, says where." in text
    assert names["LIBRARY"] == "/x/libnrnmech.so"
    assert names["MECHANISMS"] == ()


def test_the_built_in_cell_is_in_the_script(written, tmp_path):
    text, names = written(CellSource(None, BUILT_IN_MODS, None))
    assert "pyneuronautofit" not in text.replace("Written by pyneuronautofit", "")
    assert names["ThalamocorticalCell"].__name__ == "ThalamocorticalCell"
    assert "TC_HH" in names["MECHANISMS"]
    assert (tmp_path / "model-mods" / "TC_HH.mod").is_file()
    made = []
    names["make_cell"].__globals__["ThalamocorticalCell"] = made.append
    names["make_cell"]()
    assert made == [0]


def test_channels_that_cannot_be_copied(written, project, tmp_path):
    (tmp_path / "model-mods").write_text("a file")
    with pytest.raises(OutputError, match=r"cannot write .*model-mods: File exists"):
        written(CellSource(project, project.parent / "mods", None))
    assert not (tmp_path / "best.py").exists()


# --- names of somebody else

#: What ends a text, a comment or a line in Python, or means something to a template.
ENDS = (
    '"', "'", '"""', "'''", "\\", "{path}", "{", "}", "\n", "\r", "\f", "\x1a", "\u2028", "\u2029",
    "\x85", "#", "$", "${title}", "%s", "\udcff", "\u202e", " ", "\t", ";", ")", "(", "\ufeff",
)  # fmt: skip
CODE = ("import executed", "__import__('executed')", "raise SystemExit")
#: Names that are code if anything is made of them but a literal.
NAMES = st.lists(st.sampled_from(ENDS) | st.sampled_from(CODE) | st.text(max_size=3)).map("".join)
FILE_NAMES = NAMES.map(lambda name: name.replace("/", "").replace("\0", "")).filter(
    lambda name: name not in ("", ".", "..") and 0 < len(name.encode("utf-8", "replace")) < 50
)
HOSTILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def no_code(written, tmp_path, monkeypatch):
    """Runs scripts; the module `executed`, which hostile names import, says so."""
    (tmp_path / "executed.py").write_text("raise AssertionError('a name was executed')")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@settings(HOSTILE, max_examples=200)
@given(title=NAMES, recording=NAMES, library=NAMES, name=FILE_NAMES)
@example(title='"""\nimport executed\n"""', recording="a\nimport executed", library="", name="a.py")
@example(title="", recording="", library=")\nimport executed", name='"""\nimport executed\n"""')
def test_names_are_never_code(no_code, title, recording, library, name):
    """The script is executed; what it knows then is what the names were, to the last character."""
    path = no_code / name
    source = CellSource(no_code / "project.py", None, Path(library))
    (no_code / "project.py").write_text("def fitmeneuron(nid):\n    return nid\n")
    experiment = Experiment(CURRENT[None], np.array([-12.5]), Clock(0.1, 4), 36.5, -71.5, 250.0)
    write_script(path, FittedModel(title, source, SPACE, VALUES), Sweep(recording, 7, experiment))
    try:
        names = runpy.run_path(str(path), run_name="a script")
    finally:
        path.unlink()
    assert (names["TITLE"], names["RECORDING"]) == (title, recording)
    assert names["LIBRARY"] == str(Path(library))
    assert names["__doc__"].count("\n") < 15


@settings(HOSTILE, max_examples=50)
@given(folder=FILE_NAMES)
@example(folder="'\nimport executed\n'")
def test_the_path_of_a_project_is_never_code(no_code, folder):
    project = no_code / folder / "project.py"
    project.parent.mkdir(exist_ok=True)
    project.write_text("def fitmeneuron(nid):\n    return 'the cell'\n")
    path = no_code / "best.py"
    experiment = Experiment(CURRENT[None], np.array([-12.5]), Clock(0.1, 4), 36.5, -71.5, 250.0)
    write_script(
        path,
        FittedModel("", CellSource(project, None, None), SPACE, VALUES),
        Sweep("", 7, experiment),
    )
    names = runpy.run_path(str(path), run_name="a script")
    assert names["PROJECT"] == str(project)
    assert names["make_cell"]() == "the cell"


LIGATURE = "a\N{LATIN SMALL LIGATURE FI}bre"


def test_parameters_that_are_no_python(written, project):
    """Paths are checked when they are read, but may be what Python reads otherwise, or not."""
    rows = [
        "soma.class",
        "dend[007](05e-1).L",
        f"{LIGATURE}.x\N{SUPERSCRIPT TWO}",
    ]
    space = ParameterSpace.from_rows([[name, "lin", 1.0, 9.0] for name in rows])
    path = project.parent / "best.py"
    experiment = Experiment(CURRENT[None], np.array([-12.5]), Clock(0.1, 4), 36.5, -71.5, 250.0)
    values = np.array([2.0, 3.0, np.nan])
    model = FittedModel("", CellSource(project, None, None), space, values)
    write_script(path, model, Sweep("", 7, experiment))
    names = runpy.run_path(str(path), run_name="a script")
    segment = SimpleNamespace()
    fibre = SimpleNamespace()
    cell = SimpleNamespace(soma=SimpleNamespace(), dend={7: {0.5: segment}.__getitem__})
    setattr(cell, LIGATURE, fibre)  # as an attribute of a source it would be another name
    names["set_parameters"](cell)
    assert vars(cell.soma) == {"class": 2.0}
    assert vars(segment) == {"L": 3.0}
    assert np.isnan(vars(fibre)["x\N{SUPERSCRIPT TWO}"])
