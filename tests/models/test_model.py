import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from pyneuronautofit import __version__
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import files_of_model, load_model
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS

from .conftest import PROJECT
from .test_mechanisms import put_library

# What a simulator worker does: a fresh process that gets the record.
WORKER = """
import pickle
import sys
cells = pickle.load(sys.stdin.buffer).load()
cell = cells(2)
print(cell.soma(0.5).leakA.g, cell.soma)
"""
PARENT = """
import pickle
from pyneuronautofit.models import load_model
model = load_model(Path(args[0]) if args else None, Path.cwd())
source = model.cell_source
result = [
    model.version, model.description, str(source.mods), str(source.library),
    pickle.dumps(source).hex(),
]
"""


def test_the_built_in_model(built_in):
    assert built_in.version == __version__
    assert built_in.parameters is PARAMETERS
    assert built_in.downsampler is None
    assert built_in.description == "the built-in thalamocortical cell"
    assert pickle.loads(pickle.dumps(built_in.cell_source)) == built_in.cell_source


def test_a_project_with_mods(project_folder, run_python, tmp_path):
    folder = project_folder(g=0.125)
    version, description, mods, _, source = run_python(PARENT, cwd=folder)
    assert (version, mods) == ("3.06a", str(folder / "mods"))
    assert description == f"the project file {folder / 'project.py'}"
    assert "compiling the 1 mechanisms" in run_python.log
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        cwd=tmp_path,
        input=bytes.fromhex(source),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split()[0] == "0.125"
    assert b"compiling" not in done.stderr


def test_mod_files_beside_the_project_file(project_folder, run_python, tmp_path):
    folder = project_folder(g=0.125)
    (folder / "mods" / "leakA.mod").rename(folder / "leakA.mod")
    _, _, mods, library, _ = run_python(PARENT, folder)
    assert mods == str(folder)

    # A library beside the project file is taken, and that of the working directory before it.
    beside = put_library(library, folder)
    assert run_python(PARENT, folder)[3] == str(beside)
    here = put_library(library, tmp_path)
    assert run_python(PARENT, folder)[3] == str(here)


def test_a_library_without_mod_files(project_folder, built_in, run_python):
    folder = project_folder("pas")
    put_library(built_in.cell_source.library, folder)
    assert run_python(PARENT, cwd=folder)[2] == "None"


def test_a_project_that_makes_cells_while_it_is_imported(project_folder, run_python):
    project = PROJECT + "\nversion = str(fitmeneuron(nid=0).soma(0.5).leakA.g)\n"
    folder = project_folder(project=project.replace('"3.06a"', "version"), g=0.125)
    assert run_python(PARENT, folder)[0] == "0.125"


def test_a_project_without_mechanisms(project_folder, tmp_path):
    model = load_model(project_folder("pas"), tmp_path)
    assert (model.cell_source.mods, model.cell_source.library) == (None, None)
    assert model.cell_source.load()(1).soma.L == 100


def test_files_of_a_model_are_found_without_running_any(tmp_path):
    folder = tmp_path / "model"
    (folder / "mods").mkdir(parents=True)
    for name in ("project.py", "helper.py", "cell.hoc", "mods/kd.mod", "notes.txt"):
        (folder / name).write_text("raise SystemExit")
    found = {path.relative_to(folder).as_posix() for path in files_of_model(folder, tmp_path)}
    assert found == {"project.py", "helper.py", "cell.hoc", "mods/kd.mod"}
    assert set(files_of_model(None, folder)) == set(files_of_model(folder, tmp_path))
    assert set(files_of_model(Path("model/project.py"), tmp_path)) == set(
        files_of_model(folder, tmp_path)
    )
    # A folder without a project has the built-in cell, perhaps with channels of its own.
    assert files_of_model(None, tmp_path) == []
    (tmp_path / "na.mod").write_text("")
    assert files_of_model(None, tmp_path) == [tmp_path / "na.mod"]
    with pytest.raises(ModelError, match="there is no project file"):
        files_of_model(tmp_path / "nowhere", tmp_path)
