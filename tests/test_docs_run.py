"""What the documentation prints runs: every block of commands, every program, page by page."""

from __future__ import annotations

import re
import shutil

import pytest

from blocks import PAGES, REPOSITORY, blocks_of
from scene import lessened, run_page, set_up

BLOCKS = {page: blocks_of(page) for page in PAGES}
RUNNING = {page: [block for block in found if block.runs] for page, found in BLOCKS.items()}


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene") / "here"
    folder.mkdir()
    set_up(folder)
    return folder


@pytest.mark.timeout(1800)
@pytest.mark.nightly
@pytest.mark.parametrize(
    "page",
    [page for page, blocks in RUNNING.items() if blocks],
    ids=lambda page: page.relative_to(REPOSITORY).as_posix(),
)
def test_the_blocks_of_a_page_run(page, scene, tmp_path):
    folder = tmp_path / "work"
    shutil.copytree(scene, folder, symlinks=True)
    done = run_page(BLOCKS[page], folder)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Traceback" not in done.stderr


def test_what_is_lessened():
    assert lessened("-G 1536 -P 240 --evaluations 50000") == "-G 8 -P 48 --evaluations 90"
    assert lessened("-G 6 Budget(evaluations=400)") == "-G 6 Budget(evaluations=90)"


def test_expensive_commands_are_lessened():
    text = "\n".join(block.text for blocks in RUNNING.values() for block in blocks)
    assert re.search(r"--evaluations \d{3}", text)
    assert not re.search(r"--evaluations \d{3}", lessened(text))
