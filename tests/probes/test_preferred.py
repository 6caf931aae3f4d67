"""Which probe is used, and what the user is told."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from probes.probed import BRANCHED, table
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import load_model
from pyneuronautofit.probes.preferred import PreferredProbe
from pyneuronautofit.probes.tests import RestTest
from pyneuronautofit.simulators import RunStatus, fallback
from pyneuronautofit.simulators.lanes import library


@pytest.fixture
def firing(tmp_path):
    (tmp_path / "project.py").write_text(BRANCHED)
    return load_model(tmp_path, tmp_path)


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, "pyneuronautofit")
    return caplog


SHORT = RestTest(6.3, 0.05, duration_ms=50.0, watched_ms=20.0)


def _warnings(said):
    return [r.getMessage() for r in said.records if r.levelno == logging.WARNING]


def test_it_is_compared_once(firing, said):
    for _time in range(2):
        said.clear()
        with PreferredProbe(firing.cell_source, SHORT, 1) as probe:
            assert len(list(probe.stream(table("soma(0.5).hh.gl", 3e-4)))) == 1
            assert probe.description.startswith("batch")
        assert not _warnings(said)
    assert "agreed with NEURON to" in said.text


@pytest.mark.parametrize("insist", [False, True])
def test_what_generated_code_cannot(firing, said, tmp_path, insist):
    """NEURON goes on with it, and the user is told; or it is refused, if asked to insist."""
    text = BRANCHED.replace(
        "        for section", "        self.made = h.IClamp(self.soma(0.5))\n        for section"
    )
    (tmp_path / "project.py").write_text(text)
    source = load_model(tmp_path, tmp_path).cell_source
    asking = table("soma(0.5).hh.gl", 3e-4, 4e-4)
    with PreferredProbe(source, SHORT, 1, insist=insist) as probe:
        if insist:
            with pytest.raises(UnsupportedModel, match=r"point process IClamp\[0\] at 0\.5"):
                probe.check(asking)
            return
        found = list(probe.stream(asking))
        assert probe.description.startswith("NEURON")
    assert [each.status for each in found] == [RunStatus.OK] * 2
    (warning,) = _warnings(said)
    assert "IClamp[0] at 0.5" in warning
    assert warning.endswith("NEURON is used, which is slower.")


@pytest.mark.parametrize("insist", [False, True])
def test_no_compiler(firing, said, monkeypatch, insist):
    """That is no property of the model: NEURON goes on, as it does for a fit."""
    monkeypatch.setenv("CXX", "no-such-compiler")
    with PreferredProbe(firing.cell_source, SHORT, 1, insist=insist) as probe:
        assert len(list(probe.stream(table("soma(0.5).hh.gl", 3e-4)))) == 1
    assert "needs a C++ compiler" in _warnings(said)[0]


@pytest.mark.parametrize(
    ("factor", "what"),
    [
        ("1.02", "differs from NEURON's by"),
        pytest.param("NAN", "becomes infinite", marks=pytest.mark.nightly),
    ],
)
def test_a_wrong_kernel_is_found_out(firing, said, monkeypatch, factor, what):
    original = library.KernelLibrary._load

    def load(self, kinds):
        generate = self._generate

        def wrong(task):
            right = generate(task)
            source = right.source.replace("current = ", f"current = real({factor}) * ")
            return dataclasses.replace(right, source=source)

        self._generate = wrong
        return original(self, kinds)

    monkeypatch.setattr(library.KernelLibrary, "_load", load)
    monkeypatch.setattr(library, "read_sidecar", lambda _path: None)
    monkeypatch.setattr(library, "write_sidecar", lambda *_facts: None)
    monkeypatch.setattr(fallback, "read_sidecar", lambda _path: None)
    asking = table("soma(0.5).hh.gl", 3e-4)
    with PreferredProbe(firing.cell_source, SHORT, 1, insist=True) as probe:
        (found,) = probe.stream(asking)
        assert probe.description.startswith("NEURON")
    assert found.status is RunStatus.OK
    (warning,) = _warnings(said)
    assert what in warning
    assert warning.endswith("--simulator neuron is the reference. NEURON is used, which is slower.")
