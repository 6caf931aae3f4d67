"""Which tool a model comes from."""

from __future__ import annotations

import re

import pytest

from importers.foreign import write_allen, write_bluepyopt, write_hoc
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.layouts import LAYOUTS, import_model
from pyneuronautofit.importers.project import ImportSettings


@pytest.mark.parametrize(
    ("write", "origin"),
    [
        (write_bluepyopt, "A cell of BluePyOpt"),
        (write_allen, "A fit of the Allen"),
        (write_hoc, "The template Pyramid"),
    ],
)
def test_layouts_are_told_by_their_files(tmp_path, write, origin):
    path = write(tmp_path / "model")
    assert import_model(path, ImportSettings(), tmp_path).origin.startswith(origin)
    fitting = [name for name, layout in LAYOUTS.items() if layout.fits(path)]
    assert len(fitting) == 1
    found = import_model(path, ImportSettings(), tmp_path, fitting[0])
    assert found.origin.startswith(origin)


def test_what_is_of_no_tool(tmp_path):
    with pytest.raises(ModelError, match="there is no"):
        import_model(tmp_path / "gone", ImportSettings(), tmp_path)
    with pytest.raises(ModelError, match=r"is no model of a tool .*bluepyopt: a folder with"):
        import_model(tmp_path, ImportSettings(), tmp_path)
    with pytest.raises(ModelError, match=re.escape("parameters.json")):
        import_model(tmp_path, ImportSettings(), tmp_path, "bluepyopt")
