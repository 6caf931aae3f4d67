"""The closing summary out of a store."""

from __future__ import annotations


def test_the_summary_is_the_commands(found):
    text = found.summary()
    assert text.startswith("finished: 24 evaluations in ")
    assert "in brackets: NEURON, fixed steps of 0.025 ms" in text
    assert "held-out sweeps: V of the compromise model, mV^2: 1: " in text
