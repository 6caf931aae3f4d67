"""The blocks of code of the documentation, and what is to be done with each.

    ```sh        commands, which tests/test_docs_run.py runs
    ```python    a program, which it runs, too
    ```text      what a program prints, a piece of a file: not run. So are all other languages.

A comment in the line above a block of commands or a program says what else it is:

    <!-- not run: REASON -->
    <!-- part of: FILE -->    its lines stand in a file of the repository, which is run elsewhere

A block whose first line is a comment with the name of a file (`# latency.py`, `# cell.toml`) is the
content of that file. What is only indented is an equation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")),
    *sorted(path for path in (REPOSITORY / "docs").glob("*.md")),
]
RUN = ("sh", "python")
_COMMENT = re.compile(r"<!-- (not run|part of): (.+) -->")


@dataclass(frozen=True)
class Block:
    """A block of a page.

    Attributes
    ----------
    page : Path
    line : int
        Where it begins, from 1.
    language : str
        Empty of one that is only indented.
    text : str
    kind : str
        "not run" or "part of", as the comment above it says; else empty.
    about : str
        What that comment says: a reason, or a file.
    """

    page: Path
    line: int
    language: str
    text: str
    kind: str = ""
    about: str = ""

    @property
    def runs(self) -> bool:
        """Whether the block is run as it is printed."""
        return self.language in RUN and not self.kind


def blocks_of(page: Path) -> list[Block]:
    """Return all blocks of a page, in their order."""
    return read_blocks(page.read_text(encoding="utf-8"), page)


def read_blocks(text: str, page: Path) -> list[Block]:
    """Return all blocks of a page's text."""
    lines = text.splitlines()
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type not in ("fence", "code_block"):
            continue
        first = token.map[0]
        said = _COMMENT.fullmatch(lines[first - 1].strip()) if first else None
        language = token.info.split()[0] if token.info else ""
        fenced = token.type == "fence"
        found.append(
            Block(
                page,
                first + 1,
                (language or "none") if fenced else "",
                token.content,
                *(said.groups() if said else ()),
            )
        )
    return found
