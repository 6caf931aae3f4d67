"""What searches have in common that minimise one number: the weighted sum, and residuals beside."""

from __future__ import annotations

from typing import Any, ClassVar

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.optimisers.weighting import Adaptation


class Summing:
    """A search by weighted sums that wants residuals and keeps to a number of evaluations.

    Attributes
    ----------
    merits
        How candidates are ordered.
    """

    merits: Merits

    needs_residuals: ClassVar[bool] = True
    counts_evaluations: ClassVar[bool] = True

    def scalars(self, _state: Any, scores: FloatArray) -> FloatArray | None:
        """Return the weighted sums of score rows (n_cand, n_score), shape (n_cand,)."""
        return self.merits.plain(scores)

    def adaptation(self, _state: Any) -> Adaptation | None:
        """Return None: no weights are adapted."""
        return None


def needed(residuals: FloatArray | None) -> FloatArray:
    """Return residuals, which whoever searches was to hand over."""
    if residuals is None:
        raise ValueError("this search has to be told residuals")
    return residuals
