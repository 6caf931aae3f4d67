"""What is in a FUNCTION_TABLE, of which NEURON shows the values alone."""

from __future__ import annotations

import pytest

from pyneuronautofit.codegen.kinds import Curve
from pyneuronautofit.models import compiled_library
from simulators.cells import live_cells
from simulators.cells.test_reading import Worker
from simulators.mechanism_cells import MODS

NINF = ((0.02, 0.3, 1.0), (-80.0, -41.3, 10.0))


@pytest.fixture
def worker():
    # One of its own: tables stay what they are.
    made = Worker(compiled_library(MODS))
    yield made
    made.close()


def test_points_and_constants_are_found(worker):
    found = worker(live_cells.curves, {"ninf": NINF, "ntau": (7.0,)})
    assert {name: curve for _mechanism, name, curve in found} == {
        "ninf": Curve(NINF[1], NINF[0]),
        "ntau": Curve((0.0,), (7.0,)),
    }
    assert {mechanism for mechanism, _name, _curve in found} == {"ttabf"}
    # They are looked at anew: another cell may have filled them.
    other = ((0.0, 1.0), (-60.0, -20.0))
    again = worker(live_cells.curves, {"ninf": other})
    assert {name: curve for _mechanism, name, curve in again}["ninf"] == Curve(other[1], other[0])


def test_a_table_that_nobody_has_filled(worker):
    outcome = worker.outcome(live_cells.curves, {"ninf": NINF})
    assert "FUNCTION_TABLE ntau of the mechanism ttabf" in outcome.message
    assert "h.table_ntau_ttabf(values, arguments)" in outcome.message
