"""Where figures go: into files of every format, or onto the screen."""

from __future__ import annotations

import subprocess
import sys

import matplotlib
import pytest

from plots.drawn import texts_of
from pyneuronautofit.errors import OutputError
from pyneuronautofit.plots import check_target, open_figure, write_figure
from pyneuronautofit.plots.canvas import COLOURS


def simple(path, size_in=(3.0, 2.0)):
    figure = open_figure(size_in, path)
    axes = figure.subplots()
    axes.plot([0.0, 1.0], [1.0, 2.0], label="a line")
    axes.set_xlabel("time (ms)")
    write_figure(figure, path)


@pytest.mark.parametrize(
    ("suffix", "beginning"),
    [("pdf", b"%PDF-"), ("png", b"\x89PNG\r\n"), ("svg", b"<?xml"), ("PNG", b"\x89PNG\r\n")],
)
def test_the_suffix_decides_the_format(suffix, beginning, tmp_path):
    simple(tmp_path / f"f.{suffix}")
    assert (tmp_path / f"f.{suffix}").read_bytes().startswith(beginning)
    assert [path.name for path in tmp_path.iterdir()] == [f"f.{suffix}"]


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_the_same_figure_is_the_same_file(tmp_path, suffix):
    for name in ("a", "b"):
        simple(tmp_path / f"{name}.{suffix}")
    contents = [(tmp_path / f"{name}.{suffix}").read_bytes() for name in ("a", "b")]
    assert contents[0] == contents[1]
    assert b"CreationDate" not in contents[0]


def test_text_stays_text(tmp_path):
    simple(tmp_path / "f.svg")
    assert "time (ms)" in texts_of(tmp_path / "f.svg")
    assert "dc:date" not in (tmp_path / "f.svg").read_text()


def test_a_figure_has_the_size_that_was_asked_for(tmp_path):
    simple(tmp_path / "f.png", (3.0, 2.0))
    header = (tmp_path / "f.png").read_bytes()[16:24]
    assert (int.from_bytes(header[:4]), int.from_bytes(header[4:])) == (600, 400), (
        "200 dots an inch"
    )


def test_colours_are_told_apart():
    assert len(set(COLOURS)) == len(COLOURS)
    assert "#000000" not in COLOURS


def test_where_there_is_no_screen_a_file_is_asked_for(tmp_path):
    matplotlib.use("agg")
    with pytest.raises(OutputError, match=r"no screen .*'agg'\): name a file .*figure\.pdf"):
        check_target(None)
    check_target(tmp_path / "f.pdf")
    with pytest.raises(OutputError, match=r"its suffix '\.doc' is none of"):
        check_target(tmp_path / "f.doc")


def test_with_a_screen_no_file_is_needed(monkeypatch):
    monkeypatch.setattr("matplotlib.pyplot.get_backend", lambda: "QtAgg")
    check_target(None)


# A back end of one's own stands for a screen.
SHOWN = """
import matplotlib, numpy as np
matplotlib.use("agg")
from matplotlib import pyplot
pyplot.show = lambda: print("shown", [len(pyplot.figure(n).axes) for n in pyplot.get_fignums()])
from pyneuronautofit.plots import save_sweeps, save_trial
save_sweeps([], np.zeros((3, 9)), np.zeros((3, 9)), step_ms=1.0, titles="abc", heading="h")
save_trial(None, np.zeros(9), step_ms=1.0, first_ms=-2.0, heading="h")
"""


def test_without_a_file_it_is_shown():
    done = subprocess.run(
        [sys.executable, "-c", SHOWN], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "shown [3]\nshown [3, 1]\n", done.stderr
