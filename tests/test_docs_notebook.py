"""The notebook of the documentation is what its script makes, and runs."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def script():
    pytest.importorskip("nbclient", reason="needs the extra docs")
    spec = importlib.util.spec_from_file_location("make_notebook", DOCS / "make_notebook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_was_made_by_its_script_and_nothing_failed(script):
    kept = json.loads(script.NOTEBOOK.read_text())["cells"]
    assert ["".join(cell["source"]) for cell in kept] == [text for _kind, text in script.CELLS]
    outputs = [each for cell in kept for each in cell.get("outputs", ())]
    assert {each["output_type"] for each in outputs} <= {"display_data", "execute_result"}
    pictures = [each for each in outputs if "image/png" in each.get("data", ())]
    assert len(pictures) == 2


@pytest.mark.nightly
def test_it_runs(script):
    script.execute(script.made())
