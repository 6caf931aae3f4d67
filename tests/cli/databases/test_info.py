"""`info`: what is in a database."""

from __future__ import annotations

import json
import re

from .quick_cells import database, ok


def test_text_and_json(command, tmp_path):
    db = database(tmp_path / "db.json")
    answer = ok(command, "info", db)
    assert "5 model(s) under 'models', ids 3 to 11" in answer.out
    assert re.search(r"^ +5  cell\.npz$", answer.out, re.MULTILINE)
    assert "5 model(s) (3, 5, 8, 9, 11) have no init (search-init writes it)" in answer.out
    found = json.loads(ok(command, "info", db, "--json", "--models", "3:6").out)
    assert found["n_model"] == 2
    assert found["parameters"][0]["smallest"] == 1e-7
