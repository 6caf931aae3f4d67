"""A template of the report with values that are text, and values that are HTML."""

from __future__ import annotations

from markupsafe import Markup

from pyneuronautofit.report.templating import rendered


def test_text_is_escaped_and_html_is_not():
    made = rendered("nothing.html")
    assert isinstance(made, Markup)
    assert "No generation is finished yet" in made
    values = {"title": "<b>", "going": "", "when": "", "about": "", "computing": ""}
    head = rendered("head.html", **values, warnings=["<i>", Markup("<u>x</u>")], store="a & b")
    assert "<h1>&lt;b&gt;</h1>" in head
    assert '<p class="warning">&lt;i&gt;</p>' in head
    assert '<p class="warning"><u>x</u></p>' in head
    assert "a &amp; b" in head
