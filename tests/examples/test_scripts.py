"""The scripts of TC-fitting do, in that folder, what the first description says of them."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from pyneuronautofit.models import load_model
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS

from .conftest import DATA, EXAMPLES

FOLDER = EXAMPLES / "TC-fitting"


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory):
    """Compile the channels beforehand."""
    load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture
def database(tmp_path):
    """The model behind the example recording, and three like it."""
    content = json.loads((DATA / "TC-example-truth.json").read_text())
    truth = content["models"][0]
    rng = np.random.default_rng(0)
    content["models"] = []
    for number in range(4):
        values = dict(truth["parameters"])
        for names, *_rest in PARAMETERS:
            factor = 1.0 + 0.02 * number * rng.standard_normal()
            for name in (names,) if isinstance(names, str) else names:
                values[name] *= factor
        content["models"].append({**truth, "parameters": values, "id": number})
    path = tmp_path / "db.json"
    path.write_text(json.dumps(content))
    return path


def script(name, *words):
    done = subprocess.run(
        [sys.executable, "-B", name, *map(str, words)],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_search_init_takes_an_input_and_an_output(database, tmp_path):
    out = tmp_path / "with-init.json"
    said = script("search-init.py", database, out, "--dt", "0.1")
    assert "4 of 4 models are at rest" in said
    inits = [model["init"] for model in json.loads(out.read_text())["models"]]
    assert inits[0]["soma.v"] == pytest.approx(-68.0, abs=1.0)
    assert inits[0]["axon.v"] == pytest.approx(inits[0]["soma.v"], abs=1.0)
    assert len({init["soma.v"] for init in inits}) == 4


def test_check_selection_writes_beside_the_database(database, tmp_path):
    said = script("CheckSelection.py", database, "--dt", "0.1")
    n_passed = len(json.loads((tmp_path / "db-checked.json").read_text())["models"])
    assert f"{n_passed} of 4 models pass" in said


def test_final_check_finds_the_recording_in_experimentaldata(database, tmp_path):
    script("FinalCheck.py", database, "0", tmp_path / "model-{}.png", "--simulator", "neuron")
    assert (tmp_path / "model-0.png").read_bytes().startswith(b"\x89PNG")


def test_plot_parmdist(database, tmp_path):
    script("plot-parmdist.py", database, "-o", tmp_path / "f.pdf")
    for name in ("f.pdf", "f-pca.pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF")


def test_the_published_sample_passes_the_check(shared, tmp_path):
    """All 24 models, as the original finds; and one without sodium channels fails for that."""
    content = json.loads((shared / "data" / "P07-models-sample.json").read_text())
    without = json.loads(json.dumps(content["models"][1]))
    for name in ("soma(0.5).TC_HH.gna_max", "axon(0.5).TC_HH.gna_max"):
        without["parameters"][name] = 1e-7
    content["models"].append({**without, "id": 999})
    path = tmp_path / "sample.json"
    path.write_text(json.dumps(content))
    said = script("CheckSelection.py", path)
    assert "24 of 25 models pass" in said
    assert "model 999 fails: no step up to 200 pA makes the soma fire" in said
