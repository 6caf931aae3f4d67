"""Of what kind everything in a file of models has to be that a command uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.database.kinds import check_kinds
from pyneuronautofit.errors import DatabaseError

PATH = Path("db.json")
MODEL = {
    "parameters": {"soma.L": 1.0}, "fitness": [1.0, None], "target": 0, "evaluation": "-3B4F",
    "src": 0, "selection": 1, "id": 0, "init": {"soma.v": -70.0}, "gsynmin": [0.1, None],
}  # fmt: skip
CONTENT = {
    "version": "3.06a", "module": "cell", "temperature": 35.0, "targets": ["a.abf", None],
    "evaluations": {"-3B4F": {"mode": "OV"}}, "sources": ["a"], "gsynmin": [-1.0, 1.0],
    "models": [MODEL, None], "discarded": [{"anything": []}, None], "mine": {"x": object},
}  # fmt: skip


def test_what_programs_write_is_allowed():
    check_kinds(CONTENT, "models", PATH)
    check_kinds({"models": [{"fitness": 3.5, "target": "a.abf", "mine": [1]}]}, "models", PATH)
    check_kinds({"evaluation": {"mode": "OV"}, "target": "a", "final": []}, "final", PATH)


@pytest.mark.parametrize(("key", "value"), [
    ("targets", {}), ("targets", [[1]]), ("targets", "a.abf"), ("sources", [3]),
    ("evaluations", []), ("evaluations", {"a": 3}), ("gsynmin", ["x"]), ("gsynmin", 0.5),
    ("discarded", {}), ("version", []), ("target", []), ("evaluation", [1]),
])  # fmt: skip
def test_a_head_of_other_kinds_is_refused(key, value):
    with pytest.raises(DatabaseError, match=rf"db.json: its head .* expected .* as '{key}'"):
        check_kinds({**CONTENT, key: value}, "models", PATH)


@pytest.mark.parametrize(("key", "value"), [
    ("target", {}), ("target", 2**70), ("src", [0]), ("evaluation", 7), ("id", 1.5),
    ("id", {"a": 1}), ("gsynmin", 3), ("gsynmin", [[1]]), ("fitness", "low"),
    ("fitness", [10**400]), ("selection", []),
])  # fmt: skip
def test_a_model_of_other_kinds_is_refused(key, value):
    with pytest.raises(DatabaseError, match=rf"db.json, model 1: expected .* as '{key}', found"):
        check_kinds({"models": [None, {**MODEL, key: value}]}, "models", PATH)
