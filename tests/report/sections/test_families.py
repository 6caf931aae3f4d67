"""The section of families: its words, its table, and a mark for every model."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.report.sections.families import families
from report._content import cells, content_of, parsed, words

GRID = np.stack(np.meshgrid(np.arange(4), np.arange(4)), axis=-1).reshape(-1, 2) * 0.08


def test_two_families(tmp_path):
    unit = np.concatenate([np.add(GRID, [0.0, 0.3]), np.add(GRID[:8], [0.7, 0.3])])
    scores = [[[0.0, 0.0, 1.0 + k / 100] for k in range(24)]]
    with content_of(tmp_path, scores, units=[unit]) as content:
        section = parsed(families(content))
    said = words(section)
    assert "24 models of the table have a weighted sum below 0.1" in said or "below" in said
    assert "Gaps part them into 2 families (mean silhouette 0." in said
    head, first, second = cells(section.find(".//table"))
    assert head == ["family", "models", "best", "weighted sum", "differs by"]
    assert first[:3] == ["1", "16", "0"]
    assert second[:3] == ["2", "8", "16"]
    assert first[4] == "soma.L 70 % lower"
    assert second[4].startswith("soma.L 70 % higher")
    marks = [each for each in section.iter("circle") if each.get("r") == "4"]
    assert len(marks) == 24
    assert len({each.get("fill") for each in marks}) == 2


def test_one_family(tmp_path):
    scores = [[[0.0, 0.0, 1.0 + k / 100] for k in range(16)]]
    with content_of(tmp_path, scores, units=[GRID + 0.2]) as content:
        assert "No gap parts them: they are one family." in words(parsed(families(content)))


def test_nothing_where_there_are_few_models(tmp_path):
    with content_of(tmp_path) as content:
        assert families(content) == ""
