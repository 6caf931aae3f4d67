"""A small fit of a passive cell, made once; nobody may write into its folder."""

from __future__ import annotations

import os

import pytest

from library.conftest import CELL, PARAMETERS, SETTINGS, made_recording
from library.defined import defined


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """The run's store."""
    from pyneuronautofit.library.fitting import fit

    folder = tmp_path_factory.mktemp("certain")
    before = os.getcwd()
    os.chdir(folder)
    try:
        ball = defined(CELL)["Ball"]
        settings = {**SETTINGS, "algorithm": "DE", "evaluations": 60}
        del settings["generations"]
        return fit(
            made_recording(), ball, PARAMETERS, output="runs", progress=False, **settings
        ).path
    finally:
        os.chdir(before)
