"""The vectors that an earlier program computed on real recordings."""

import json

import pytest

from pyneuronautofit.recordings import read_recording


@pytest.fixture(scope="session")
def golden_cases(shared):
    """Every case of `golden/evaluation.json`."""
    path = shared / "golden" / "evaluation.json"
    if not path.exists():
        pytest.skip(f"needs the published vectors of {path}, which are not here")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def real_recordings(shared):
    """A function that reads a recording of the shared data, once."""
    known = {}

    def read(name):
        if name not in known:
            known[name] = read_recording(shared / "data" / name)
        return known[name]

    return read
