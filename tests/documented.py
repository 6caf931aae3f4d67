"""The script that writes the documentation's tables, as a module."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[1] / "docs"


def tables() -> ModuleType:
    """Return the module of docs/tables.py."""
    spec = importlib.util.spec_from_file_location("documented_tables", FOLDER / "tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outdated() -> list[str]:
    """Return the names of the pages whose tables are not those that the script would write."""
    script = tables()
    texts = {page.name: page.read_text(encoding="utf-8") for page in script.pages()}
    return [name for name, text in texts.items() if script.rewritten(text) != text]
