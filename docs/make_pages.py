"""Writes what is computed on the pages that follow one channel, and one candidate.

    python docs/make_pages.py [OUTPUT]

Without OUTPUT the pages in docs/ are changed; else they are written into the folder OUTPUT, where
tests/test_docs_pages.py compares them with those in docs/. NEURON and a C++ compiler are needed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import _candidate_page
import _channel_page
from _blocks import fill

DOCS = Path(__file__).parent
PAGES = {
    "channel-to-machine-code.md": _channel_page.blocks,
    "candidate-to-score.md": _candidate_page.blocks,
}


def main(output: Path) -> None:
    """Write the pages."""
    for name, make in PAGES.items():
        page = (DOCS / name).read_text(encoding="utf-8")
        (output / name).write_text(fill(page, make(DOCS.parent)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
