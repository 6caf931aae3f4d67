"""`import-model`: what is written is simulated by both simulators alike."""

from __future__ import annotations

import json

import numpy as np
import pytest

from importers.foreign import write_allen, write_bluepyopt, write_hoc

MODELS = {"all[*].g_pas": 3e-5, "apic[*](*).gbar_tih": 2e-5, "soma[*].gbar_tverb": 0.01}


@pytest.fixture
def recording(tmp_path):
    current = np.zeros((2, 2000))
    current[:, 500:1500] = np.array([-100.0, 200.0])[:, None]
    noise = np.random.default_rng(0).normal(0.0, 0.1, current.shape)
    path = tmp_path / "steps.npz"
    np.savez(path, voltage=noise - 70.0, current=current, dt=0.1)
    return path


def written(command, source, folder, *words):
    answer = command("import-model", source, "-o", folder, *words)
    assert answer.code == 0, answer.err
    return answer.out


def agree(command, folder, recording):
    """Simulate the published values by both, and compare."""
    out = folder.parent / "both.npz"
    answer = command(
        "simulate", folder / "published.json", recording, "--project", folder, "-o", out,
        "--simulator", "both", "--temperature", "34",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    with np.load(out) as arrays:
        assert arrays["status"].tolist() == ["OK"]
        apart = np.abs(arrays["voltage"] - arrays["voltage_neuron"])
        spikes = (arrays["voltage"][0] > -10).any(axis=1)
    assert apart.max() < 1e-3
    assert not spikes[0]


@pytest.mark.nightly
def test_bluepyopt(command, recording, tmp_path):
    folder = tmp_path / "project"
    said = written(command, write_bluepyopt(tmp_path / "model"), folder)
    assert "project.py with 3 parameters, 4 .mod file(s), cell.swc" in said
    assert "the model is for --temperature 34" in said
    (folder / "published.json").write_text(json.dumps({"models": [{"parameters": MODELS}]}))
    agree(command, folder, recording)


@pytest.mark.nightly
def test_allen(command, recording, tmp_path):
    folder = tmp_path / "project"
    said = written(command, write_allen(tmp_path / "fit"), folder)
    assert "published.json: the published values" in said
    agree(command, folder, recording)


def test_hoc(command, recording, tmp_path):
    folder = tmp_path / "project"
    written(command, write_hoc(tmp_path / "cell"), folder, "--layout", "hoc")
    agree(command, folder, recording)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "the following arguments are required: SOURCE"),
        (("model",), "expected a model of another tool, and -o"),
        (("gone", "-o", "out"), "there is no"),
        (("model", "-o", "model"), "is there already"),
        (("model", "-o", "out", "--axon", "long"), "--axon"),
        (("model", "-o", "out", "--layout", "word"), "--layout"),
        (("model", "-o", "out", "--mods", "gone"), "there is no folder"),
    ],
)
def test_mistakes(command, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    write_allen(tmp_path / "model")
    answer = command("import-model", *words)
    assert answer.code == 2
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert not (tmp_path / "out").exists()
