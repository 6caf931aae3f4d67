"""Several models, in several languages."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from pyneuronautofit.errors import OutputError, ProofError
from pyneuronautofit.exporters import exporting
from pyneuronautofit.exporters.exporting import Order, export_models
from pyneuronautofit.exporters.table import read_kinds

from .test_writing import echo


@pytest.fixture
def order(branched, expected, tmp_path, monkeypatch):
    """Orders one model of an engine that answers with what is expected, plus so much."""
    monkeypatch.setattr(exporting, "read_flat", lambda _setup, _table: branched.cell)
    monkeypatch.setattr(exporting, "simulated", lambda _export, exact_tables: expected)

    def make(*more):
        kinds = [replace(echo(expected, each), name=f"echo{n}") for n, each in enumerate(more)]
        models = {"run-model_0007": branched.model}
        return Order(kinds, models, branched.protocol, tmp_path, sys.executable)

    return make


def test_each_has_its_folder(order, tmp_path):
    written = export_models(order(0.0, 1e-9))
    assert written == [tmp_path / "run-model_0007-echo0", tmp_path / "run-model_0007-echo1"]
    assert all((path / "proof.json").is_file() for path in written)


def test_one_that_fails_is_an_error_and_the_others_are_there(order, tmp_path):
    with pytest.raises(
        ProofError,
        match=r"the proof of run-model_0007-echo0 has failed, and its files are in .*-unproven: the"
        r" largest difference in 2 sweep\(s\) is 0.5 mV.*do not use it",
    ):
        export_models(order(0.5, 0.0))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["run-model_0007-echo0-unproven", "run-model_0007-echo1"]


def test_nothing_is_written_where_something_is_there(order, tmp_path):
    (tmp_path / "run-model_0007-echo1").mkdir()
    with pytest.raises(OutputError, match="echo1 is there"):
        export_models(order(0.0, 0.0))
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.nightly
def test_cell_and_voltages_are_those_of_the_model(branched, tmp_path):
    models = {"run-model_0007": branched.model}
    order = Order(read_kinds("hoc,neuron"), models, branched.protocol, tmp_path, sys.executable)
    assert [path.name for path in export_models(order)] == [
        "run-model_0007-hoc", "run-model_0007-neuron",
    ]  # fmt: skip
