"""Exports in their places, with their proofs."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError, NotAvailableError, OutputError, UsageError
from pyneuronautofit.exporters.kind import ExportKind
from pyneuronautofit.exporters.writing import (
    find_engine,
    refuse_existing,
    simulated,
    unproven,
    write_export,
)

#: An engine that answers with what we expect, plus so many mV.
REPLAY = """\
import numpy as np
ours, more = np.load("ours.npy"), float(open("more.txt").read())
rows = np.column_stack([np.arange(ours.shape[1]), *(ours + more)])
np.savetxt("traces.csv", rows, "%.17g", ",", header="time_ms,sweep_1_mV,sweep_4_mV", comments="")
"""


def echo(expected, more):
    def write(_export, folder):
        np.save(folder / "ours.npy", expected)
        (folder / "more.txt").write_text(str(more))
        (folder / "cell.txt").write_text("// Proof: not made yet\n")

    return ExportKind("echo", ("numpy",), "pip", write, ("-c", REPLAY), 1e-3, ("cell.txt",))


def exported(branched, expected, folder, more=0.0):
    target, kind = folder / "run-model_0007-echo", echo(expected, more)
    proof = write_export(
        kind, branched, target, expected_mV=expected, engine={"numpy": "2"}, python=sys.executable
    )
    return proof, target


def test_a_proven_export_says_so_everywhere(branched, expected, tmp_path):
    proof, target = exported(branched, expected, tmp_path, 1e-6)
    assert proof.passed
    assert list(tmp_path.iterdir()) == [target]
    said = json.loads((target / "proof.json").read_text())
    assert said["proven"] is True
    assert (said["kind"], said["engine"], said["recording"]) == ("echo", {"numpy": "2"}, "cell.abf")
    assert said["title"] == "Evaluation 7"
    np.testing.assert_allclose(said["largest_difference_mV"], 1e-6, rtol=1e-3)
    assert said["parameters"]["dend[*].Ra"] == 130.0
    assert [each["sweep"] for each in said["sweeps"]] == [1, 4]
    text = (target / "cell.txt").read_bytes()
    assert text.startswith(b"// Proof: proven: the largest difference in 2 sweep(s) is 1e-06 mV")
    assert said["sha256"]["cell.txt"] == hashlib.sha256(text).hexdigest()
    with np.load(target / "expected.npz") as packed:
        np.testing.assert_array_equal(packed["voltage_mV"], expected)
        assert packed["sweeps"].tolist() == [1, 4]
    assert json.loads((target / "protocol.json").read_text())["n_sample"] == 600


def test_a_failed_proof_is_kept_under_another_name(branched, expected, tmp_path):
    proof, target = exported(branched, expected, tmp_path, 0.5)
    assert not proof.passed
    assert list(tmp_path.iterdir()) == [unproven(target)]
    assert json.loads((unproven(target) / "proof.json").read_text())["proven"] is False
    assert (unproven(target) / "cell.txt").read_text().startswith("// Proof: NOT PROVEN: the")


def test_the_words_of_an_engine_end_no_comment(branched, expected, tmp_path):
    kind = replace(echo(expected, 0.0), command=("-c", 'raise SystemExit(\'"""\\n*/ import os\')'))
    target = tmp_path / "run-model_0007-echo"
    write_export(kind, branched, target, expected_mV=expected, engine={}, python=sys.executable)
    text = (unproven(target) / "cell.txt").read_text()
    assert text.count("\n") == 1
    assert not {'"', "*", "\\"} & {*text}
    assert '"""\n*/ import os' in (unproven(target) / "engine-output.txt").read_text()


@pytest.mark.parametrize("name", ["run-model_0007-echo", "run-model_0007-echo-unproven"])
def test_nothing_is_written_over(branched, expected, tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match=rf"{name} is there: remove it"):
        exported(branched, expected, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    refuse_existing(tmp_path / "another")


def test_versions_of_an_engine():
    kind = ExportKind("echo", ("numpy",), "pip", echo, (), 1.0, ())
    assert find_engine(kind, sys.executable) == {"numpy": np.__version__}


def test_an_engine_that_is_not_there():
    kind = ExportKind("echo", ("numpy", "no_such_module"), "pip install echo", echo, (), 1.0, ())
    with pytest.raises(
        NotAvailableError,
        match=r"--as echo: no export without its proof, .*no_such_module.*: pip install echo, or",
    ):
        find_engine(kind, sys.executable)


def test_what_is_no_python():
    kind = ExportKind("echo", ("numpy",), "pip", echo, (), 1.0, ())
    with pytest.raises(UsageError, match=r"--engines /nowhere: expected a Python"):
        find_engine(kind, "/nowhere")


@pytest.mark.nightly
def test_a_model_that_fails_has_no_proof(branched):
    values = branched.model.values.copy()
    values[0] = np.inf
    broken = replace(branched, model=replace(branched.model, values=values))
    with pytest.raises(ModelError, match="Evaluation 7 cannot be simulated"):
        simulated(broken, exact_tables=False)
