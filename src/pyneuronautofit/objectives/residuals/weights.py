"""What every component counts where components are added up; see docs/search.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives.suite import Suite
from pyneuronautofit.objectives.table import OBJECTIVES

# Of a component without a scale of its own: this part of what a voltage of zero would have. For a
# mean square, whose scale is 100 mV^2, that comes to the same at -60 mV.
_PART_OF_SILENCE = 1 / 6


def mode_weights(suite: Suite, given: Mapping[str, float] | None = None) -> FloatArray:
    """Return the weights by which the components of a suite are added up to one number, eq. 19.

    Parameters
    ----------
    suite
    given
        See `component_weights`.

    Returns
    -------
    FloatArray, shape (n_score,)
    """
    return component_weights(suite.markers, suite.bvalues, given)


def component_weights(
    markers: Sequence[str], bvalues: FloatArray, given: Mapping[str, float] | None = None
) -> FloatArray:
    """Return the same from what result files and the stores of runs have of a suite.

    Parameters
    ----------
    markers
        The mode letter of every component.
    bvalues : FloatArray, shape (n_score,)
        The recording against a voltage of zero.
    given
        What the user wants modes to count, by letter; others count as they do by themselves: one
        over the mode's scale, or over a sixth of what a voltage of 0 would have.

    Returns
    -------
    FloatArray, shape (n_score,)
    """
    given = given or {}
    weights = np.empty(len(markers))
    for place, (code, silent) in enumerate(zip(markers, bvalues.tolist(), strict=True)):
        # A store may have a mode of another version.
        mode = OBJECTIVES.get(code)
        scale = None if mode is None else mode.scale
        if code in given:
            weights[place] = given[code]
        elif scale is not None:
            weights[place] = 1.0 / scale
        else:
            # Files have no other numbers than finite ones: it has to be the same with them.
            usable = np.isfinite(silent) and silent > 0
            weights[place] = 1.0 / (silent * _PART_OF_SILENCE) if usable else 1.0
    return weights


def weighted_sums(scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sums of score rows (n_cand, n_score), shape (n_cand,), eq. 19."""
    return np.asarray(np.einsum("ij,j->i", scores.reshape(-1, len(weights)), weights))
