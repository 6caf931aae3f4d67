"""Morphologies of models that are imported."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.morphology import find_morphology, in_regions, morphology_text

NAMES = ("soma[*].a", "dend[*].a", "apic[*].a", "axon[*].a", "all[*].a")


def test_the_only_one_below_a_folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "cell.SWC").write_text("")
    assert find_morphology(tmp_path, None).name == "cell.SWC"
    (tmp_path / "other.asc").write_text("")
    with pytest.raises(ModelError, match=r"there are several: .*use --morphology"):
        find_morphology(tmp_path, None)
    assert find_morphology(tmp_path, tmp_path / "other.asc").name == "other.asc"
    with pytest.raises(ModelError, match="there is no morphology"):
        find_morphology(tmp_path, tmp_path / "gone.swc")


def test_readers_by_their_files(tmp_path):
    assert "Import3d_SWC_read()" in morphology_text(tmp_path / "a.swc", stub=False)
    assert "Import3d_Neurolucida3()" in morphology_text(tmp_path / "a.ASC", stub=True)
    with pytest.raises(ModelError, match=r"reads .swc and .asc files"):
        morphology_text(tmp_path / "a.nml", stub=False)


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("a.swc", "# 2 3\n1 1 0 0 0 5 -1\n2 3 0 9 0 1 1\n", ("soma", "dend", "all")),
        (
            "a.swc",
            "1 1 0 0 0 5 -1\n2 2 0 9 0 1 1\n3 4 0 0 0 1 1\n",
            ("soma", "apic", "axon", "all"),
        ),
        ("a.asc", '("CellBody")\n((Dendrite)\n((Apical)', ("soma", "dend", "apic", "all")),
    ],
)
def test_regions_of_files(tmp_path, name, text, there):
    path = tmp_path / name
    path.write_text(text)
    wanted = {each for each in NAMES if each.partition("[")[0] in (*there, "all")}
    assert in_regions(path, NAMES, stub=False) == wanted
    assert in_regions(path, NAMES, stub=True) == wanted | {"axon[*].a"}
