"""A prepared problem, for all tests of this folder."""

from __future__ import annotations

import pytest

from pyneuronautofit.benchmarking.problem import problem_of
from pyneuronautofit.benchmarking.targets import prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A folder of problems with the passive one in it."""
    folder = tmp_path_factory.mktemp("problems")
    prepare(problem_of("passive"), folder / "passive")
    return folder
