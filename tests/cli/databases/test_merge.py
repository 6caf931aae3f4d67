"""`select` and `merge`: there and back."""

from __future__ import annotations

import json

from .quick_cells import database, ok


def test_there_and_back(command, tmp_path):
    db = database(tmp_path / "db.json")
    parts = [tmp_path / "a.json", tmp_path / "b.json"]
    answer = ok(command, "select", db, "--models", "3,5", "-o", parts[0])
    assert "2 of 5 models" in answer.out
    ok(command, "select", db, "--models", "5:20", "-o", parts[1])
    assert [m["id"] for m in json.loads(parts[1].read_text())["models"][:-1]] == [5, 8, 9, 11]
    answer = ok(command, "merge", *parts, "-o", tmp_path / "whole.json")
    assert "5 models, 1 left out that were there already" in answer.out
    whole, before = (json.loads(p.read_text()) for p in (tmp_path / "whole.json", db))
    for number, each in enumerate(before["models"][:-1]):
        each["id"] = number
    assert whole == before
