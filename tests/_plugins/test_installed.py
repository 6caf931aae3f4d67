"""Plug-ins of installed packages."""

from __future__ import annotations

import sys

import pytest

from pyneuronautofit._plugins import OBJECTIVE, READER
from pyneuronautofit._plugins.installed import installed
from pyneuronautofit.errors import UsageError

SOURCE = "def peak(voltage_mV):\n    return voltage_mV.max(axis=1)\n"
POINTS = "[pyneuronautofit.objectives]\npeak = my_cells:peak\n"


def test_they_are_found_without_being_imported(package):
    module = package(SOURCE, POINTS)
    (found,) = installed(OBJECTIVE)
    assert (found.name, found.code, found.origin) == ("peak", "{peak}", "my-cells 1.2")
    assert installed(READER) == ()
    assert module not in sys.modules
    assert found.thing.__name__ == "peak"
    assert module in sys.modules
    assert found.source() == SOURCE.encode()
    assert found is installed(OBJECTIVE)[0]


def test_there_are_none_where_nothing_is_installed():
    assert installed(OBJECTIVE) == ()


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("peak = my_cells_broken:gone", "cannot be loaded: AttributeError"),
        ("peak = no_such_module:peak", "cannot be loaded: ModuleNotFoundError"),
        ("9lives = my_cells_broken:peak", "its name cannot stand in braces: expected two letters"),
    ],
)
def test_one_that_is_broken_is_named_with_its_package(package, points, expected):
    package(SOURCE, f"[pyneuronautofit.objectives]\n{points}\n", name="my-cells-broken")
    (found,) = installed(OBJECTIVE)
    with pytest.raises(UsageError) as refused:
        found.thing  # noqa: B018
    assert "my-cells-broken 1.2 has the entry point" in str(refused.value)
    assert expected in str(refused.value)
    assert found.source() is None or found.source() == SOURCE.encode()
