"""What every component counts where components are added up.

The numbers in brackets are those of the equations in docs/search.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives.suite import Suite
from pyneuronautofit.objectives.table import OBJECTIVES

# Of a component without a scale of its own: this part of what a voltage of zero would have. For a
# mean square, whose scale is 100 mV^2, that comes to the same at -60 mV.
_PART_OF_SILENCE = 1 / 6


def mode_weights(suite: Suite, given: Mapping[str, float] | None = None) -> FloatArray:
    """Return the weights by which components are added up to one number, eq. 19.

    Parameters
    ----------
    suite
    given
        What the user wants modes to count, by letter; others count as they do by themselves: one
        over the mode's scale, or over a sixth of what a voltage of 0 would have.

    Returns
    -------
    FloatArray, shape (n_score,)
    """
    given = given or {}
    weights = np.empty(len(suite.markers))
    for place, code in enumerate(suite.markers):
        scale = OBJECTIVES[code].scale
        if code in given:
            weights[place] = given[code]
        elif scale is not None:
            weights[place] = 1.0 / scale
        else:
            silent = float(suite.bvalues[place])
            weights[place] = 1.0 / (silent * _PART_OF_SILENCE) if silent > 0 else 1.0
    return weights
