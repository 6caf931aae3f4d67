"""The project of docs/models.md runs as it is printed, and so do those of the examples."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import BatchSimulator, NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterSpace

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"


def documented(page):
    (text,) = re.findall(r"```python\n(from neuron import h\n.*?)```", page.read_text(), re.DOTALL)
    return text


def both(folder, temperature_degC=20.0):
    """Simulate two candidates by both simulators; return the voltages."""
    model = load_model(folder, folder)
    space = ParameterSpace.from_rows(model.parameters)
    table = space.to_model(space.sample(np.random.default_rng(1), 2))
    current = np.zeros((1, 600))
    current[:, 100:400] = -50.0
    recording = Recording("steps", np.zeros_like(current), current, 0.1)
    window = StimulusWindow(100, 399)
    experiment = plan_experiment(recording, window, [0], 0.025, temperature_degC)
    voltages = []
    for make in (NeuronSimulator, BatchSimulator):
        with make(model.cell_source, experiment, 1) as simulator:
            traces = simulator.run(table)
        assert traces.ok.all(), traces.messages
        voltages.append(traces.voltage_mV)
    return voltages


def test_the_project_of_the_models_page(tmp_path):
    (tmp_path / "project.py").write_text(documented(REPOSITORY / "docs" / "models.md"))
    model = load_model(tmp_path, tmp_path)
    assert model.version == "2.1"
    neuron, batch = both(tmp_path)
    np.testing.assert_allclose(batch, neuron, rtol=0, atol=1e-6)


def test_the_first_cell_is_that_of_its_page():
    def without_comments(text):
        lines = (line.partition("#")[0].rstrip() for line in text.splitlines())
        return [line for line in lines if line and not line.lstrip().startswith('"""')]

    own = (EXAMPLES / "HH-soma" / "project.py").read_text().partition("from neuron import h")[2]
    page = documented(REPOSITORY / "docs" / "first-cell.md").partition("from neuron import h")[2]
    assert without_comments(own) == [
        line for line in without_comments(page) if line.strip() != "pass"
    ]


@pytest.mark.parametrize(("name", "temperature_degC"), [("HH-soma", 6.3), ("pyramidal", 34.0)])
def test_examples(name, temperature_degC):
    neuron, batch = both(EXAMPLES / name, temperature_degC)
    np.testing.assert_allclose(batch, neuron, rtol=0, atol=1e-5)


def test_parameters_of_the_morphology_page_are_those_of_the_example():
    page = (REPOSITORY / "docs" / "cell-with-morphology.md").read_text()
    rows = re.search(r"param_nslh = (\[\n.*?\n\])", page, re.DOTALL)
    model = load_model(EXAMPLES / "pyramidal", EXAMPLES)
    found = [
        [name if isinstance(name, str) else list(name), *rest] for name, *rest in model.parameters
    ]
    assert json.loads(rows[1].replace("'", '"').replace(",\n]", "\n]")) == found
