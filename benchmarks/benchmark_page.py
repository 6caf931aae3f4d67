"""Writes the numbers and the picture of docs/benchmark.md anew from the folder of a benchmark.

    python -m pyneuronautofit benchmark --first-seed 301 -o FOLDER
    python benchmarks/benchmark_page.py FOLDER

The tables are those of FOLDER/results.md. The schedule of the page is fixed: whoever changes an
algorithm tries it on other seeds, and runs these once.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- numbers of benchmarks/benchmark_page.py -->", "<!-- end of the numbers -->"


def with_numbers(page: str, results: str) -> str:
    """Return a page with other results: their headings are one level lower there."""
    head, begin, rest = page.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"docs/benchmark.md has no lines {BEGIN} and {END}")
    lower = re.sub(r"^## ", "### ", results, flags=re.MULTILINE)
    return f"{head}{BEGIN}\n\n{lower}\n{END}{tail}"


def main() -> None:
    """Write the page and the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    page = DOCS / "benchmark.md"
    results = (folder / "results.md").read_text(encoding="utf-8")
    page.write_text(with_numbers(page.read_text(encoding="utf-8"), results), encoding="utf-8")
    shutil.copyfile(folder / "results.png", DOCS / "images" / "benchmark.png")


if __name__ == "__main__":
    main()
