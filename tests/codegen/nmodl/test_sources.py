"""Where the equations of mechanisms are found."""

from __future__ import annotations

import pytest

from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.nmodl.sources import find_sources
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import neuron_files

OWN = neuron_files() / "share" / "modfile"


@pytest.fixture
def mods(tmp_path):
    """A folder of a user's, with a mechanism, a point process, and one that NEURON has, too."""
    (tmp_path / "a_file.mod").write_text("NEURON { SUFFIX mine }")
    (tmp_path / "syn.mod").write_text("COMMENT\nSUFFIX a\nENDCOMMENT\nNEURON { POINT_PROCESS Syn }")
    (tmp_path / "z.mod").write_text("NEURON { SUFFIX pas }")
    (tmp_path / "other.mod").write_text("NEURON { SUFFIX other }")
    (tmp_path / "notes.txt").write_text("NEURON { SUFFIX wanted }")
    return tmp_path


def test_files_are_known_by_what_they_declare(mods):
    kinds = (NodeKind(("mine", "hh"), ()), NodeKind(("mine",), (), ("Syn#0", "Syn#1")))
    assert find_sources(mods, kinds) == {
        "mine": mods / "a_file.mod", "Syn": mods / "syn.mod", "hh": OWN / "hh.mod"
    }  # fmt: skip


def test_the_model_has_its_own_version_of_a_mechanism(mods):
    kinds = (NodeKind(("pas",), ()),)
    assert find_sources(mods, kinds) == {"pas": mods / "z.mod"}
    assert find_sources(None, kinds) == {"pas": OWN / "passive.mod"}


def test_of_two_files_the_first_counts(mods):
    (mods / "b_file.mod").write_text("NEURON { SUFFIX mine }")
    assert find_sources(mods, (NodeKind(("mine",), ()),)) == {"mine": mods / "a_file.mod"}


@pytest.mark.parametrize("there", [True, False])
def test_what_has_only_a_compiled_library_is_refused(mods, there):
    kinds = (NodeKind(("hh", "wanted"), (), ("Gone#0",)),)
    where = f"not in {mods}" if there else "the model has no folder of .mod files"
    with pytest.raises(UnsupportedModel) as caught:
        find_sources(mods if there else None, kinds)
    assert str(caught.value) == (
        "the equations of Gone, wanted are needed as .mod files, and are not there "
        f"({where}): a compiled library cannot be read by --simulator batch. Use --simulator "
        "neuron for this model, or rewrite the channel without it."
    )
