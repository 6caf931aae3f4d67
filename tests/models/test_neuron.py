"""NEURON as it is installed: its version, its files, its mechanisms, its silence."""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import _neuron
from pyneuronautofit.models._neuron import import_neuron, neuron_files, neuron_version


def test_it_is_imported_without_windows_and_words(run_python, monkeypatch):
    monkeypatch.delenv("NEURON_MODULE_OPTIONS", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    found = run_python(
        """
        import io, contextlib, os
        from pyneuronautofit.models._neuron import import_neuron
        with contextlib.redirect_stdout(io.StringIO()) as said:
            module = import_neuron()
        result = [module.__name__, said.getvalue(), os.environ["NEURON_MODULE_OPTIONS"]]
        """
    )
    assert found == ["neuron", "", "-nogui -nobanner"]
    assert "DISPLAY" not in run_python.log


def test_what_the_user_wants_of_it_stays(monkeypatch):
    monkeypatch.setenv("NEURON_MODULE_OPTIONS", "-nogui -print-options")
    import_neuron()
    assert os.environ["NEURON_MODULE_OPTIONS"] == "-nogui -print-options"


def test_it_knows_its_own_mechanisms(run_python):
    found = run_python(
        """
        from pyneuronautofit.models._neuron import known_mechanisms
        result = sorted(known_mechanisms())
        """
    )
    assert {"hh", "pas", "ExpSyn", "IClamp"} <= set(found), "densities and point processes"
    assert "TC_HH" not in found


@pytest.mark.parametrize("installed", ["neuron", "neuron-nightly"])
def test_the_version_is_that_of_the_distribution(monkeypatch, installed):
    def version(name):
        if name != installed:
            raise PackageNotFoundError(name)
        return "9.9.9"

    monkeypatch.setattr("importlib.metadata.version", version)
    assert neuron_version() == "9.9.9"


def test_without_a_distribution_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(_neuron, "_DISTRIBUTIONS", ("no-such-neuron",))
    with pytest.raises(ModelError, match=r"NEURON is not installed .*'pip install neuron'\.$"):
        neuron_version()


def test_without_a_module_it_is_not_installed(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "neuron", None)
        with pytest.raises(ModelError, match=r"NEURON is not installed .*\(Python says: .*neuron"):
            import_neuron()
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda _name: None)
        with pytest.raises(ModelError, match="NEURON is not installed"):
            neuron_files()


def test_its_files_are_those_of_the_wheel(tmp_path, monkeypatch):
    files = neuron_files()
    assert (files / "bin" / "nrnivmodl").is_file()
    assert (files / "share" / "nrn" / "lib" / "nrnunits.lib").is_file()
    spec = ModuleSpec("neuron", None, origin=str(tmp_path / "neuron" / "__init__.py"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: spec)
    with pytest.raises(ModelError, match=r"expected nrnivmodl in .*bin, as the NEURON wheel has"):
        neuron_files()
    (tmp_path / "neuron" / ".data" / "bin").mkdir(parents=True)
    with pytest.raises(ModelError, match="expected nrnivmodl"):
        neuron_files()
    (tmp_path / "neuron" / ".data" / "bin" / "nrnivmodl").touch()
    assert neuron_files() == tmp_path / "neuron" / ".data"
