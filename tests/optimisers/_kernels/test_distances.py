"""The nearest relative, against all differences in plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.optimisers._kernels import distances


def by_definition(genes, scales, n_child):
    """The mean over the genes that both have, of every later individual; the least of them."""
    nearest = []
    for child in range(n_child):
        squares = [np.inf]
        for other in range(child + 1, genes.shape[1]):
            both = (scales[:, child] > 0) & (scales[:, other] > 0)
            factors = scales[:, child] * scales[:, other]
            differences = ((genes[:, child] - genes[:, other]) * factors)[both]
            squares.append((differences**2).sum() / max(both.sum(), 1))
        nearest.append(min(squares))
    return nearest


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("seed", range(3))
def test_all_pairs(missing, seed):
    rng = np.random.default_rng(seed)
    genes, scales = rng.normal(size=(6, 25)), rng.random((6, 25)) + 0.5
    scales[rng.random((6, 25)) < missing] = 0.0
    scales[3] = 0.0  # nobody's
    scales[4] = 1.25  # everybody's
    all_alike = np.array([(row > 0).all() or not row.any() for row in scales])
    found = distances.nearest_mean_squares(genes, scales, all_alike, 10)
    np.testing.assert_allclose(found, by_definition(genes, scales, 10), rtol=1e-12)
    # Whether a gene is counted once or for everyone makes no difference.
    nobody = np.zeros(6, dtype=bool)
    np.testing.assert_allclose(
        distances.nearest_mean_squares(genes, scales, nobody, 10), found, rtol=1e-12
    )


def test_by_hand():
    # Differences of the first child: 3 and 1 (scales 2·1, 2·2), of the second: 4 (scale 1·2).
    genes = np.array([[0.0, 3.0, -1.0]])
    scales = np.array([[2.0, 1.0, 2.0]])
    found = distances.nearest_mean_squares(genes, scales, np.array([True]), 3)
    assert found.tolist() == [16.0, 64.0, np.inf]


def test_only_later_ones_are_relatives():
    genes = np.array([[5.0, 5.0, 7.0]])
    found = distances.nearest_mean_squares(genes, np.ones((1, 3)), np.array([True]), 2)
    assert found.tolist() == [0.0, 4.0]


def test_who_shares_no_gene_is_at_no_distance():
    genes, scales = np.array([[1.0, 9.0], [1.0, 9.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    found = distances.nearest_mean_squares(genes, scales, np.array([False, False]), 1)
    assert found.tolist() == [0.0]
