"""Result files made from a store, against what was written into it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from pyneuronautofit.runs import (
    RunFiles,
    RunWriter,
    create_store,
    export_results,
    final_models,
    finite_fitness,
    has_weights,
    open_run,
)

from ._made import N_CAND, make_generation, make_info, make_store

# Weights of the made generations: 1, 1/2 and nothing.
WEIGHTS = np.array([1.0, 0.5, 0.0])


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path, "r")


@pytest.fixture
def stored(files):
    """A store of four generations, open, and what was written into it."""
    made = make_store(files.store, 4)
    with open_run(files.store) as run:
        yield run, made


def exported(run, files, *, checkpoint=True, adaptations=True):
    assert export_results(run, files, checkpoint=checkpoint, adaptations=adaptations) == ()

    def read(path):
        return json.loads(path.read_text()) if path.exists() else None

    return [read(p) for p in (files.final, files.evaluations, files.checkpoint, files.adaptations)]


def as_records(parameters, scores, source=None):
    """Return models as result files hold them."""

    def plain(row):
        return [float(x) if np.isfinite(x) else None for x in row]

    records = []
    for values, vector in zip(parameters, scores, strict=True):
        weighted = float((vector * WEIGHTS).sum())
        record = {
            "fitness": plain(vector),
            "parameters": plain(values),
            "weighted-fitness": weighted if np.isfinite(weighted) else None,
        }
        records.append(record if source is None else {**record, "sours": source})
    return records


def every(made, name):
    return np.concatenate([getattr(new.evaluations, name) for new in made])


def test_every_evaluation_in_the_order_of_the_run(stored, files):
    run, made = stored
    _final, content, _checkpoint, _adaptations = exported(run, files)
    assert content["records"] == as_records(every(made, "parameters"), every(made, "scores"))
    assert content["cmd"] == run.header.command
    assert any(record["weighted-fitness"] is None for record in content["records"])


def test_the_final_population_best_first_and_the_archive(stored, files):
    run, made = stored
    content = exported(run, files)[0]["final"]
    last = made[-1].evaluations
    best = np.argsort(last.fitness)[: N_CAND // 2]
    population = as_records(last.parameters[best], last.scores[best], "P")
    archive = made[-1].archive
    others = as_records(every(made, "parameters")[archive], every(made, "scores")[archive], "A")
    assert content == population + others
    population_models, archive_models = final_models(run)
    assert (population_models.source, archive_models.source) == ("P", "A")
    assert len(archive_models.scores) == len(archive)


def test_the_checkpoint_is_the_last_generation(stored, files):
    run, made = stored
    content = exported(run, files)[2]
    last = made[-1].evaluations
    best = np.argsort(last.fitness)[: N_CAND // 2]
    assert content["generation"] == 3
    assert content["population"] == as_records(last.parameters[best], last.scores[best])


def test_the_trace_of_the_weights(stored, files):
    """Only generations that adapted them have one: the third, here."""
    run, made = stored
    assert has_weights(run)
    (trace,) = exported(run, files)[3]["adaptations"]
    assert trace == made[2].state.adaptation.as_json()


@pytest.mark.parametrize("which", ["checkpoint", "adaptations"])
def test_only_what_is_asked_for_is_written(stored, files, which):
    run, _made = stored
    exported(run, files, **{which: False})
    assert not getattr(files, which).exists()
    assert files.final.exists()
    assert files.evaluations.exists()


def test_every_evaluation_is_left_in_the_store_where_nobody_wants_it(stored, files):
    run, _made = stored
    said = {"checkpoint": False, "adaptations": False, "evaluations": False}
    assert export_results(run, files, **said) == ()
    assert files.final.exists()
    assert not files.evaluations.exists()


def test_a_run_that_has_only_begun(files):
    create_store(files.store, make_info())
    with open_run(files.store) as run:
        assert not has_weights(run)
        final, evaluations, checkpoint, adaptations = exported(run, files)
    assert (final["final"], evaluations["records"], checkpoint, adaptations) == ([], [], None, None)


def test_what_cannot_be_written_costs_itself_alone(stored, files):
    run, _made = stored
    files.evaluations.mkdir()
    (problem,) = export_results(run, files, checkpoint=True, adaptations=True)
    assert str(files.evaluations) in str(problem)
    assert all(path.is_file() for path in (files.final, files.checkpoint, files.adaptations))


@dataclass(frozen=True)
class PlainState:
    """A state of a search that has no weights."""

    generation: int


def test_a_search_by_dominance_has_no_fitness_and_no_trace(files):
    create_store(files.store, make_info())
    writer = RunWriter(files.store, make_info())
    writer.append(replace(make_generation(0, np.random.default_rng(3)), state=PlainState(0)))
    writer.close()
    with open_run(files.store) as run:
        assert not has_weights(run)
        _final, evaluations, _checkpoint, adaptations = exported(run, files)
    assert {record["weighted-fitness"] for record in evaluations["records"]} == {None}
    assert adaptations is None


def test_the_penalty_of_failed_ones_is_no_result():
    scores = np.array([[1.0, 2.0], [np.nan, np.nan], [3.0, np.inf]])
    found = finite_fitness(np.array([5.0, 1e9, 1e9]), scores)
    np.testing.assert_array_equal(found, [5.0, np.nan, np.nan])
    np.testing.assert_array_equal(finite_fitness(None, scores), [np.nan] * 3)
    assert finite_fitness(np.empty(0), np.empty((0, 2))).shape == (0,)
