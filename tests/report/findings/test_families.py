"""Families of the models in a report's list."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from database.populations._points import clouds
from pyneuronautofit.report.findings.families import families_of
from pyneuronautofit.report.findings.spread import space_of
from report._content import content_of

UNIT, _FAMILY = clouds([0.2, 0.5], [0.8, 0.5], n=40, width=0.1, seed=2)
UNIT = np.clip(UNIT, 0.0, 1.0)
#: The second family is better; of either the first model is.
SCORES = [[0.0, 0.0, (1.0 if k >= 40 else 3.0) + k / 100] for k in range(80)]


@pytest.fixture
def found(tmp_path):
    with content_of(tmp_path, [SCORES], units=[UNIT]) as content:
        yield families_of(space_of(content.run), content.listed), content.listed


def test_two_families(tmp_path):
    unit = UNIT.copy()
    # Too near to each other for the rule of 5 %, but for few: a grid in either cloud.
    grid = np.stack(np.meshgrid(np.arange(4), np.arange(4)), axis=-1).reshape(-1, 2) * 0.08
    unit[:16], unit[40:56] = np.add(grid, [0.0, 0.3]), np.add(grid, [0.7, 0.3])
    kept = [*range(16), *range(40, 56)]
    scores = [SCORES[k] for k in kept]
    with content_of(tmp_path, [scores], units=[unit[kept]]) as content:
        listed = content.listed
        said = families_of(space_of(content.run), listed)
        by_row = {int(row): place for place, row in enumerate(listed.rows)}
    assert [each.n_model for each in said.families] == [16, 16]
    assert said.n_alone == 0
    # The better family comes first, as both have as many models.
    assert [each.place for each in said.families] == [by_row[16], by_row[0]]
    assert said.families[0].total < said.families[1].total
    ((column, shift),) = said.families[0].differs
    assert (column, shift) == (0, pytest.approx(0.7))
    assert said.points.min() == 0.0
    assert said.points.max() == pytest.approx(1.0)
    assert said.explained.sum() == pytest.approx(1.0)
    assert len(said.labels) == 32
    points = unit[kept]
    assert said.silhouette == pytest.approx(
        silhouette_score(points, np.repeat([0, 1], 16)), abs=0.1
    )


def test_only_good_and_distinct_models_count(found):
    said, listed = found
    assert said.below == listed.levels[-1].below
    assert len(said.labels) == listed.levels[-1].n_model
    assert sum(each.n_model for each in said.families) + said.n_alone == len(said.labels)


def test_too_few_models_have_none(tmp_path):
    with content_of(tmp_path) as content:
        assert families_of(space_of(content.run), content.listed) is None
