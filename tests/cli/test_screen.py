"""What becomes of a fit whose output nobody reads any more."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest
from rich.live import Live
from rich.progress import Progress, TextColumn
from rich.table import Table
from rich.text import Text

from pyneuronautofit.cli.screen import Screen

#: Orders for the terminal, markup with an end that has no beginning, an emoji.
HOSTILE = "a\x1b]0;b\x9bc[/red]d :bomb: \udcff"
SPELT = r"a\u001b]0;b\u009bc[/red]d :bomb: \udcff"


def test_a_fit_goes_on_when_its_reader_leaves(recording, hh_project, tmp_path):
    words = ["-A", "N", "-m", "OV", "-G", "3", "-P", "4", "--seed", "3", "--dt", "0.1"]
    where = ["--project", hh_project, "--output", tmp_path / "out", "-a", "run", recording]
    process = subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", *words, *map(str, where)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout.readline().startswith("recording")
    process.stdout.close()
    assert process.wait(timeout=120) == 0, process.stderr.read()
    process.stderr.close()
    everything = json.loads((tmp_path / "out" / "run-arXive.json").read_text())
    assert len(everything["records"]) == 16


def test_many_modes_are_readable(command, recording, hh_project, tmp_path):
    modes = "ONTSAWRLMUCDVZPQFX"
    words = ("-A", "N", "-m", modes, "-G", "0", "-P", "4", "--seed", "3", "--dt", "0.1")
    out = command(*words, "--project", hh_project, "--output", tmp_path / "o", recording).out
    (line,) = [line for line in out.splitlines() if line.startswith("compromise")]
    assert [part.split()[0] for part in line.split(": ", 1)[1].split(", ")] == list(modes)


@pytest.mark.parametrize("words", [
    "select db.json --models 0 -o /dev/stdout",
    "merge db.json other.json -o /dev/stdout",
    "select db.json --models 0 -o link",
])  # fmt: skip
def test_words_do_not_come_among_a_result_that_goes_to_standard_output(words, tmp_path):
    (tmp_path / "link").symlink_to("/dev/stdout")
    for name, number in (("db.json", 1), ("other.json", 2)):
        content = {"models": [{"parameters": {"soma.L": number}, "id": 0}]}
        (tmp_path / name).write_text(json.dumps(content))
    done = subprocess.run(
        [sys.executable, "-m", "pyneuronautofit", *words.split()],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["models"]
    assert "models: " in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db.json", "link", "other.json"]
    assert (tmp_path / "link").is_symlink()


@pytest.fixture
def screen():
    """A terminal, whose own orders can be told from those of texts."""
    return Screen(file=io.StringIO(), force_terminal=True, color_system=None, width=200)


def test_what_is_printed_is_text(screen):
    screen.print(HOSTILE)
    screen.print(HOSTILE, soft_wrap=True)
    screen.print_lines(HOSTILE)
    assert screen.file.getvalue() == f"{SPELT}\n" * 3


def test_a_text_is_a_line(screen):
    screen.print("a\nb\tc", soft_wrap=True)
    assert screen.file.getvalue() == "a\\nb\\tc\n"
    screen.print_lines("a\nb")
    assert screen.file.getvalue().endswith("\na\nb\n")


@pytest.mark.parametrize("make", [
    lambda: table_of(Text(HOSTILE)),
    lambda: table_of(HOSTILE.replace("[/red]", "")),
    lambda: table_of("x", title=Text(HOSTILE)),
    lambda: Text(HOSTILE),
])  # fmt: skip
def test_whatever_it_is_a_part_of(screen, make):
    screen.print(make())
    written = screen.file.getvalue()
    assert "\x1b]" not in written
    assert "\x9b" not in written
    assert r"\u001b]0;b" in written


def test_what_is_drawn_again_and_again(screen):
    with Live(Text(HOSTILE), console=screen, auto_refresh=False) as live:
        live.update(Text(f"{HOSTILE} again"), refresh=True)
    with Progress(TextColumn("{task.description}", markup=False), console=screen) as progress:
        progress.add_task(HOSTILE)
        progress.refresh()
    written = screen.file.getvalue()
    assert "\x1b]" not in written
    assert r"\u001b]0;b" in written
    # Orders of its own it still gives: the cursor goes back, to draw once more.
    assert "\x1b[" in written


def table_of(cell, title=None):
    table = Table(title=title)
    table.add_column("name")
    table.add_row(cell)
    return table
