"""Whether stored models are of the model that they are simulated with."""

from __future__ import annotations

import logging

import pytest

from pyneuronautofit.cli.stored_model import model_of, note_temperature
from pyneuronautofit.database.models import models_of
from pyneuronautofit.models import ProjectOptions

OWN = "soma(0.5).hh.gnabar"


@pytest.fixture
def asked(tmp_path, monkeypatch, caplog):
    """What is said of models with these parameters."""
    monkeypatch.chdir(tmp_path)

    def ask(names, project=None):
        models = [{"parameters": {name: 1.0}} for name in names]
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            options = ProjectOptions(project=None if project is None else str(project))
            model = model_of(
                options, models_of({"models": models}, tmp_path / "db.json"), "db.json"
            )
        assert model.parameters
        return caplog.messages

    return ask


def test_models_of_the_model(asked, hh_project):
    assert asked([OWN], hh_project) == []
    assert asked(["soma.L"]) == []


def test_models_of_another_model(asked, hh_project):
    (line,) = asked([OWN, "soma.L", "axon.L"], hh_project)
    assert line.startswith("2 of the 3 parameters of db.json are not among the model's, which is ")
    assert f"{hh_project}/project.py: soma.L, axon.L (the model's are {OWN}, " in line
    assert line.endswith("Look at --project")
    (line,) = asked([OWN])
    assert "which is the built-in cell: " in line
    assert line.endswith("Name its project with --project")


def test_a_project_of_the_working_directory_is_named(asked, hh_project, tmp_path):
    (hh_project / "project.py").rename(tmp_path / "project.py")
    (line,) = asked(["soma.L"])
    assert f"{tmp_path}/project.py: soma.L" in line


def test_the_temperature_that_is_taken(caplog):
    with caplog.at_level(logging.INFO):
        note_temperature(35.0, "db.json")
    (record,) = caplog.records
    assert "db.json does not say at which temperature its models are: 35 degC" in record.message
    assert record.notice
