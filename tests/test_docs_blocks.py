"""Every block of code of the documentation says what it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blocks import PAGES, REPOSITORY, blocks_of, read_blocks

#: Languages that are not run; `{..}` are directives of the site.
SHOWN = {"text", "cpp", "json", "toml", "html", "csv"}
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
EQUATION = re.compile(r"\s*\(\d+\)  |d = .² h D_n")
COMMAND = re.compile(r"^\s*(?:\$ |(?:python|pyneuronautofit|make|pip|cd) )", re.MULTILINE)


def _name(page):
    return page.relative_to(REPOSITORY).as_posix()


def _named(block):
    return f"{_name(block.page)}:{block.line}"


def test_every_block_has_a_language_that_is_known():
    unknown = [
        f"{_named(block)}: {block.language}"
        for block in BLOCKS
        if block.language
        and not block.language.startswith("{")
        and block.language not in {"sh", "python", *SHOWN}
    ]
    assert unknown == [], "see the head of tests/blocks.py"


def test_what_is_only_indented_is_an_equation():
    indented = [block for block in BLOCKS if not block.language]
    assert indented
    assert [_named(block) for block in indented if not EQUATION.match(block.text)] == []


def test_no_command_hides_among_what_is_not_run():
    shown = [block for block in BLOCKS if block.language in SHOWN]
    assert [_named(block) for block in shown if COMMAND.search(block.text)] == []


def test_most_blocks_are_run():
    programs = [block for block in BLOCKS if block.language in ("sh", "python")]
    assert sum(block.runs for block in programs) > 0.75 * len(programs)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "part of"], ids=_named)
def test_what_is_part_of_a_file_stands_there(block):
    file = (REPOSITORY / block.about).read_text(encoding="utf-8")
    lines = {line.partition("#")[0].strip() for line in file.splitlines()}
    printed = [line.partition("#")[0].strip() for line in block.text.splitlines()]
    assert [line for line in printed if line not in lines] == []


def test_comments_stand_above_a_block():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        said = len(re.findall(r"^<!-- (?:not run|part of): ", text, re.MULTILINE))
        assert said == sum(bool(block.kind) for block in BLOCKS if block.page == page), page


PAGE = """\
Text.

```sh
ls
```

<!-- not run: it never ends -->
```python
while True: ...
```

    (1)  a = b

```
x
```

- a list

  ```text
  y
  ```
"""


def test_blocks_of_a_page():
    found = read_blocks(PAGE, Path("p.md"))
    assert [(b.line, b.language, b.kind, b.runs) for b in found] == [
        (3, "sh", "", True),
        (8, "python", "not run", False),
        (12, "", "", False),
        (14, "none", "", False),
        (20, "text", "", False),
    ]
    assert found[1].about == "it never ends"
    assert found[4].text == "y\n"
