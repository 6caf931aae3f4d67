"""Proofs: each engine replays what was written, and what was changed is found out."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from pyneuronautofit.exporters.proof import Proof, ProvenSweep, prove, read_traces
from pyneuronautofit.exporters.table import EXPORTS
from pyneuronautofit.exporters.writing import simulated

#: The engines of which a test of every change has the time.
QUICK = ("hoc",)
#: Where a parameter stands that is changed by a hundredth, in the file and as what.
SABOTAGED = {
    "neuron": ("model.py", r"(hh\.gnabar = )(\S+)"),
    "hoc": ("cell.hoc", r"(gnabar_hh = )(\S+)"),
    "bluepyopt": ("cell.json", r'("attribute": "gnabar_hh",\s+"value": )([\d.e-]+)'),
    "jaxley": ("cell.json", r'("HH_gNa": \[\s+)([\d.e-]+)'),
}  # fmt: skip
KINDS = [pytest.param(name, marks=() if name in QUICK else pytest.mark.nightly) for name in EXPORTS]


@pytest.fixture(scope="session")
def expected_of(branched, expected):
    """Returns our voltages, as each engine has its tables."""
    exact = []

    def of(kind):
        if not kind.exact_tables:
            return expected
        if not exact:
            exact.append(simulated(branched, exact_tables=True))
        return exact[0]

    return of


@pytest.fixture
def written(branched, tmp_path):
    """Writes an export; skips where there is no such engine."""

    def write(name):
        kind = EXPORTS[name]
        for module in kind.modules:
            if find_spec(module) is None:
                pytest.skip(f"{name} needs {module}, which is not installed")
        folder = tmp_path / "export"
        folder.mkdir()
        (folder / "protocol.json").write_text(json.dumps(branched.protocol.as_json()))
        kind.refuse(branched)
        kind.write(branched, folder)
        return kind, folder

    return write


@pytest.mark.parametrize("name", KINDS)
def test_the_engine_does_what_the_model_does(name, written, branched, expected_of):
    kind, folder = written(name)
    ours = expected_of(kind)
    proof = prove(kind, folder, branched.protocol, ours, python=sys.executable, library=None)
    assert proof.passed, proof.said
    assert [each.sweep for each in proof.sweeps] == [1, 4]
    assert proof.sweeps[0].spikes[0] == proof.sweeps[0].spikes[1] > 0
    # Nothing of the proof is left in the export.
    assert not list(folder.glob("**/traces.csv"))


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_parameter_is_found_out(name, written, branched, expected_of):
    kind, folder = written(name)
    file, pattern = SABOTAGED[name]
    text = (folder / file).read_text()
    changed, n = re.subn(
        pattern, lambda found: f"{found[1]}{1.01 * float(found[2])!r}", text, count=1
    )
    assert n == 1
    (folder / file).write_text(changed)
    ours = expected_of(kind)
    proof = prove(kind, folder, branched.protocol, ours, python=sys.executable, library=None)
    assert not proof.passed
    assert not proof.failure
    assert proof.largest_mV > 100.0 * kind.tolerance_mV
    assert re.search(r"mV, at [\d.]+ ms of sweep 1.* mV are allowed", proof.said)


def test_every_kind_is_sabotaged():
    assert set(EXPORTS) <= set(SABOTAGED)


@pytest.mark.parametrize(("program", "said"), [
    ("raise SystemExit('no such channel')", r"exit code 1, without traces.csv; .*channel"),
    ("open('traces.csv', 'w').write('time_ms,sweep_1_mV\\n0.0,no\\n')", r"cannot be read"),
    ("open('traces.csv', 'w').write('time_ms,sweep_1_mV\\n0.0,-70\\n')",
     r"has the sweeps \(1,\), 1 samples each, instead of \(1, 4\)"),
])  # fmt: skip
def test_an_engine_that_fails(program, said, branched, tmp_path):
    kind = replace(EXPORTS["hoc"], command=("-c", program))
    expected = np.zeros((2, 600))
    proof = prove(kind, tmp_path, branched.protocol, expected, python=sys.executable, library=None)
    assert not proof.passed
    assert re.search(said, proof.said)
    assert proof.as_json()["failure"] == proof.said


def sweep(largest_mV=0.0, spikes=(3, 3)):
    return ProvenSweep(4, largest_mV, 12.5, largest_mV, spikes, 0.0)


def test_what_is_said_of_a_proof():
    same = Proof((sweep(), sweep()), 1e-6)
    assert same.passed
    assert same.said == "no difference in 2 sweep(s), to the last bit"
    assert Proof((sweep(1e-9),), 1e-6).passed
    assert not Proof((sweep(1e-9), sweep(np.inf)), 1e-6).passed
    assert not Proof((), 1e-6).passed
    assert Proof((sweep(2.0, (3, 2)),), 1e-6).said == (
        "the largest difference in 1 sweep(s) is 2 mV, at 12.5 ms of sweep 4, which has 2 spike(s) "
        "instead of 3; 1e-06 mV are allowed"
    )


def test_traces_have_their_sweeps(tmp_path):
    (tmp_path / "traces.csv").write_text("time_ms,sweep_3_mV,sweep_0_mV\n0,-70,-60\n0.1,-71,-61\n")
    numbers, voltage = read_traces(tmp_path / "traces.csv")
    assert numbers == (3, 0)
    np.testing.assert_array_equal(voltage, [[-70, -71], [-60, -61]])
