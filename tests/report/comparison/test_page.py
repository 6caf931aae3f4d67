"""The page of several runs."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.report import write_comparison
from pyneuronautofit.report.comparison.page import MOST_COMPARED
from pyneuronautofit.runs import open_run
from report._content import EVIL, GENERATIONS, NAN, cells, parsed
from report._made import info, make_run, renamed


def written(tmp_path, scores, about=None):
    path = tmp_path / "page.html"
    with ExitStack() as stack:
        runs = [
            stack.enter_context(open_run(make_run(tmp_path / f"r{k}.sqlite", each, about=about)))
            for k, each in enumerate(scores)
        ]
        write_comparison(path, runs)
    page = path.read_text()
    (main,) = re.findall("<main>(.*)</main>", page, flags=re.DOTALL)
    (data,) = re.findall(r'id="data">(.*?)</script>', page)
    return parsed(main), json.loads(data)


def test_final_scores_are_side_by_side(tmp_path):
    main, data = written(tmp_path, [GENERATIONS, [[[1, 0, 20]]], [[[NAN] * 3]]])
    tables = [cells(table) for table in main.iter("table")]
    assert [row[0] for row in tables[0][1:]] == ["A", "B", "C"]
    assert tables[1] == [
        ["run", "compromise: O (spikes)", "compromise: V (mV²)", "best O (spikes)", "best V (mV²)"],
        ["A", "4", "4", "2", "1"],
        ["B", "1", "20", "1", "20"],
        ["C", "", "", "", ""],
    ]
    bold = [each.text for each in list(main.iter("table"))[1].iter("b")]
    assert bold == ["4", "1", "1", "1"] or sorted(bold) == ["1", "1", "1", "4"]
    assert [run["label"] for run in data["runs"]] == ["A", "B", "C"]
    assert data["runs"][0]["best"] == [[2, 2], [1, 1]]
    assert data["runs"][0]["evaluations"] == [2, 5]
    assert data["modes"][1] == {"code": "V", "title": "whole voltage", "unit": "mV²"}


def test_names_are_only_text(tmp_path):
    main, _data = written(tmp_path, [GENERATIONS] * 2, renamed(info(), EVIL))
    assert next(main.iter("h1")).text == f"2 fits of {EVIL}"
    assert not list(main.iter("script"))


def test_too_many_runs(tmp_path):
    with pytest.raises(
        UsageError, match=f"{MOST_COMPARED + 1} runs: expected at most {MOST_COMPARED}"
    ):
        written(tmp_path, [[[[1, 1, 1]]]] * (MOST_COMPARED + 1))
