"""Chunks: what they are of, and that nothing else decides them."""

from __future__ import annotations

import pytest

from pyneuronautofit.fitting.evaluators.chunks import (
    LEAST_IN_LANES,
    MOST_OF_LANES,
    MOST_OF_NEURON,
    chunks_of,
)


@pytest.mark.parametrize("generated", [True, False])
@pytest.mark.parametrize("n_cand", [0, 1, 47, 48, 95, 96, 240, 1000, 5000, 100_001])
def test_every_candidate_is_in_one_chunk(n_cand, generated):
    chunks = chunks_of(n_cand, generated=generated)
    assert [row for rows in chunks for row in rows] == list(range(n_cand))
    assert len(chunks) <= (MOST_OF_LANES if generated else MOST_OF_NEURON)
    sizes = {len(rows) for rows in chunks}
    assert not sizes or max(sizes) - min(sizes) <= 1


def test_lanes_are_full_and_neuron_has_few():
    assert [len(rows) for rows in chunks_of(240, generated=True)] == [LEAST_IN_LANES] * 5
    assert [len(rows) for rows in chunks_of(60, generated=True)] == [60]
    assert min(len(rows) for rows in chunks_of(1000, generated=True)) >= LEAST_IN_LANES
    assert [len(rows) for rows in chunks_of(240, generated=False)] == [1] * 240
