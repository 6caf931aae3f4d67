"""The folder of real recordings, which is not part of the repository."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"


def shared_file(*parts: str) -> Path:
    folder = Path(os.environ.get("PYNEURONAUTOFIT_SHARED", _BESIDE))
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no {path}: set PYNEURONAUTOFIT_SHARED to the folder of the shared data")
    return path
