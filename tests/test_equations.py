"""Equations have numbers in the documentation, by which the code refers to them.

An equation is an indented line of a page that begins with its number in brackets. A module with
`eq. 3` names the page that it means, once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "pyneuronautofit"
PAGES = {path.name: path for path in sorted((REPOSITORY / "docs").glob("*.md"))}
SOURCES = sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.hpp")])

EQUATION = re.compile(r"^    \((\d+)\)  \S", re.MULTILINE)
REFERENCE = re.compile(r"\beqs?\.(?: (\d+))?")
NAMED_PAGE = re.compile(r"\bdocs/([\w-]+\.md)")


def equations_of(text: str) -> list[int]:
    """Return the numbers of a page's equations, in their order."""
    return [int(number) for number in EQUATION.findall(text)]


def references_of(text: str) -> list[int | None]:
    """Return the numbers that a text refers to; None for `eq.` without one (at a line's end)."""
    return [int(number) if number else None for number in REFERENCE.findall(text)]


def numbered_pages() -> dict[str, list[int]]:
    """Return the numbers of the equations of every page that has any."""
    found = {name: equations_of(path.read_text(encoding="utf-8")) for name, path in PAGES.items()}
    return {name: numbers for name, numbers in found.items() if numbers}


def referring() -> dict[str, tuple[set[str], list[int | None]]]:
    """Return for every module with references the pages that it names, and the references."""
    made = {}
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if references := references_of(text):
            name = path.relative_to(PACKAGE).as_posix()
            made[name] = (set(NAMED_PAGE.findall(text)), references)
    return made


def test_what_is_an_equation_and_what_a_reference():
    page = "x\n    (1)  a = b\n\n    (2)  c\n         d\n(3)  e\n    (4) f\n    g (5)  h\n"
    assert equations_of(page) == [1, 2]
    assert references_of("x = y  # eq. 3 and eq. 12, eqs. 4 (eq.\n# 5)") == [3, 12, 4, None]


@pytest.mark.parametrize("name", sorted(numbered_pages()))
def test_equations_are_numbered_one_after_the_other(name):
    numbers = numbered_pages()[name]
    assert numbers == list(range(1, len(numbers) + 1))
    text = PAGES[name].read_text(encoding="utf-8")
    assert set(references_of(text)) <= set(numbers)


@pytest.mark.parametrize("name", sorted(referring()))
def test_references_are_to_equations_that_there_are(name):
    pages, references = referring()[name]
    assert len(pages) == 1, f"{name} has to name one page: docs/NAME.md"
    (page,) = pages
    assert set(references) <= set(numbered_pages().get(page, []))


def test_every_equation_is_referred_to():
    used = defaultdict(set)
    for pages, references in referring().values():
        for page in pages:
            used[page].update(references)
    unused = {page: set(n) - used[page] for page, n in numbered_pages().items()}
    assert {page: numbers for page, numbers in unused.items() if numbers} == {}
    assert {"search.md"} <= set(unused)
