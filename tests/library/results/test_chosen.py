"""A model shows its parameters and what it scores, with units."""

from __future__ import annotations

from pyneuronautofit.library.results.chosen import ChosenModel

MODEL = ChosenModel(
    "best V", 3, {"soma.L": 1.25, "soma<0>.cm": 2.0}, {"V": 4.0, "O": 1.0}, {"V": "mV^2", "O": ""}
)


def test_in_words():
    assert str(MODEL).splitlines() == [
        "best V (evaluation 3): V 4 mV^2, O 1", "  soma.L      1.25", "  soma<0>.cm  2",
    ]  # fmt: skip


def test_in_a_notebook():
    text = MODEL._repr_html_()
    assert "<td>soma&lt;0&gt;.cm</td><td>2</td>" in text
    assert "best V, evaluation 3: V 4 mV^2, O 1" in text
