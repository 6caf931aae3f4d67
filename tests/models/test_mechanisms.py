import logging
import os
import shutil
import subprocess

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import (
    compiled_library,
    declared_mechanisms,
    library_of_working_directory,
    load_model,
)
from pyneuronautofit.models.mechanisms import mechanisms_of_library, warn_if_stale
from pyneuronautofit.models.model import BUILT_IN_MODS

from .conftest import write_mod

BUILT_IN = {
    "AMPAandNMDAwithTone",
    "TC_HH",
    "TC_iT_Des98",
    "TC_ih_Bud97",
    "TC_Nap_Et2",
    "TC_iA",
    "TC_iL",
    "SK_E2",
    "TC_cad",
}
BUILD = """
from pyneuronautofit.models import load_model
model = load_model(Path(args[0]) if args else None, Path.cwd())
imported = "neuron" in sys.modules
cell = model.cell_source.load()(0)
source = model.cell_source
result = [str(source.mods), str(source.library), imported]
"""


def put_library(library, folder):
    """Lay a library where `nrnivmodl mods` leaves it."""
    place = folder / os.uname().machine
    place.mkdir(parents=True)
    shutil.copy(library, place / "libnrnmech.so")
    return place / "libnrnmech.so"


@pytest.fixture(scope="module")
def leak_mods(tmp_path_factory):
    return write_mod(tmp_path_factory.mktemp("leak mods") / "mods", "leakA")


@pytest.fixture(scope="module")
def leak_library(leak_mods):
    return compiled_library(leak_mods)


@pytest.fixture(scope="module")
def two_of_eight(tmp_path_factory):
    """A library with two of the built-in mechanisms, as an old or other one may be."""
    mods = tmp_path_factory.mktemp("two") / "mods"
    write_mod(mods, "TC_iA")
    write_mod(mods, "TC_iL")
    return compiled_library(mods)


def test_declared_mechanisms(tmp_path):
    assert declared_mechanisms(BUILT_IN_MODS) == BUILT_IN
    (tmp_path / "synapse.mod").write_text(
        "COMMENT\nSUFFIX wrong\nENDCOMMENT\nNEURON { : SUFFIX wrong2\n POINT_PROCESS Syn }"
    )
    (tmp_path / "stim.mod").write_text("NEURON { ARTIFICIAL_CELL Stim }")
    (tmp_path / "tools.mod").write_text("NEURON { SUFFIX nothing }")
    assert declared_mechanisms(tmp_path) == {"Syn", "Stim"}


def test_mechanisms_of_a_library(built_in):
    assert mechanisms_of_library(built_in.cell_source.library) >= BUILT_IN


@pytest.mark.parametrize("place", ["{machine}", "{machine}/.libs", ".libs"])
@pytest.mark.parametrize("name", ["libnrnmech.so", "libnrnmech.dylib"])
def test_library_of_working_directory(tmp_path, place, name):
    folder = tmp_path / place.format(machine=os.uname().machine)
    folder.mkdir(parents=True)
    assert library_of_working_directory(tmp_path) is None
    (folder / name).touch()
    assert library_of_working_directory(tmp_path) == folder / name


def test_the_built_in_model_needs_no_neuron_until_it_is_loaded(built_in, run_python):
    mods, library, imported = run_python(BUILD)
    assert (mods, library) == (str(BUILT_IN_MODS), str(built_in.cell_source.library))
    assert not imported


def test_the_working_directorys_library_is_used(built_in, tmp_path, run_python):
    library = put_library(built_in.cell_source.library, tmp_path)
    assert run_python(BUILD) == [str(BUILT_IN_MODS), str(library), False]
    # With the .mod files beside it, these are what the model consists of.
    shutil.copytree(BUILT_IN_MODS, tmp_path / "mods")
    assert run_python(BUILD)[:2] == [str(tmp_path / "mods"), str(library)]


