"""Nothing that a run's store names is executed before it is known, and allowed, to be."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import marshal
import platform
import shutil
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import HH_PROJECT, write_recording
from pyneuronautofit.cli.main import main
from pyneuronautofit.fitting.resumed.identity import model_digests
from pyneuronautofit.models import CellSource
from pyneuronautofit.runs.store.schema import checksum

FIT = ("-m", "OV", "-P", "8", "-A", "N", "--seed", "3", "--dt", "0.1", "-a", "run", "-n", "1")
#: What loads the model of a run again.
COMMANDS = {
    "report": ("report", "{run}"),
    "export": ("export", "{run}", "--formats", "json", "--scripts", "0"),
    "resume": ("--resume", "{run}", "-G", "2"),
    "polish": ("polish", "{run}", "--evaluations", "30", "-n", "1"),
}


LEAF = "parts/deep/leaf.py"
PARTS = ("parts", "parts.deep", "parts.deep.leaf")
#: Code that says that it was run.
MARKED = "import os, pathlib\npathlib.Path(os.environ['MARKER']).touch()\n"


class Theirs:
    """A run of somebody else, with its model, and the file that says that code of it was run."""

    def __init__(self, folder: Path, marker: Path) -> None:
        self.folder = folder
        self.project = folder / "model" / "project.py"
        self.store = folder / "out" / "run.sqlite"
        self.marker = marker

    def tell(self, key: str, **changed: object) -> None:
        """Change what the store says, as somebody who knows about checksums would."""
        with contextlib.closing(sqlite3.connect(self.store, isolation_level=None)) as connection:
            found = connection.execute("SELECT value FROM run WHERE key = ?", (key,)).fetchone()[0]
            row = (key, json.dumps({**json.loads(found), **changed}))
            connection.execute(
                "UPDATE run SET value = ?, crc = ? WHERE key = ?", (row[1], checksum(row), key)
            )

    @property
    def executed(self) -> bool:
        return self.marker.exists()


@contextlib.contextmanager
def forgotten():
    """Lets a project be imported again; it would stay imported otherwise, and not be executed."""
    path = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in ("_pyneuronautofit_project", "neighbour", *PARTS):
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """The folder of a run with its model and recording."""
    folder = tmp_path_factory.mktemp("original")
    found = Theirs(folder, folder / "ran")
    found.project.parent.mkdir()
    found.project.write_text(f"{MARKED}import neighbour\nimport parts.deep.leaf\n{HH_PROJECT}")
    leaf = found.project.with_name("parts") / "deep" / "leaf.py"
    leaf.parent.mkdir(parents=True)
    leaf.write_text("")
    found.project.with_name("neighbour.py").write_text("")
    write_recording(folder / "cell.npz")
    with pytest.MonkeyPatch.context() as patch, forgotten():
        patch.setenv("MARKER", str(found.marker))
        patch.chdir(folder)
        words = (*FIT, "-G", "1", "--project", "model", "--output", "out", "cell.npz")
        assert main(words) == 0
    assert found.executed
    return found


@pytest.fixture
def theirs(command, original, tmp_path, monkeypatch):
    """A run whose store, model and recording are together in a folder, and the user elsewhere."""
    folder = tmp_path / "theirs"
    shutil.copytree(original.folder, folder)
    found = Theirs(folder, tmp_path / "code was run")
    found.tell("places", recording=str(folder / "cell.npz"), project=str(found.project))
    monkeypatch.setenv("MARKER", str(found.marker))
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    with forgotten():
        yield found


@pytest.fixture(params=COMMANDS)
def load(request, theirs, command):
    """Runs a command that loads the model again."""

    def run(*words, store=None):
        named = [word.format(run=store or theirs.store) for word in COMMANDS[request.param]]
        answer = command(*named, *words)
        assert "Traceback" not in answer.err
        return answer

    run.name = request.param
    return run


def test_a_model_of_another_folder_waits_for_consent(load, theirs):
    answer = load()
    assert answer.code == 2
    assert f"run was made with {theirs.project}, which lies neither in the folder" in answer.err
    assert f"say so with --project {theirs.project}" in answer.err
    assert not theirs.executed
    answer = load("--project", theirs.project)
    assert answer.code == 0, answer.err
    assert theirs.executed


def test_the_working_directory_is_consent(load, theirs, monkeypatch):
    monkeypatch.chdir(theirs.folder)
    answer = load()
    assert answer.code == 0, answer.err
    assert theirs.executed


def test_the_folder_of_the_store_is_consent(load, theirs, monkeypatch):
    together = theirs.folder / "moved.sqlite"
    theirs.store.rename(together)
    answer = load(store=together)
    assert answer.code == 0, answer.err
    assert theirs.executed


@pytest.mark.parametrize(
    "name",
    [
        "project.py",
        "neighbour.py",
        "new.py",
        "parts/deep/leaf.py",
        "parts/__init__.py",
        "neuron/__init__.py",  # in the place of a library
        "cell.npz",
    ],
)
@pytest.mark.parametrize("agreed", [False, True])
def test_what_has_changed_is_not_executed(load, theirs, monkeypatch, name, agreed):
    monkeypatch.chdir(theirs.folder)
    if name == "cell.npz":
        with (theirs.folder / name).open("ab") as stream:
            stream.write(b"\0")
    else:
        path = theirs.project.parent / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as stream:
            stream.write(MARKED)
    answer = load(*(("--project", "model") if agreed else ()))
    what = "the recording" if name == "cell.npz" else f"files of the model have changed: {name}"
    if load.name == "report":
        assert answer.code == 0, answer.err
        assert what in theirs.store.with_name("run-report.html").read_text()
    else:
        assert answer.code == 2
        assert what in answer.err
    assert not theirs.executed


def of_the_first_versions(theirs):
    """Make a store know what the first versions have kept of a model."""
    digests = model_digests(CellSource(theirs.project, None, None))
    known = {name: digest for name, digest in digests.items() if "/" not in name}
    theirs.tell("identity", model=known, known="")


def test_a_run_of_an_earlier_version_says_what_it_does_not_know(load, theirs, monkeypatch):
    monkeypatch.chdir(theirs.folder)
    of_the_first_versions(theirs)
    answer = load()
    assert answer.code == 0
    assert "has not kept what was in parts/deep/leaf.py: whether that has changed" in answer.err
    assert theirs.executed


def test_a_run_of_an_earlier_version_is_held_to_what_it_knows(load, theirs, monkeypatch):
    monkeypatch.chdir(theirs.folder)
    of_the_first_versions(theirs)
    theirs.project.with_name("neighbour.py").write_text(MARKED)
    load()
    assert not theirs.executed


def test_bytecode_in_a_cache_is_not_executed(load, theirs, monkeypatch):
    monkeypatch.chdir(theirs.folder)
    for path in (theirs.project.with_name("neighbour.py"), theirs.project.parent / LEAF):
        put_in_cache(path, "raise SystemExit('this was in a cache')")
    answer = load()
    assert answer.code == 0, answer.err
    assert theirs.executed


def put_in_cache(path, text):
    """Put the bytecode of another source where Python looks for that of a file."""
    cached = Path(importlib.util.cache_from_source(str(path)))
    cached.parent.mkdir(exist_ok=True)
    found = path.stat()
    code = compile(text, str(path), "exec")
    # What importlib calls "timestamp-based": it compares these two.
    head = struct.pack("<4I", 0, 0, int(found.st_mtime), found.st_size)[4:]
    cached.write_bytes(importlib.util.MAGIC_NUMBER + head + marshal.dumps(code))


def test_consent_is_to_what_the_user_sees(load, theirs, tmp_path):
    """A relative path begins where the user is, not where the store says that the run was."""
    theirs.tell("places", directory=str(theirs.folder))
    answer = load("--project", "model")
    said = answer.err
    if load.name == "report":
        said = theirs.store.with_name("run-report.html").read_text()
    assert f"there is no project file {tmp_path / 'mine' / 'model'}" in said
    assert not theirs.executed


def test_a_link_is_no_consent(load, theirs, monkeypatch, tmp_path):
    """An archive may hold links to anywhere."""
    given = tmp_path / "mine" / "given"
    given.mkdir()
    shutil.copy(theirs.store, given)
    (given / "model").symlink_to(theirs.project.parent)
    run = Theirs(theirs.folder, theirs.marker)
    run.store = given / "run.sqlite"
    run.tell("places", project=str(given / "model" / "project.py"))
    answer = load(store=run.store)
    assert answer.code == 2
    assert f"run was made with {given / 'model' / 'project.py'}" in answer.err
    assert not theirs.executed
    assert load("--project", given / "model", store=run.store).code == 0


def test_a_project_that_a_run_of_the_built_in_cell_did_not_have(load, theirs):
    """The store leads to a folder, where a `project.py` would be taken."""
    built_in = Path(sys.modules["pyneuronautofit"].__file__).parent / "models" / "thalamocortical"
    source = CellSource(None, built_in / "mods", None)
    theirs.tell("places", project=None, directory=str(theirs.project.parent))
    theirs.tell("identity", model=model_digests(source))
    answer = load()
    assert load.name == "report" or answer.code == 2
    assert not theirs.executed


def test_compiled_channels_of_the_folder_that_a_store_names(load, theirs):
    """NEURON's compiled channels are code as well, and run as soon as they are loaded."""
    built_in = Path(sys.modules["pyneuronautofit"].__file__).parent / "models" / "thalamocortical"
    folder = theirs.folder / "trap"
    library = folder / platform.machine() / "libnrnmech.so"
    library.parent.mkdir(parents=True)
    source = library.with_suffix(".c")
    source.write_text(
        "#include <fcntl.h>\n__attribute__((constructor)) static void run(void)\n"
        f'{{ open("{theirs.marker}", O_CREAT | O_WRONLY, 0644); }}\n'
    )
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
    theirs.tell("places", project=None, directory=str(folder))
    theirs.tell("identity", model=model_digests(CellSource(None, built_in / "mods", None)))
    answer = load()
    assert answer.code == 2
    assert f"run was made with {library}, which lies" in answer.err
    assert answer.err.rstrip().endswith(f"if you trust it, start in {folder}")
    assert not theirs.executed


