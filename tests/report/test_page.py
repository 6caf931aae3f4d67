"""The page as a whole: which sections it has, and that nothing else may run in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import orjson

from pyneuronautofit.report.page import render
from pyneuronautofit.report.page_data import chart_data
from report._content import EVIL, content_of
from report._made import info, renamed

SECTION = re.compile(r'<section id="(\w+)">')


def made(tmp_path, generations=None, **how):
    given = {} if generations is None else {"generations": generations}
    with content_of(tmp_path, **given, **how) as content:
        expected = orjson.dumps(chart_data(content), option=orjson.OPT_SERIALIZE_NUMPY)
        return render(content), json.loads(expected)


def test_the_sections_in_their_order(tmp_path):
    page, _data = made(tmp_path)
    assert page.startswith('<!doctype html>\n<html lang="en"><head>')
    assert page.endswith("</body></html>\n")
    assert SECTION.findall(page) == [
        "best", "course", "traces", "scatter", "model", "parameters", "models", "what", "reproduce",
    ]  # fmt: skip
    # The head comes first, and what is chosen behind everything.
    assert page.index("<main><header>") < page.index('<section id="best">')
    assert page.index("</main>") < page.index('id="chosen"')
    assert "<title>Fit of cell.abf</title>" in page
    assert "<h1>Fit of cell.abf</h1>" in page


def test_without_a_generation_there_is_only_what_is_known(tmp_path):
    page, _data = made(tmp_path, [])
    assert SECTION.findall(page) == ["what", "reproduce"]
    assert "No generation is finished yet" in page


def test_the_data_of_the_charts_are_in_it(tmp_path):
    page, expected = made(tmp_path)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert json.loads(found[1]) == expected


def test_only_its_own_scripts_may_run(tmp_path):
    page, _data = made(tmp_path)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    allowed = re.search(r"script-src ([^;]*);", policy)[1].split()
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == 2
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert allowed == [f"'sha256-{digest}'" for digest in digests]
    assert policy.startswith("default-src 'none'; ")
    # All parts of the second one, of which the last begins.
    assert "echarts" in scripts[0][:2000].lower()


def test_a_name_from_a_file_is_only_text(tmp_path):
    name = f"</title></script>{EVIL}"
    page, _data = made(tmp_path, about=renamed(info(), name))
    assert "<script>alert" not in page
    assert page.count("</title>") == 1
    assert "<title>Fit of &lt;/title&gt;&lt;/script&gt;&lt;script&gt;alert" in page


def test_why_there_are_no_traces_is_said(tmp_path):
    with content_of(tmp_path) as content:
        page = render(replace(content, responses="Not asked."))
    assert SECTION.findall(page).count("spikes") == 0
    assert '<p class="warning">Not asked.</p>' in page