def test_an_unrelated_library_in_the_working_directory_does_no_harm(
    built_in, leak_library, tmp_path, run_python
):
    put_library(leak_library, tmp_path)
    assert run_python(BUILD)[1] == str(built_in.cell_source.library)


def test_a_library_with_some_of_the_mechanisms_is_in_the_way(two_of_eight, tmp_path):
    library = put_library(two_of_eight, tmp_path)
    with pytest.raises(ModelError) as caught:
        load_model(None, tmp_path)
    message = str(caught.value)
    assert f"NEURON has from {library} TC_iA, TC_iL, but not AMPAandNMDAwithTone, SK_E2" in message
    assert f"Delete the folder {library.parent}, or compile all of them again" in message


def test_a_worker_says_which_library_is_in_the_way(built_in, two_of_eight, tmp_path, run_python):
    """It appeared after the model was loaded, or NRN_NMODL_PATH names it."""
    library = put_library(two_of_eight, tmp_path)
    script = """
    from pyneuronautofit.models import CellSource
    CellSource(None, Path(args[0]), Path(args[1])).load()
    """
    arguments = (BUILT_IN_MODS, built_in.cell_source.library)
    log = run_python(script, *arguments, cwd=tmp_path, fails=True)
    assert f"NEURON has from {library} TC_iA, TC_iL, but not" in log


def test_mechanisms_that_nothing_provides(tmp_path, run_python):
    mods = write_mod(tmp_path / "mods", "leakZ")
    script = """
    from pyneuronautofit.models import load_mechanisms
    load_mechanisms(Path(args[0]), None)
    """
    log = run_python(script, mods, fails=True)
    assert "needs the mechanisms leakZ" in log
    assert "Run 'nrnivmodl mods' again" in log


def test_two_libraries_with_one_name(leak_library, tmp_path, run_python):
    (tmp_path / "second.so").write_bytes(leak_library.read_bytes())
    script = """
    from pyneuronautofit.models import load_mechanisms
    load_mechanisms(None, Path(args[0]))
    load_mechanisms(None, Path(args[0]))  # is there already
    load_mechanisms(None, Path(args[1]))
    """
    log = run_python(script, leak_library, tmp_path / "second.so", fails=True)
    assert "It has a mechanism of the same name already" in log


def test_a_library_that_is_none(tmp_path, run_python):
    library = put_library(__file__, tmp_path)
    with pytest.raises(ModelError, match=r"cannot load the compiled mechanisms .*another version"):
        load_model(None, tmp_path)
    script = """
    from pyneuronautofit.models import load_mechanisms
    load_mechanisms(None, Path(args[0]))
    """
    (tmp_path / "elsewhere").mkdir()
    log = run_python(script, library, cwd=tmp_path / "elsewhere", fails=True)
    assert f"NEURON cannot load the compiled mechanisms {library}. Delete this file" in log


def test_a_library_older_than_its_mod_files_is_warned_of(leak_mods, leak_library, caplog):
    newest = leak_mods / "leakA.mod"
    caplog.set_level(logging.WARNING)
    os.utime(newest, (0, 0))
    warn_if_stale(leak_library, leak_mods)
    assert not caplog.messages
    later = leak_library.stat().st_mtime + 10
    os.utime(newest, (later, later))
    warn_if_stale(leak_library, leak_mods)
    (message,) = caplog.messages
    assert message.startswith(f"{newest} was changed after {leak_library} had been compiled")


def test_the_wheels_nrnivmodl_makes_the_library_we_look_for(leak_mods, tmp_path):
    """As the user does it: `nrnivmodl mods` in the working directory."""
    import sys
    from pathlib import Path

    command = Path(sys.executable).parent / "nrnivmodl"
    if " " in str(command):
        pytest.skip(f"NEURON's own script cannot run from a folder with a space: {command}")
    subprocess.run([command, leak_mods], cwd=tmp_path, check=True, capture_output=True)
    library = library_of_working_directory(tmp_path)
    assert library is not None
    assert mechanisms_of_library(library) == {"leakA"}
