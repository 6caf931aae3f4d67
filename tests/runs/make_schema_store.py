"""Makes tests/runs/data/schema-N.sqlite, once, when schema N is released.

Never made anew afterwards: what it holds is what a version of that time wrote. It is run in the
folder of the tests: `python -m runs.make_schema_store`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyneuronautofit.runs.store.schema import SCHEMA

from ._made import make_store

if __name__ == "__main__":
    path = Path(__file__).parent / "data" / f"schema-{SCHEMA}.sqlite"
    if path.exists():
        sys.exit(f"{path} is there already, and has to stay as it is")
    path.parent.mkdir(exist_ok=True)
    make_store(path, 3)
