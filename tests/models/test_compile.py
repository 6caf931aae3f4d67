import logging
import os
import re
import signal
import subprocess
import sys
import time
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from ending import HANGS_IN_S, ended
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import compiled_library
from pyneuronautofit.models._neuron import import_neuron

from .conftest import LEAK_MOD, write_mod

COMPILE = """
from pyneuronautofit.models import compiled_library
result = str(compiled_library(Path(args[0])))
"""
LOAD = """
from pyneuronautofit.models import compiled_library, load_mechanisms
mods = Path(args[0])
library = compiled_library(mods)
load_mechanisms(mods, library)
from neuron import h
section = h.Section()
section.insert(args[1])
result = [str(library), getattr(section(0.5), args[1]).g]
"""


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    folder = tmp_path / "a cache"
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(folder))
    return folder


def test_everything_may_have_a_space_in_its_path(own_cache, tmp_path, run_python, monkeypatch):
    # A NEURON that is installed under a path with a space, as in a home directory with one.
    packages = tmp_path / "site packages"
    packages.mkdir()
    import importlib.util

    installed = Path(importlib.util.find_spec("neuron").origin).parent
    (packages / "neuron").symlink_to(installed)
    there = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{packages}{os.pathsep}{there}")
    monkeypatch.setenv("HOME", str(tmp_path / "my home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "my tmp"))
    for name in ("my home", "my tmp", "work here"):
        (tmp_path / name).mkdir()
    mods = write_mod(tmp_path / "my mods", "leakB", g=0.25)
    library, g = run_python(LOAD, mods, "leakB", cwd=tmp_path / "work here")
    assert (Path(library).parent.parent, g) == (own_cache, 0.25)
    # It was compiled in a temporary folder, all traces of which are gone.
    assert sorted(path.suffix for path in Path(library).parent.iterdir()) == [".so"]
    assert (
        "RUNPATH"
        not in subprocess.run(
            ["readelf", "-d", library], capture_output=True, text=True, check=True
        ).stdout
    )
    # The second time nothing is compiled.
    assert "compiling the 1 mechanisms" in run_python.log
    run_python(COMPILE, mods)
    assert "compiling" not in run_python.log
    # A library that is the work of a killed process is never seen: it has another name till then.
    changed = write_mod(tmp_path / "my mods", "leakB", g=0.5)
    assert run_python(LOAD, changed, "leakB")[1] == 0.5
    assert len(list((own_cache / "mechanisms").glob("*.so"))) == 2


def test_processes_that_start_at_once_compile_once_and_a_killed_one_leaves_no_harm(
    own_cache, tmp_path, monkeypatch
):
    # What the killed process leaves behind goes with the other files of this test.
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    mods = write_mod(tmp_path / "mods", "leakC")
    code = (
        "import logging, sys; from pathlib import Path\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "from pyneuronautofit.models import compiled_library\n"
        "print(compiled_library(Path(sys.argv[1])))"
    )

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", code, str(mods)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    killed = start()
    assert "compiling" in killed.stderr.readline()
    time.sleep(0.3)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert not list(own_cache.glob("*/*.so"))

    ended = [process.communicate(timeout=60) for process in (start(), start())]
    assert sum("compiling the" in log for _, log in ended) == 1
    assert ended[0][0] == ended[1][0]
    assert Path(ended[0][0].strip()).is_file()


def test_a_mod_file_that_cannot_be_translated_is_named_with_its_line(own_cache, tmp_path):
    mods = write_mod(tmp_path / "mods", "leakD")
    text = LEAK_MOD.format(name="broken", g=1).replace("BREAKPOINT {", "BREAKPOINT { nonsense here")
    (mods / "broken.mod").write_text(text)
    with pytest.raises(ModelError, match="could not compile the mechanisms in") as caught:
        compiled_library(mods)
    message = str(caught.value)
    assert re.search(r"broken\.mod:\n.*at line 8 in file broken\.mod", message, re.DOTALL)
    assert "leakD" not in message
    assert "Correct the .mod file" in message
    assert "/tmp" not in message.replace(str(tmp_path), "")
    assert not list(own_cache.glob("*/*.so"))


def test_an_error_of_the_compiler_is_shown(own_cache, tmp_path):
    mods = write_mod(tmp_path / "mods", "leakE")
    path = mods / "leakE.mod"
    path.write_text(path.read_text() + "VERBATIM\nint missing = not_declared;\nENDVERBATIM\n")
    with pytest.raises(ModelError, match=r"leakE\.(mod|cpp):\d+.*not_declared"):
        compiled_library(mods)


def test_a_missing_compiler_is_said_with_the_remedy(own_cache, tmp_path, monkeypatch):
    for name in ("PATH", "CC", "CXX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    mods = write_mod(tmp_path / "mods", "leakF")
    with pytest.raises(
        ModelError, match=r"a C\+\+ compiler and make and bash were not found on the PATH.*apt"
    ):
        compiled_library(mods)
    for name in ("bash", "make"):
        (tmp_path / name).symlink_to(sys.executable)
    with pytest.raises(ModelError, match=r"a C\+\+ compiler was not found.*xcode-select"):
        compiled_library(mods)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda mods: (mods / "notes.txt").write_text("x"), True),
        (lambda mods: write_mod(mods, "leakG", g=7), False),
        (lambda mods: (mods / "rates.inc").write_text("x"), False),
        (lambda mods: (mods / "leakG.mod").rename(mods / "other.mod"), False),
    ],
)
def test_what_is_compiled_anew(own_cache, tmp_path, monkeypatch, change, same):
    made = []

    def make(mods_folder, sources):
        made.append(sources)
        return b""

    monkeypatch.setattr("pyneuronautofit.models._compile._compile", make)
    mods = write_mod(tmp_path / "mods", "leakG")
    first = compiled_library(mods)
    change(mods)
    assert (compiled_library(mods) == first) is same
    assert len(made) == (1 if same else 2)


