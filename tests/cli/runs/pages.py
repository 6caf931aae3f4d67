"""Runs whose pages tests read, and how they do."""

from __future__ import annotations

import json
import re

import numpy as np

NAN = np.nan
GENERATIONS = [[[1, 1, 9], [8, 0, 1]], [[2, 2, 4], [NAN, NAN, NAN], [3, 3, 6]]]


def read(path):
    """The text of a page without its scripts, and the data of its charts."""
    page = path.read_text(encoding="utf-8")
    content = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert content
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL), json.loads(content[1])
