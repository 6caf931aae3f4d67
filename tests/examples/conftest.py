"""The files that are shipped as examples."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pyneuronautofit.recordings import Recording, read_recording

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DATA = EXAMPLES / "experimentaldata"


@pytest.fixture(scope="session")
def script() -> ModuleType:
    """The script that makes the recording, as a module; it leaves no compiled copy behind."""
    spec = importlib.util.spec_from_file_location("make_recording", EXAMPLES / "make_recording.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def recording() -> Recording:
    return read_recording(DATA / "TC-example.abf")
