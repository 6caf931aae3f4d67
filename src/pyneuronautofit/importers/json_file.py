"""What is in the JSON files of other tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyneuronautofit.errors import ModelError


def read_json(path: Path) -> Any:
    """Return what is in a JSON file.

    Raises
    ------
    ModelError
        If it cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: it cannot be read as JSON ({error})") from error
