"""What commands for stored models have in common."""

from __future__ import annotations

import json

import pytest

from pyneuronautofit.cli.traces.stored import StoredModelsOptions
from pyneuronautofit.errors import UsageError


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "models.json"
    models = [{"id": number, "parameters": {"soma.L": float(number)}} for number in (3, 5, 8)]
    path.write_text(json.dumps({"temperature": 31.5, "models": models}))
    return str(path)


def test_all_models_or_those_that_are_asked_for(database):
    def read(selection):
        stored = StoredModelsOptions(models=database, selection=selection).read_models()
        return [model.number for model in stored.models]

    assert read(None) == [3, 5, 8]
    assert read("8,0:4") == [8, 3]
    with pytest.raises(UsageError, match="no model 4"):
        read("4")


@pytest.mark.parametrize(("asked", "in_file", "found"), [
    (20.0, 31.5, 20.0), (0.0, 31.5, 0.0), (None, 31.5, 31.5), (None, None, 35.0),
])  # fmt: skip
def test_the_temperature_is_the_flags_or_the_files_or_the_default(
    database, asked, in_file, found, tmp_path
):
    content = json.loads((tmp_path / "models.json").read_text())
    (tmp_path / "models.json").write_text(json.dumps(content | {"temperature": in_file}))
    options = StoredModelsOptions(models=database, temperature_degC=asked)
    assert options.temperature_of(options.read_models()) == found