def test_another_version_of_neuron_needs_another_library(own_cache, tmp_path, monkeypatch):
    monkeypatch.setattr("pyneuronautofit.models._compile._compile", lambda *_words: b"")
    mods = write_mod(tmp_path / "mods", "leakH")
    first = compiled_library(mods)
    monkeypatch.setattr("pyneuronautofit.models._compile.neuron_version", lambda: "9.9")
    assert compiled_library(mods) != first


@pytest.mark.parametrize("how", ["cut off", "garbage", "open"])
def test_a_library_that_is_not_as_it_was_is_compiled_again(own_cache, tmp_path, run_python, how):
    mods = write_mod(tmp_path / "mods", "leakN", g=0.25)
    library = Path(run_python(COMPILE, mods))
    content = library.read_bytes()
    if how == "open":
        library.chmod(0o666)
    else:
        library.write_bytes(content[:5000] if how == "cut off" else os.urandom(len(content)))
    found, g = run_python(LOAD, mods, "leakN")
    assert (Path(found).parent, g) == (library.parent, 0.25)
    assert f"WARNING {library} " in run_python.log
    assert "so it is not used" in run_python.log
    assert "compiling the 1 mechanisms" in run_python.log


def test_a_compilation_that_takes_too_long_is_ended(own_cache, tmp_path, monkeypatch):
    (tmp_path / "hanging").write_text("#!/bin/sh\nexec sleep 1000\n")
    (tmp_path / "hanging").chmod(0o755)
    monkeypatch.setenv("CXX", str(tmp_path / "hanging"))
    monkeypatch.setattr("pyneuronautofit._native.artifacts.COMPILING_LIMIT_S", 2.0)
    mods = write_mod(tmp_path / "mods", "leakO")
    with pytest.raises(ModelError, match=r"nrnivmodl did not compile .* within 2 s.*yourself"):
        compiled_library(mods)
    assert list((own_cache / "mechanisms").iterdir()) == []


def test_an_interruption_ends_the_compilation(own_cache, tmp_path):
    """With make and the compilers, which nrnivmodl starts."""
    (tmp_path / "hanging").write_text("#!/bin/sh\necho $$ >$SEEN; echo $PWD >>$SEEN; sleep 1000\n")
    (tmp_path / "hanging").chmod(0o755)
    seen = tmp_path / "seen"
    mods = write_mod(tmp_path / "mods", "leakP")
    code = (
        "import sys; from pathlib import Path\n"
        "from pyneuronautofit.models import compiled_library\n"
        "compiled_library(Path(sys.argv[1]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(mods)],
        env={**os.environ, "CXX": str(tmp_path / "hanging"), "SEEN": str(seen)},
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + HANGS_IN_S
    while len(seen.read_text().split("\n") if seen.exists() else "") < 3:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=HANGS_IN_S)
    assert "KeyboardInterrupt" in err
    compiler, place = seen.read_text().splitlines()[:2]
    assert ended(compiler)
    assert not Path(place).exists()
    assert list((own_cache / "mechanisms").iterdir()) == []


def test_a_folder_without_mod_files(tmp_path):
    with pytest.raises(ModelError, match=r"expected \.mod files in .*, but there are none"):
        compiled_library(tmp_path / "nowhere")


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "file"))
    mods = write_mod(tmp_path / "mods", "leakI")
    with pytest.raises(ModelError, match=r"cannot be kept in .*PYNEURONAUTOFIT_CACHE"):
        compiled_library(mods)


def test_the_cache_is_the_users_unless_the_environment_names_one(tmp_path, monkeypatch, caplog):
    monkeypatch.delenv("PYNEURONAUTOFIT_CACHE")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr("pyneuronautofit.models._compile._compile", lambda *_words: b"")
    caplog.set_level(logging.INFO)
    library = compiled_library(write_mod(tmp_path / "mods", "leakJ"))
    assert library.parent == tmp_path / "cache" / "pyneuronautofit" / "mechanisms"


def test_there_is_no_folder_to_compile_in(own_cache, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/my tmp")
    monkeypatch.setattr("os.access", lambda *_: False)
    mods = write_mod(tmp_path / "mods", "leakK")
    with pytest.raises(ModelError, match=r"without spaces in its path, but neither /my tmp nor"):
        compiled_library(mods)


def test_neuron_is_not_installed(own_cache, tmp_path, monkeypatch):
    mods = write_mod(tmp_path / "mods", "leakL")
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(ModelError, match=r"NEURON is not installed .*pip install neuron"):
            compiled_library(mods)
    with monkeypatch.context() as patch:
        patch.setattr("pyneuronautofit.models._neuron._DISTRIBUTIONS", ("no-such-neuron",))
        with pytest.raises(ModelError, match="NEURON is not installed"):
            compiled_library(mods)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "neuron", None)
        with pytest.raises(ModelError, match=r"NEURON is not installed .*Python says"):
            import_neuron()


def test_neuron_is_installed_in_another_way(own_cache, tmp_path, monkeypatch):
    spec = ModuleSpec("neuron", None, origin=str(tmp_path / "neuron" / "__init__.py"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    mods = write_mod(tmp_path / "mods", "leakM")
    with pytest.raises(ModelError, match=r"cannot be compiled: expected nrnivmodl in .*wheel"):
        compiled_library(mods)
