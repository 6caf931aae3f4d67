"""What the results of a run depend on."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path

import pytest

from pyneuronautofit import __version__
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.fitting.resumed.identity import (
    changed_files,
    file_digest,
    model_digests,
    run_identity,
    versions,
)
from pyneuronautofit.models import CellSource
from pyneuronautofit.models.model import BUILT_IN_MODS


def test_a_digest_is_that_of_other_programs(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_digest(path) == published


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(RecordingError, match=r"cannot read .*gone\.abf: No such file"):
        file_digest(tmp_path / "gone.abf")


def test_digests_of_the_built_in_model():
    digests = model_digests(CellSource(None, BUILT_IN_MODS, None))
    assert {"cell.py", "parameters.py", "mods/TC_HH.mod"} <= set(digests)
    assert digests["mods/TC_HH.mod"] == file_digest(BUILT_IN_MODS / "TC_HH.mod")
    assert list(digests) == sorted(digests)


def test_digests_of_a_project(tmp_path):
    project = tmp_path / "project.py"
    project.write_text("x = 1\n")
    (tmp_path / "cell.hoc").write_text("")
    (tmp_path / "results.json").write_text("{}")
    library = tmp_path / "libnrnmech.so"
    library.write_bytes(b"\x7fELF")
    before = model_digests(CellSource(project, None, library))
    assert set(before) == {"project.py", "cell.hoc", "libnrnmech.so"}
    project.write_text("x = 2\n")
    (tmp_path / "cell.hoc").unlink()
    (tmp_path / "new.py").write_text("")
    now = model_digests(CellSource(project, None, library))
    assert changed_files(before, now) == ["cell.hoc", "new.py", "project.py"]


def test_the_sources_of_a_library_stand_for_it(tmp_path):
    """Two compilers make two libraries of the same equations."""
    (tmp_path / "project.py").write_text("")
    (tmp_path / "mods").mkdir()
    (tmp_path / "mods" / "kd.mod").write_text("NEURON { SUFFIX kd }")
    (tmp_path / "mods" / "notes.txt").write_text("")
    library = tmp_path / "libnrnmech.so"
    library.write_bytes(b"\x7fELF")
    digests = model_digests(CellSource(tmp_path / "project.py", tmp_path / "mods", library))
    assert set(digests) == {"project.py", "mods/kd.mod"}


def test_versions_name_what_computes():
    found = versions()
    libraries = ("numpy", "numba", "moocore", "cmaes")
    assert list(found) == ["pyneuronautofit", "neuron", *libraries, "processor"]
    assert found["pyneuronautofit"] == __version__
    assert [found[name] for name in libraries] == list(map(importlib.metadata.version, libraries))
    assert found["neuron"]


@pytest.mark.parametrize(
    ("cpuinfo", "processor"),
    [
        ("processor : 0\nmodel name\t: Some Chip: 3 GHz\nmodel name\t: B\n", "Some Chip: 3 GHz"),
        ("processor : 0\n", "z80"),
        (None, "z80"),
    ],
)
def test_the_processor_is_named(monkeypatch, cpuinfo, processor):
    truly = Path.read_text

    def read_text(path, *how, **more):
        if path != Path("/proc/cpuinfo"):
            return truly(path, *how, **more)
        if cpuinfo is None:
            raise FileNotFoundError(path)
        return cpuinfo

    monkeypatch.setattr(Path, "read_text", read_text)
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "z80")
    assert versions()["processor"] == processor


def test_the_identity_of_a_run(tmp_path):
    recording = tmp_path / "cell.abf"
    recording.write_bytes(b"ABF2")
    project = tmp_path / "project.py"
    project.write_text("")
    assert run_identity(recording, CellSource(project, None, None)) == {
        "recording": hashlib.sha256(b"ABF2").hexdigest(),
        "model": {"project.py": hashlib.sha256(b"").hexdigest()},
        "known": "folders",
        "versions": versions(),
    }
