"""Pages with blocks that a program writes.

A block stands between two comments, which readers of the page do not see:

    <!-- made by docs/make_pages.py: NAME -->
    ...
    <!-- end of NAME -->
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_BLOCK = re.compile(
    r"(?P<head><!-- made by docs/make_pages\.py: (?P<name>[\w-]+) -->\n).*?"
    r"(?P<tail><!-- end of (?P=name) -->)",
    re.DOTALL,
)


def fill(page: str, blocks: Mapping[str, str]) -> str:
    """Return a page with new blocks.

    Raises
    ------
    ValueError
        If the page's blocks are not those that are given.
    """
    found = [match["name"] for match in _BLOCK.finditer(page)]
    if sorted(found) != sorted(blocks):
        raise ValueError(f"the page has the blocks {found}, but these are made: {[*blocks]}")
    return _BLOCK.sub(lambda match: f"{match['head']}{blocks[match['name']]}{match['tail']}", page)


def code(lines: str | Iterable[str], language: str = "text") -> str:
    """Return lines as a block of code.

    As text nobody formats them: expressions stay as the program prints them.
    """
    text = lines if isinstance(lines, str) else "\n".join(lines)
    return f"```{language}\n{text.rstrip()}\n```\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; a cell that is to be code brings its backticks."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
