"""Pages and pictures of the documentation are what their scripts make today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
PAGES = ("channel-to-machine-code.md", "candidate-to-score.md")


def _run(script, output):
    # A process of its own: NEURON would keep the page's channel, and the channels of the cell.
    done = subprocess.run(
        [sys.executable, "-B", DOCS / script, output],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.nightly
def test_what_is_computed_on_the_pages_is_what_the_program_computes(tmp_path):
    _run("make_pages.py", tmp_path)
    for name in PAGES:
        assert (tmp_path / name).read_text() == (DOCS / name).read_text(), "run docs/make_pages.py"


def test_the_picture_of_the_flow_was_drawn_after_its_last_change(tmp_path):
    _run("make_figures.py", tmp_path / "flow.png")
    with Image.open(tmp_path / "flow.png") as drawn, Image.open(DOCS / "images/flow.png") as kept:
        # Pixels depend on the version of matplotlib; words do not.
        assert drawn.text["Description"] == kept.text["Description"], "run docs/make_figures.py"
        assert drawn.size == kept.size


@pytest.fixture
def blocks(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import _blocks

    yield _blocks
    del sys.modules["_blocks"]


PAGE = """\
Before.
<!-- made by docs/make_pages.py: one -->
old
<!-- end of one -->
Between.
<!-- made by docs/make_pages.py: two-b -->
<!-- end of two-b -->
After.
"""


def test_a_block_is_replaced_and_nothing_else(blocks):
    filled = blocks.fill(PAGE, {"one": blocks.code(["a = 1"], "python"), "two-b": "text\n"})
    assert filled == PAGE.replace("old\n", "```python\na = 1\n```\n").replace(
        "two-b -->\n<", "two-b -->\ntext\n<"
    )
    assert blocks.fill(filled, {"one": "old\n", "two-b": ""}) == PAGE


@pytest.mark.parametrize("given", [{"one": ""}, {"one": "", "two-b": "", "three": ""}])
def test_a_block_that_is_missing_on_one_side_is_an_error(blocks, given):
    with pytest.raises(ValueError, match="the page has the blocks"):
        blocks.fill(PAGE, given)


def test_a_table(blocks):
    assert blocks.table(["a", "b"], [(1, "x")]) == "| a | b |\n| --- | --- |\n| 1 | x |\n"
