"""Text from files never becomes HTML."""

from __future__ import annotations

import json
import re

import numpy as np

from pyneuronautofit.report.html import Markup, data, element, escape, joined, table

EVIL = "<script>alert('1')</script> & \"2\""


def test_text_is_escaped_once():
    made = element("p", EVIL, element("b", EVIL), title=EVIL, data_row=3)
    assert "<script" not in made
    assert made.count("&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;2&quot;") == 3
    assert "&amp;lt;" not in made
    assert 'data-row="3"' in made
    assert "<script" not in table((EVIL,), [(EVIL,)], "small")
    assert escape(Markup("<b>")) == "<b>"
    assert joined(("<", Markup("<br>"))) == "&lt;<br>"


def test_an_attribute_that_is_none_is_left_out():
    assert element("p", title=None, class_="a") == '<p class="a"></p>'


def test_data_cannot_end_its_element():
    content = {"name": f"{EVIL}</script><!-- \u2028", "values": np.array([1.5, np.nan])}
    made = data("data", content)
    inside = re.fullmatch(r'<script type="application/json" id="data">(.*)</script>', made)
    assert inside
    assert not re.search(r"[<>&\u2028]", inside[1])
    assert json.loads(inside[1]) == {"name": content["name"], "values": [1.5, None]}
