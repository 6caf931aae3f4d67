"""Compiled loops over all pairs of individuals: who is the nearest (docs/search.md)."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import BoolArray, FloatArray


@compiled
def add_squares(
    x: FloatArray, scales: FloatArray, own_x: float, own_scale: float, sums: FloatArray
) -> None:
    """Add the square of a scaled difference in one gene to the sum of every relative."""
    for k in range(len(x)):
        difference = (own_x - x[k]) * (own_scale * scales[k])
        sums[k] += difference * difference


@compiled
def add_ones(scales: FloatArray, numbers: FloatArray) -> None:
    """Count a gene for every relative that has a range of it."""
    for k in range(len(scales)):
        numbers[k] += scales[k] > 0.0


@compiled
def nearest_mean_squares(
    genes: FloatArray, scales: FloatArray, all_alike: BoolArray, n_child: int
) -> FloatArray:
    """Return the least mean square of scaled differences to a later individual, (n_child,).

    Parameters
    ----------
    genes : FloatArray, shape (n_param, n_individual), search coordinates
        The children, then the population.
    scales : FloatArray, shape (n_param, n_individual)
        A difference is multiplied by both individuals' scales of the gene; 0: not searched.
    all_alike : BoolArray, shape (n_param,)
        Whether a gene that is searched in one individual is searched in all.
    n_child

    Returns
    -------
    FloatArray
        inf where there is nobody later.
    """
    n_param, n_individual = genes.shape
    sums, numbers = np.empty(n_individual), np.empty(n_individual)
    nearest = np.full(n_child, np.inf)
    for child in range(n_child):
        of_later, n_gene = sums[child + 1 :], numbers[child + 1 :]
        of_later[:] = 0.0
        n_gene[:] = 0.0
        in_all = 0.0
        for gene in range(n_param):
            own = scales[gene, child]
            if not own > 0.0:
                continue
            others = scales[gene, child + 1 :]
            add_squares(genes[gene, child + 1 :], others, genes[gene, child], own, of_later)
            if all_alike[gene]:
                in_all += 1.0
            else:
                add_ones(others, n_gene)
        for k in range(len(of_later)):
            square = of_later[k] / max(in_all + n_gene[k], 1.0)  # eq. 3
            nearest[child] = min(nearest[child], square)
    return nearest
