"""Cells that were fitted together, beside each other on the page."""

from __future__ import annotations

import contextlib

import numpy as np

from pyneuronautofit.optimisers import Population
from pyneuronautofit.report.sections.cells import cells as section
from pyneuronautofit.runs import Evaluations, NewGeneration, RunWriter, create_store, open_run
from report._content import cells, content_of, content_of_run, parsed, words
from report._made import State
from runs._joint import joint_info

SCORES = np.array([[1.0, 10.0, 2.0, 20.0, 3.0, 30.0], [9.0, 90.0, 9.0, 90.0, 9.0, 90.0]])


def made(path):
    info = joint_info()
    create_store(path, info)
    x = np.array([[3.0, -4.0, -3.5], [5.0, -3.0, -4.5]])
    values = np.concatenate([x[:, :1], 10 ** x[:, 1:]], axis=1)
    found = Evaluations(
        values, x, SCORES, np.full(2, np.nan), ("OK", "OK"), ("", ""), np.full(2, 0.25)
    )
    with contextlib.closing(RunWriter(path, info)) as writer:
        writer.begin_session({"settings": info.settings})
        state = State(Population(x, SCORES), None)
        writer.append(NewGeneration(0, found, state, x, SCORES, np.array([0]), 2.0))
        writer.end_session("finished")
    return path


def test_what_they_share_and_what_each_has_for_itself(tmp_path):
    with open_run(made(tmp_path / "run.sqlite")) as run:
        found = parsed(section(content_of_run(run)))
    scores, shared, private = found.iter("table")
    assert cells(scores) == [
        ["", "young", "old"],
        ["recording", "cell.abf", "old.abf"],
        ["O (spikes)", "4", "2"],
        ["V (mV²)", "40", "20"],
    ]
    assert cells(shared) == [["shared", "unit", "value"], ["soma.L", "µm", "3"]]
    assert cells(private) == [
        ["private", "unit", "young", "old"],
        ["soma(0.5).pas.g", "S/cm²", "0.0001", "0.000316228"],
    ]
    assert "evaluation 0, compromise, best sum" in words(found)


def test_of_one_cell_there_is_no_such_section(tmp_path):
    with content_of(tmp_path) as content:
        assert section(content) == ""
