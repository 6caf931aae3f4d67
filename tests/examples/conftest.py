"""The files that are shipped as examples."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from pyneuronautofit.recordings import Recording, read_recording

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DATA = EXAMPLES / "experimentaldata"


@pytest.fixture(scope="session")
def script() -> ModuleType:
    """The script that makes the recording, as a module (pytest looks for them in `examples`)."""
    return importlib.import_module("make_recording")


@pytest.fixture(scope="session")
def recording() -> Recording:
    return read_recording(DATA / "TC-example.abf")
