"""Every evaluation of a run, in the order in which they were told."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray


class History:
    """All evaluations of a run.

    It grows by one block per generation. Rows are the numbers that the archive refers to.

    Parameters
    ----------
    whole
        Whether all of them stay in memory. Where a store keeps them, only those do that are still
        asked for (`keep`), so that memory does not grow with the length of a run.
    """

    def __init__(self, *, whole: bool = True) -> None:
        self._whole = whole
        self._rows: list[IntArray] = []
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
        self._rows.append(rows)
        self._parameters.append(parameters)
        self._scores.append(scores)
        self._n += len(scores)
        return rows

    def keep(self, rows: IntArray) -> None:
        """Forget all but these rows, unless the history is whole."""
        if self._whole or not self._rows:
            return
        known, parameters = np.concatenate(self._rows), np.concatenate(self._parameters)
        kept = np.isin(known, rows)
        # Copies: views would keep the blocks that they were taken from.
        self._rows, self._parameters = [known[kept]], [parameters[kept]]
        self._scores = []

    def parameters_of(self, rows: IntArray) -> FloatArray:
        """Return the model values of some evaluations, shape (n_row, n_param).

        Raises
        ------
        KeyError
            If one of them is not kept.
        """
        if not len(rows):
            return np.empty((0, self._parameters[0].shape[1] if self._parameters else 0))
        known = np.concatenate(self._rows) if self._rows else np.empty(0, dtype=np.int64)
        # Rows are known in their order.
        places = np.minimum(np.searchsorted(known, rows), len(known) - 1)
        if not len(known) or (known[places] != rows).any():
            raise KeyError("some of these evaluations are kept in the store alone")
        return np.concatenate(self._parameters)[places]

    @property
    def parameters(self) -> FloatArray:
        """Model values of all evaluations, shape (n_evaluation, n_param).

        Raises
        ------
        ValueError
            If not all are kept.
        """
        self._must_be_whole()
        return np.concatenate(self._parameters) if self._parameters else np.empty((0, 0))

    @property
    def scores(self) -> FloatArray:
        """Scores of all evaluations, shape (n_evaluation, n_score); nan for failed ones.

        Raises
        ------
        ValueError
            If not all are kept.
        """
        self._must_be_whole()
        return np.concatenate(self._scores) if self._scores else np.empty((0, 0))

    def _must_be_whole(self) -> None:
        if not self._whole:
            raise ValueError("not all evaluations are kept in memory: read them from the store")
