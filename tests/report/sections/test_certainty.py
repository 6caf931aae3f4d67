"""The section about certainty: it is there where somebody has asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from certainty.algebra import inquiry_into
from certainty.test_findings import ROWS, linear
from pyneuronautofit.certainty import ResidualScale, find_certainty
from pyneuronautofit.report.sections.certainty import certainty
from report._content import EVIL, content_of, parsed


def said(markup):
    return " ".join("".join(parsed(markup).itertext()).split())


def test_nobody_has_asked(tmp_path):
    with content_of(tmp_path) as content:
        assert certainty(content) == ""


def test_a_table_directions_and_what_is_not_looked_at(tmp_path):
    inquiry = inquiry_into(linear, 0, 100, param_nslh=ROWS)
    x = np.array([[-3.0, 9.9, 0.5, 3.0, 2.0]])
    found = find_certainty(inquiry, x, [7], ResidualScale(1.0, "given"))
    with content_of(tmp_path) as content:
        text = said(certainty(replace(content, certainty=found)))
        far = said(certainty(replace(content, certainty=replace(found, above_noise=99.0))))
    assert "evaluation(s) 7" in text
    assert "roughly fixed; at its upper bound" in text
    assert "soma.c up: nothing changes" in text
    assert "Not looked at, since they are constant or whole numbers: soma.d, soma.e" in text
    assert "times what the recording's noise would" in far
    assert "times what the recording's noise would" not in text


def test_why_it_is_not_known_is_text(tmp_path):
    with content_of(tmp_path) as content:
        assert EVIL in said(certainty(replace(content, certainty=EVIL)))
