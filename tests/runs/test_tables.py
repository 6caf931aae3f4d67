"""All evaluations of a run as one table, against what was written into its store."""

from __future__ import annotations

import builtins
import csv
import json

import numpy as np
import pytest

from pyneuronautofit.errors import NotAvailableError
from pyneuronautofit.runs import column_names, create_store, open_run, write_csv, write_parquet

from ._made import N_CAND, make_info, make_store

COLUMNS = [
    "evaluation", "generation", "status", "message", "seconds", "in_population", "in_archive",
    "weighted_fitness", "soma.L", "soma(0.5).pas.g", "O0", "O1", "V0",
]  # fmt: skip


@pytest.fixture
def stored(tmp_path):
    """A store of three generations, open, and what was written into it."""
    made = make_store(tmp_path / "r.sqlite", 3)
    with open_run(tmp_path / "r.sqlite") as run:
        yield run, made


def wanted(made):
    """Return the columns of a table, by name."""
    evaluations = [new.evaluations for new in made]
    scores = np.concatenate([e.scores for e in evaluations])
    parameters = np.concatenate([e.parameters for e in evaluations])
    n = len(scores)
    best = np.argsort(evaluations[-1].fitness)[: N_CAND // 2] + n - N_CAND
    return {
        "evaluation": np.arange(n),
        "generation": np.repeat(np.arange(len(made)), N_CAND),
        "status": [status for e in evaluations for status in e.status],
        "message": [message for e in evaluations for message in e.messages],
        "seconds": np.concatenate([e.seconds for e in evaluations]),
        "in_population": np.isin(np.arange(n), best).astype(int),
        "in_archive": np.isin(np.arange(n), made[-1].archive).astype(int),
        "weighted_fitness": (scores * [1.0, 0.5, 0.0]).sum(axis=1),
        "soma.L": parameters[:, 0],
        "soma(0.5).pas.g": parameters[:, 1],
        **{name: scores[:, k] for k, name in enumerate(("O0", "O1", "V0"))},
    }


def test_components_are_numbered_within_their_mode(stored):
    run, _made = stored
    assert column_names(run) == (["soma.L", "soma(0.5).pas.g"], ["O0", "O1", "V0"])


def test_csv_has_every_number_to_the_last_bit(stored, tmp_path):
    run, made = stored
    write_csv(tmp_path / "r.csv", run)
    with (tmp_path / "r.csv").open(newline="", encoding="utf-8") as stream:
        names, *rows = list(csv.reader(stream))
    assert names == COLUMNS
    for place, (name, values) in enumerate(wanted(made).items()):
        column = [row[place] for row in rows]
        if name in {"status", "message"}:
            assert column == values
            continue
        found = np.array([float(cell) if cell else np.nan for cell in column])
        assert found.tobytes() == np.asarray(values, dtype=float).tobytes(), name
    assert "signal 11: späť" in {row[3] for row in rows}


def test_parquet_has_the_same_and_the_head(stored, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    run, made = stored
    write_parquet(tmp_path / "r.parquet", run)
    table = parquet.read_table(tmp_path / "r.parquet")
    assert table.column_names == COLUMNS
    for name, values in wanted(made).items():
        found = table[name].to_pylist()
        np.testing.assert_array_equal(found, values)
    assert json.loads(table.schema.metadata[b"pyneuronautofit"]) == run.header.as_json()


def test_a_run_that_has_only_begun_is_a_table_without_rows(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    create_store(tmp_path / "r.sqlite", make_info())
    with open_run(tmp_path / "r.sqlite") as run:
        write_csv(tmp_path / "r.csv", run)
        write_parquet(tmp_path / "r.parquet", run)
    assert (tmp_path / "r.csv").read_text().splitlines() == [",".join(COLUMNS)]
    table = parquet.read_table(tmp_path / "r.parquet")
    assert (table.num_rows, table.column_names) == (0, COLUMNS)


def test_without_pyarrow_it_is_said_what_to_install(stored, tmp_path, monkeypatch):
    run, _made = stored
    original = builtins.__import__

    def refuse(name, *rest):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(NotAvailableError, match=r"pip install 'pyneuronautofit\[parquet\]'.*csv"):
        write_parquet(tmp_path / "r.parquet", run)
    assert not (tmp_path / "r.parquet").exists()