def test_models_can_be_collected_and_looked_at_without_the_model(command, theirs):
    for words in (
        ("report", theirs.store, "--no-traces"),
        ("export", theirs.store),
        ("status", theirs.store),
        ("collect", theirs.store, "-o", "models.json"),
        ("info", "models.json"),
    ):
        answer = command(*words)
        assert answer.code == 0, answer.err
    assert not theirs.executed


def test_a_database_names_modules_that_nobody_imports(command, theirs, monkeypatch):
    """Databases of the original have `module` and `cell`: whose code that was, as information."""
    monkeypatch.syspath_prepend(theirs.project.parent)
    assert command("collect", theirs.store, "-o", "models.json").code == 0
    content = json.loads(Path("models.json").read_text())
    content |= {"module": "project", "cell": "fitmeneuron", "setcable": "project.setcable()"}
    Path("models.json").write_text(json.dumps(content))
    recording = theirs.folder / "cell.npz"
    for words in (
        ("info", "models.json"),
        ("select", "models.json", "--models", "0", "-o", "some.json"),
        ("merge", "models.json", "some.json", "-o", "merged.json"),
        ("evaluate", "models.json", recording),
        ("simulate", "models.json", recording, "-o", "out.npz"),
        ("check", "models.json"),
        ("search-init", "models.json", "init.json"),
        ("final-check", "models.json", "0", "out-{}.png"),
    ):
        command(*words)
        assert not theirs.executed, words
        assert "project" not in sys.modules
