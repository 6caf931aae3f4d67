"""The kinds of exports."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.exporters.table import EXPORTS, read_kinds


def test_names_with_commas():
    assert [kind.name for kind in read_kinds(" jaxley,hoc, hoc")] == ["jaxley", "hoc"]
    assert all(kind.name == name for name, kind in EXPORTS.items())


@pytest.mark.parametrize("text", ["", ",", "hoc,genesis"])
def test_others_are_refused(text):
    with pytest.raises(UsageError, match=r"--as .*: expected some of neuron, hoc, bluepyopt"):
        read_kinds(text)


def test_why_there_is_no_neuroml():
    with pytest.raises(UsageError, match="--as neuroml: there is no such export, because none"):
        read_kinds("hoc,neuroml")
