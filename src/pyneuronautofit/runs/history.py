"""Every evaluation of a run, in the order in which they were told."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray


class History:
    """All evaluations of a run.

    It grows by one block per generation. Rows are the numbers that the archive refers to.
    """

    def __init__(self) -> None:
        self._parameters: list[FloatArray] = []
        self._scores: list[FloatArray] = []
        self._n = 0

    def __len__(self) -> int:
        """Return the number of evaluations."""
        return self._n

    def append(self, parameters: FloatArray, scores: FloatArray) -> IntArray:
        """Add the evaluations of a generation.

        Parameters
        ----------
        parameters : FloatArray, shape (n_cand, n_param), model values
        scores : FloatArray, shape (n_cand, n_score)

        Returns
        -------
        IntArray, shape (n_cand,)
            Their rows.
        """
        rows = np.arange(self._n, self._n + len(scores), dtype=np.int64)
        self._parameters.append(parameters)
        self._scores.append(scores)
        self._n += len(scores)
        return rows

    @property
    def parameters(self) -> FloatArray:
        """Model values of all evaluations, shape (n_evaluation, n_param)."""
        return np.concatenate(self._parameters) if self._parameters else np.empty((0, 0))

    @property
    def scores(self) -> FloatArray:
        """Scores of all evaluations, shape (n_evaluation, n_score); nan for failed ones."""
        return np.concatenate(self._scores) if self._scores else np.empty((0, 0))
