"""KAMOGA, Max and PositiveCor, and the flags that belong to them, on a fast model."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest


@pytest.fixture
def fit(command, recording, hh_project, tmp_path):
    """Runs a small fit into a folder of its own and returns its files by their kind."""

    def run(*words, folder="out"):
        basis = ["-A", "K", "-m", "OV", "-P", "10", "-G", "3", "--seed", "3", "--dt", "0.1"]
        where = ["--project", hh_project, "--output", tmp_path / folder, "-a", "run"]
        answer = command(*basis, *where, *words, recording)
        assert answer.code == 0, answer.err
        run.answer = answer
        kinds = ("final", "arXive", "chpnt", "KrWtLg")
        paths = {kind: tmp_path / folder / f"run-{kind}.json" for kind in kinds}
        run.log = gzip.decompress((tmp_path / folder / "run.log.gz").read_bytes()).decode()
        return {k: json.loads(path.read_text()) for k, path in paths.items() if path.exists()}

    return run


@pytest.mark.parametrize("algorithm", ["Krayzman", "m", "PositiveCor", "NSGA2"])
def test_every_algorithm_runs_and_repeats(fit, algorithm):
    one = fit("-A", algorithm, "-n", "1", "-U", "0", folder="one")
    two = fit("-A", algorithm, "-n", "2", "-U", "0", folder="two")
    assert one["final"]["final"] == two["final"]["final"]
    scalars = [record["weighted-fitness"] for record in one["final"]["final"]]
    if algorithm == "NSGA2":
        assert set(scalars) == {None}
    else:
        population = [scalar for scalar in scalars[:10] if scalar is not None]
        assert population == sorted(population)
        # The failed ones are last, and have no scalar.
        assert scalars[len(population) : 10] == [None] * (10 - len(population))


@pytest.mark.parametrize(
    "words", [("-A", "DE"), ("-A", "CMA"), ("-A", "Auto"), ("-A", "K", "--polish", "0.7")]
)
def test_searches_for_one_number_run_and_repeat(fit, words):
    """They know when their evaluations are used up; -G says how many there are as always."""
    words = (*words, "--weights", "V=0.02", "-G", "19")
    one = fit(*words, "-n", "1", folder="one")
    said = fit.answer.out
    two = fit(*words, "-n", "2", folder="two")
    assert one["final"]["final"] == two["final"]["final"]
    assert one["arXive"]["records"] == two["arXive"]["records"]
    n_asked = int(said.split(" evaluations, seed 3")[0].split()[-1])
    assert len(one["arXive"]["records"]) <= n_asked <= 200
    assert ("polish of" in said) == (words[1] in {"Auto", "K"})


def test_evaluations_instead_of_generations(fit):
    for algorithm, n in (("N", 50), ("DE", 57), ("CMA", 50)):
        files = fit("-A", algorithm, "--evaluations", "57", folder=algorithm)
        assert len(files["arXive"]["records"]) == n


def test_elites_survive_and_cost_no_evaluation(fit):
    few, none = fit("-E", "4", folder="few"), fit("-E", "0", folder="none")
    assert len(few["arXive"]["records"]) == 10 + 3 * 6
    assert len(none["arXive"]["records"]) == 4 * 10


def test_a_failed_candidate_has_no_weighted_fitness(fit):
    records = fit("-P", "40", "-G", "1")["arXive"]["records"]
    failed = [record for record in records if None in record["fitness"]]
    assert failed
    assert all(record["weighted-fitness"] is None for record in failed)


@pytest.mark.parametrize(
    "words",
    [("-N", "0.1"), ("-y",), ("-b", "1.5"), ("-U", "3"), ("-J",), ("-E", "5"), ("-A", "P")],
)
def test_flags_of_the_weights_change_the_result(fit, words):
    basis = fit("-U", "0", "-N", "0.9", folder="basis")["final"]["final"]
    changed = fit("-U", "0", "-N", "0.9", *words, folder="changed")["final"]["final"]
    assert changed != basis


@pytest.mark.parametrize("algorithm", ["N", "K"])
def test_refining_changes_the_last_generations_alone(fit, algorithm):
    words = ("-A", algorithm, "-G", "4", "-S", "1.0")
    basis = fit(*words, folder="basis")["arXive"]["records"]
    refined = fit(*words, "--refine", "0.5", folder="refined")["arXive"]["records"]
    half = len(basis) * 3 // 5
    assert [r["parameters"] for r in refined[:half]] == [r["parameters"] for r in basis[:half]]
    assert [r["parameters"] for r in refined[half:]] != [r["parameters"] for r in basis[half:]]


def test_held_normalisation_changes_the_trace(fit):
    basis = fit("-U", "0", "-N", "0.9", "-b", "3", "-Z", folder="basis")["KrWtLg"]
    held = fit("-U", "0", "-N", "0.9", "-b", "3", "-Z", "-H", folder="held")["KrWtLg"]
    assert [a["steps"] for a in basis["adaptations"]] != [a["steps"] for a in held["adaptations"]]


def test_the_trace_shows_each_adaptation(fit):
    files = fit("-U", "0", "-Z")
    trace = files["KrWtLg"]
    assert trace["markers"] == list("OOOVVV")
    assert [adaptation["generation"] for adaptation in trace["adaptations"]] == [1, 2, 3]
    for adaptation in trace["adaptations"]:
        assert len(adaptation["after"]) == 6
        assert max(adaptation["after"]) == pytest.approx(1.0)
    summed = fit("-U", "0", "-Z", "-y", folder="sum")["KrWtLg"]
    assert sum(summed["adaptations"][-1]["after"]) == pytest.approx(1.0)
    assert "KrWtLg" not in fit("-U", "0", folder="without")
    fit("-A", "N", "-Z", folder="nsga")
    assert "-Z is ignored: NSGA2 does not use it" in fit.log


def first_parameters(files, n_cand=10):
    return np.array([record["parameters"] for record in files["arXive"]["records"][:n_cand]])


@pytest.mark.parametrize("kind", ["final", "chpnt", "arXive", "gz", "database"])
def test_initial_populations(fit, kind, tmp_path):
    fit("-G", "1", folder="first")
    source = tmp_path / "first" / f"run-{kind}.json"
    if kind == "gz":
        source = tmp_path / "final.json.gz"
        source.write_bytes(gzip.compress((tmp_path / "first" / "run-final.json").read_bytes()))
    if kind == "database":
        source = tmp_path / "database.json"
        models = [
            {"parameters": {"soma(0.5).hh.gkbar": 0.01 * n, "soma(0.5).hh.el": -70.0}}
            for n in range(1, 4)
        ]
        source.write_text(json.dumps({"models": models}))
    files = fit("-G", "0", "-I", source, folder="second")
    found = first_parameters(files)
    if kind == "database":
        # Three are given, by one of their parameters; the rest is drawn.
        np.testing.assert_allclose(found[:3, 1], [0.01, 0.02, 0.03])
        assert len(np.unique(found[:, 0])) == 10
        assert "drawn at random" in fit.log
        return
    content = json.loads((tmp_path / "first" / "run-final.json").read_text())["final"]
    if kind == "arXive":
        content = json.loads(source.read_text())["records"]
    expected = np.array([record["parameters"] for record in content[:10]])
    np.testing.assert_allclose(found, expected, rtol=1e-12)
