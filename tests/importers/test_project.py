"""The text of a project file."""

from __future__ import annotations

import ast

import pytest

from pyneuronautofit.importers.project import ImportedModel, around, project_text


@pytest.mark.parametrize(
    ("value", "row"),
    [
        (0.02, ("g", "log", 0.002, 0.2)),
        (3e-5, ("g", "log", 3e-6, 3e-4)),
        (0.0, ("g", "lin", 0.0, 1e-3)),
        (-2.0, ("g", "lin", -20.0, -0.2)),
    ],
)
def test_bounds_around_a_value(value, row):
    assert around("g", value) == row


def test_it_is_python_with_what_a_project_needs():
    model = ImportedModel(
        "Of a test.",
        "class Cell:\n    pass\n",
        [("soma[*].g", "log", 1e-5, 1e-3)],
        {"soma[*].g": "lambda x: (1.0)"},
        temperature_degC=34.0,
    )
    text = project_text(model)
    tree = ast.parse(text)
    names = {t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets}
    assert names == {"fitmeneuron", "param_nslh", "profiles", "simulator"}
    assert '["soma[*].g", "log", 1e-05, 0.001],' in text
    assert "--temperature 34" in ast.get_docstring(tree)
