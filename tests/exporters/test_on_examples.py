"""Exports of the examples, proven in their engines, on models that have spikes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.exporters.table import EXPORTS
from pyneuronautofit.exporters.writing import simulated, write_export

from .conftest import exported

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TRUTH = json.loads((EXAMPLES / "experimentaldata" / "TC-example-truth.json").read_text())
ON = {
    "HH-soma": (6.3, (1.1, 4e-4, -56.0, 0.14, 0.03)),
    "pyramidal": (34.0, (1.0, 3e-5, 0.15, 0.05, 2e-3, 1e-3, 5e-5, 2e-5)),
    "TC-fitting": (35.0, None),
}


@pytest.fixture(scope="module", params=ON)
def example(request):
    """An example's model with parameters that make it fire, and what it does in our simulator."""
    temperature_degC, values = ON[request.param]
    if values is None:
        of_truth = TRUTH["models"][0]["parameters"]
        names = [row[0] if isinstance(row[0], str) else row[0][0] for row in TRUTH["parameters"]]
        values = [of_truth[name] for name in names]
    export = exported(EXAMPLES / request.param, values, temperature_degC, n_sample=1000)
    # As much current as a large soma needs.
    experiment = export.protocol.experiment
    stronger = replace(experiment, current_pA=3.0 * experiment.current_pA)
    export = replace(export, protocol=replace(export.protocol, experiment=stronger))
    return export, simulated(export, exact_tables=False)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["neuron", "hoc", "bluepyopt"])
def test_each_is_proven_with_spikes(example, name, tmp_path):
    kind, (export, expected) = EXPORTS[name], example
    for module in kind.modules:
        if find_spec(module) is None:
            pytest.skip(f"{name} needs {module}, which is not installed")
    proof = write_export(
        kind, export, tmp_path / name, expected_mV=expected, engine={}, python=sys.executable
    )
    assert proof.passed, proof.said
    assert sum(each.spikes[1] for each in proof.sweeps) > 0
    # Far below what is allowed.
    assert proof.largest_mV < 1e-6
    np.testing.assert_array_equal(np.load(tmp_path / name / "expected.npz")["voltage_mV"], expected)


@pytest.mark.nightly
def test_jaxley_has_the_channels_of_one_of_them(example):
    export, _expected = example
    if export.cell.mechanisms == ("hh",):
        EXPORTS["jaxley"].refuse(export)
        return
    with pytest.raises(
        UsageError, match=r"--as jaxley: the model has the channel\(s\) .*(pyr|TC_)"
    ):
        EXPORTS["jaxley"].refuse(export)
