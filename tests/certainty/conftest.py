"""Problems that several tests look at; each is compiled and simulated once."""

from __future__ import annotations

import pytest

from certainty.cells import HH, HH_TRUTH, PASSIVE, made_problem, steps_pA, write_project
from pyneuronautofit.certainty import find_certainty, inquiry_of

#: Below the threshold of spikes: all that is in the voltage is in its means over 3 ms, too.
HH_NOISE_MV = 0.3
PASSIVE_NOISE_MV = 0.2


@pytest.fixture(scope="session")
def hh(tmp_path_factory):
    """The problem of three conductances of hh, and the truth."""
    folder = tmp_path_factory.mktemp("hh")
    project = write_project(folder / "model", HH)
    current = steps_pA([-60, -30, 20, 40], 1500, 300, 1100)
    with made_problem(folder, project, current, HH_TRUTH, HH_NOISE_MV, tolerance_mV=3e-5) as made:
        yield made


@pytest.fixture(scope="session")
def hh_certainty(hh):
    problem, x = hh
    return find_certainty(inquiry_of(problem), x)


@pytest.fixture(scope="session")
def passive(tmp_path_factory):
    """The problem of a passive cell's conductance and capacitance, and the truth."""
    folder = tmp_path_factory.mktemp("passive")
    project = write_project(folder / "model", PASSIVE)
    current = steps_pA([-20, 10], 1200, 200, 800)
    with made_problem(
        folder, project, current, [1e-4, 1.0], PASSIVE_NOISE_MV, tolerance_mV=3e-5
    ) as made:
        yield made
