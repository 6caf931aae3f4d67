"""Text from files never becomes HTML, nor the end of a script."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import jinja2
import numpy as np
import pytest

from pyneuronautofit.pages import asset, script_digest, scripts_of, templates_of

EVIL = "<script>alert('1')</script> & \"2\""
TEMPLATES = templates_of("pyneuronautofit.report")


def filled(text, **values):
    return TEMPLATES.from_string(text).render(**values)


def test_text_is_escaped_once():
    made = filled('<p title="{{ evil }}">{{ evil }}</p>', evil=EVIL)
    assert made.count("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &#34;2&#34;") == 2
    assert "&amp;lt;" not in made


def test_what_nobody_gives_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        filled("{{ forgotten }}")


def test_data_cannot_end_its_element():
    content = {"name": f"{EVIL}</script><!-- \u2028", "values": np.array([1.5, np.nan])}
    made = filled("{{ content|json_data }}", content=content)
    assert not re.search(r"[<>&\u2028]", made)
    assert json.loads(made) == {"name": content["name"], "values": [1.5, None]}


def test_every_template_of_the_package_can_be_read():
    names = TEMPLATES.list_templates()
    assert "page.html" in names
    for name in names:
        TEMPLATES.get_template(name)


def test_the_digest_of_a_script_is_what_browsers_compute():
    script = asset("pyneuronautofit.report", "assets/start.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert script_digest(script) == f"'sha256-{digest}'"


def test_a_script_has_words_of_the_shell_and_text_as_it_is():
    scripts = scripts_of("pyneuronautofit.cli.clusters")
    made = scripts.from_string("echo {{ word|sh }} {{ text }}\n").render(
        word="it's <a>", text="<b> &"
    )
    assert made == "echo 'it'\"'\"'s <a>' <b> &\n"
    with pytest.raises(jinja2.UndefinedError):
        scripts.from_string("{{ forgotten }}").render()
