"""A page as one file, and one whose scripts a server has."""

from __future__ import annotations

import json
import re

from markupsafe import Markup

from pyneuronautofit.report.document import bundle, document, library, style

SCRIPTS = ("common.js", "start.js")


def made(**how):
    return document("<a>", Markup("<p>x</p>"), {"a": "</script>"}, SCRIPTS, **how)


def test_a_file_has_all_that_it_needs():
    page = made()
    assert "<title>&lt;a&gt;</title>" in page
    assert "<main><p>x</p></main>" in page
    assert style() in page
    assert library() in page
    assert bundle(SCRIPTS) in page
    assert not re.search(r"<script src|<link", page)
    assert "default-src 'none'; script-src 'sha256-" in page
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert json.loads(data) == {"a": "</script>"}
    assert 'id="chosen"' not in page
    assert 'id="chosen"' in made(with_models=True)


def test_a_page_of_a_server_asks_for_the_rest():
    page = made(linked=True)
    assert re.findall(r'<script src="(.*?)">', page) == ["echarts.js", "page.js"]
    assert "Content-Security-Policy" not in page
    assert len(page) < 2000
