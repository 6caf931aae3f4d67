"""Which files of a folder are taken as parts of a model."""

from __future__ import annotations

import sysconfig

import pytest

from pyneuronautofit.models import _files
from pyneuronautofit.models._files import beside, files_below, was_always_known

EXTENSION = sysconfig.get_config_var("EXT_SUFFIX")


@pytest.fixture
def folder(tmp_path):
    """Return a function: names of files -> the folder in which they are."""

    def make(*names):
        for name in names:
            path = tmp_path / "model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        return tmp_path / "model"

    return make


def test_what_python_and_neuron_can_read(folder):
    names = [
        "a/__init__.py",
        "a/b/c.py",
        f"a/fast{EXTENSION}",
        "bare.pyc",
        "channels/k.mod",
        "channels/k.inc",
        "morphology/cell.swc",
        "my data/cell.asc",
        "project.py",
        "template.hoc",
    ]
    others = ["run.json", "run.sqlite", "a/notes.txt", "cell.abf", "x86_64/libnrnmech.so"]
    found = files_below(folder(*names, *others))
    assert list(found.paths) == sorted(names)
    assert found.paths["a/b/c.py"] == folder() / "a" / "b" / "c.py"
    assert found.left_out == ""


@pytest.mark.parametrize("name", [".git", ".venv", "__pycache__", "a/__pycache__", "a/.hidden"])
def test_what_nobody_imports(folder, name):
    assert list(files_below(folder("project.py", f"{name}/x.py")).paths) == ["project.py"]


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta/history"])
def test_environments(folder, mark):
    found = files_below(folder("project.py", f"env/{mark}", "env/lib/x.py"))
    assert list(found.paths) == ["project.py"]


def test_exports_are_no_part_of_the_model(folder):
    """Their folders may lie in that of the model; what only is called so has no proof."""
    exports = ["run-model_0007-hoc/cell.hoc", "run-model_0007-neuron-unproven/model.py"]
    proofs = [name.rpartition("/")[0] + "/proof.json" for name in exports]
    mine = "my-model_1-hoc/cell.hoc"
    found = files_below(folder("project.py", *exports, *proofs, mine, "lib/proof.json", "lib/a.py"))
    assert list(found.paths) == ["lib/a.py", mine, "project.py"]


def test_links_are_followed_once(folder, tmp_path):
    model = folder("project.py", "a/x.py")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "y.py").write_text("")
    (model / "linked").symlink_to(tmp_path / "elsewhere")
    (model / "a" / "up").symlink_to(model)
    (model / "a" / "self").symlink_to(model / "a")
    (model / "gone.py").symlink_to(tmp_path / "nowhere")
    assert list(files_below(model).paths) == ["a/x.py", "linked/y.py", "project.py"]


def test_links_that_multiply_come_to_an_end(folder):
    model = folder("project.py", "a/x.py", "b/x.py")
    for one, other in ("ab", "ba"):
        for number in range(3):
            (model / one / f"to{number}").symlink_to(model / other)
    found = files_below(model)
    assert len(found.paths) <= 2000
    assert "project.py" in found.paths


def test_folders_and_pipes_are_no_files(folder):
    assert list(files_below(folder("project.py", "odd.py/x.py")).paths) == [
        "odd.py/x.py",
        "project.py",
    ]


@pytest.mark.parametrize(
    ("limit", "most"), [("_MOST_FILES", 2), ("_MOST_LOOKED_AT", 3), ("_DEEPEST", 1)]
)
def test_there_is_an_end_and_it_is_said(folder, monkeypatch, limit, most):
    monkeypatch.setattr(_files, limit, most)
    model = folder("project.py", "a/x.py", "a/b/y.py", "a/b/z.py")
    found = files_below(model)
    assert "project.py" in found.paths
    assert "a/b/z.py" not in found.paths
    assert str(model) in found.left_out


def test_mod_files_that_others_look_after(folder):
    model = folder("project.py", "mods/k.mod", "mods/k.inc", "mods/x.py", "others/k.mod")
    found = files_below(model, model / "mods")
    assert list(found.paths) == ["mods/x.py", "others/k.mod", "project.py"]


def test_a_folder_that_cannot_be_read(folder):
    model = folder("project.py", "a/x.py")
    (model / "a").rename(model / "b")
    assert list(files_below(model / "a").paths) == []


def test_what_the_first_versions_knew(folder):
    model = folder("project.py", "cell.hoc", "bare.pyc", "a/x.py", "run.json")
    assert list(beside(model)) == ["cell.hoc", "project.py"]
    known = ["project.py", "cell.hoc", "mods/k.mod", "libnrnmech.so", "libnrnmech.dylib"]
    assert all(map(was_always_known, known))
    new = ["a/x.py", "a/k.mod", "mods/k.inc", "mods/x.py", "bare.pyc", "a/mods/k.mod", "k.mod"]
    assert not any(map(was_always_known, new))


def test_scripts_that_were_exported_are_no_part_of_a_model(folder):
    made = folder("cell.py", "out/model_0003.py", "model_0004.py", "model_5.py")
    for name in ("out/model_0003.py", "model_5.py"):
        (made / name).write_text('"""One.\n\nWritten by pyneuronautofit 1.0.\n"""\n')
    assert set(files_below(made).paths) == {"cell.py", "model_0004.py"}
