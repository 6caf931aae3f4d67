"""Inquiries without simulations: residuals that are known functions of the parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pyneuronautofit.certainty import Inquiry
from pyneuronautofit.optimisers.residuals import ResidualRows
from pyneuronautofit.space import ParameterSpace


def plain_rows(n_residual: int) -> ResidualRows:
    """Rows that are all about one sweep without spikes, and count 1."""
    ones = np.ones(n_residual)
    about = np.zeros(n_residual, dtype=np.int64)
    return ResidualRows(ones, ones, about, about - 1, 1)


def inquiry_into(
    function: Callable[[np.ndarray], np.ndarray], n_param: int, n_residual: int, **given
) -> Inquiry:
    """Return the inquiry of residuals that are a function of the unit cube's points."""
    rows = given.pop("param_nslh", None) or [
        [f"soma.p{k}", "lin", 0.0, 1.0] for k in range(n_param)
    ]
    space = ParameterSpace.from_rows(rows)

    def answer(x: np.ndarray) -> np.ndarray:
        found = np.stack([function(point) for point in space.to_unit(x)])
        return np.concatenate([found, np.zeros((len(x), 1))], axis=1)

    return Inquiry(space, given.pop("rows", None) or plain_rows(n_residual), answer)
