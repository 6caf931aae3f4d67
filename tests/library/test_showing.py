"""How a fit is shown where nobody has a terminal."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from pyneuronautofit.library import showing
from pyneuronautofit.library.showing import NotebookProgress, in_notebook, not_shown
from pyneuronautofit.sessions.progress import Pace


class Kernel:
    kernel = 1


class Displayed:
    def __init__(self):
        self.texts = []

    def HTML(self, text):
        return text

    def display(self, text, display_id):
        assert display_id
        self.texts.append(text)
        return SimpleNamespace(update=self.texts.append)


@pytest.fixture
def displayed(monkeypatch):
    made = Displayed()
    module = SimpleNamespace(HTML=made.HTML, display=made.display)
    ipython = SimpleNamespace(display=module, get_ipython=lambda: None)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setattr(showing, "best_so_far", lambda _progress, _suite: "best V 3 <x>")
    return made


def test_a_notebook_is_told(displayed, monkeypatch):
    monkeypatch.setattr(showing, "_EVERY_S", 0.0)
    with NotebookProgress(None, 20, Pace(20)) as shown:
        shown.evaluated(0, 5, 10)
        shown.generation(SimpleNamespace(generation=0, history=[0] * 10))
    assert 'value="0" max="20"' in displayed.texts[0]
    assert any("5 of 20 evaluations, generation 0" in text for text in displayed.texts)
    assert "10 of 20 evaluations" in displayed.texts[-1]
    assert "best V 3 &lt;x&gt;" in displayed.texts[-1]


def test_it_is_not_told_too_often(displayed):
    with NotebookProgress(None, 1000, Pace(1000)) as shown:
        for number in range(1000):
            shown.evaluated(0, number, 1000)
    assert len(displayed.texts) < 10


def test_only_a_kernel_is_a_notebook(monkeypatch):
    assert not in_notebook()
    for shell, wanted in (
        (None, False),
        (SimpleNamespace(), False),
        (SimpleNamespace(kernel=1), True),
    ):
        ipython = SimpleNamespace(get_ipython=lambda shell=shell: shell)
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        assert in_notebook() is wanted


def test_nobody_looks_on():
    with not_shown(None, None) as nobody:
        assert nobody == []
