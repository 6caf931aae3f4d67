"""`simulate`: models of a database, or of a run, under a recording's currents."""

from __future__ import annotations

import json

import numpy as np


def database(path, **header):
    models = [
        {"id": number, "parameters": {"soma(0.5).hh.gl": leak, "soma(0.5).hh.gkbar": gkbar}}
        for number, leak, gkbar in ((3, 1e-4, 0.03), (5, 3e-4, 0.03), (8, 3e-4, 0.95))
    ]
    path.write_text(json.dumps({**header, "models": [*models, None]}))
    return path


def simulate(command, *words):
    answer = command("simulate", "--dt", "0.1", *words)
    assert answer.code == 0, answer.err
    return answer


def test_models_of_a_database(command, recording, hh_project, tmp_path):
    models, out = database(tmp_path / "db.json", temperature=20), tmp_path / "o.npz"
    answer = simulate(command, "--project", hh_project, models, recording, "-o", out)
    assert "2 of 3 models simulated" in answer.out
    assert "cell-ms per second" in answer.out
    assert "model 8: the model raised an error: ValueError: too leaky" in answer.out
    with np.load(out) as arrays:
        assert arrays["voltage"].shape == (3, 3, 600)
        assert arrays["dt"] == 0.1
        assert arrays["status"].tolist() == ["OK", "OK", "FAILED"]
        assert arrays["id"].tolist() == [3, 5, 8]
        assert np.isfinite(arrays["voltage"][:2]).all()
        assert np.isnan(arrays["voltage"][2]).all()
        everything = arrays["voltage"]
    chosen = tmp_path / "chosen.npz"
    words = ["--models", "5,3:4", "--project", hh_project, models, recording, "-o", chosen]
    simulate(command, *words)
    with np.load(chosen) as arrays:
        assert arrays["id"].tolist() == [5, 3]
        np.testing.assert_array_equal(arrays["voltage"], everything[[1, 0]])
    # -q outranks the database's temperature.
    simulate(command, "-q", "6.3", *words)
    with np.load(chosen) as arrays:
        assert not np.array_equal(arrays["voltage"], everything[[1, 0]])


def test_the_models_of_a_run_score_as_they_did_in_the_run(command, recording, hh_project, tmp_path):
    search = ["-A", "N", "-m", "OV", "-G", "1", "-P", "6", "--seed", "1", "--dt", "0.1"]
    where = ["--project", hh_project, "--output", tmp_path, "-a", "run"]
    assert command(*search, *where, recording).code == 0
    final, out = tmp_path / "run-final.json", tmp_path / "o.npz"
    simulate(command, "--project", hh_project, final, recording, "-o", out)
    compared = json.loads(command("compare", "-m", "OV", recording, out).out)
    expected = [record["fitness"] for record in json.loads(final.read_text())["final"]]
    # Printed parameters have all digits, so the voltages are the same to the last bit.
    assert compared["vector"] == expected


def test_both_simulators_are_compared(command, recording, hh_project, tmp_path):
    models, out = database(tmp_path / "db.json", temperature=20), tmp_path / "o.npz"
    words = ["--project", hh_project, "--simulator", "both", models, recording, "-o", out]
    answer = simulate(command, *words)
    assert "batch, double precision" in answer.out
    assert "NEURON in" in answer.out
    assert "the batch simulator against NEURON" in answer.out
    assert "FAILED / FAILED" in answer.out  # model 8, in either
    with np.load(out) as arrays:
        # NEURON's hh has tables, which are switched off for the comparison.
        np.testing.assert_allclose(
            arrays["voltage"][:2], arrays["voltage_neuron"][:2], rtol=0, atol=1e-5
        )
        assert not np.array_equal(arrays["voltage"][:2], arrays["voltage_neuron"][:2])


def test_single_precision_is_near_double(command, recording, hh_project, tmp_path):
    models = database(tmp_path / "db.json", temperature=20)
    voltages = []
    for precision in ("double", "single"):
        out = tmp_path / f"{precision}.npz"
        words = ["--project", hh_project, "--precision", precision, models, recording, "-o", out]
        assert f"batch, {precision} precision" in simulate(command, *words).out
        with np.load(out) as arrays:
            voltages.append(arrays["voltage"][:2])
    assert not np.array_equal(*voltages)
    np.testing.assert_allclose(*voltages, rtol=0, atol=0.05)
