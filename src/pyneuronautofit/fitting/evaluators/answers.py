"""What comes back from a worker: scores and how it went, never voltages; as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting.evaluation import Evaluation
from pyneuronautofit.simulators import RunStatus

_STATUS = {status.name: status for status in RunStatus}


def as_plain(evaluation: Evaluation) -> dict[str, Any]:
    """Return what became of candidates, without their parameters: who asked has those."""
    missed = evaluation.residuals
    return {
        "scores": evaluation.scores.tobytes(),
        "status": [status.name for status in evaluation.status],
        "messages": list(evaluation.messages),
        "seconds": evaluation.seconds.tobytes(),
        "residuals": None if missed is None else missed.tobytes(),
    }


class GatheredScores:
    """The evaluations of a generation, as they come.

    Parameters
    ----------
    parameters : FloatArray, shape (n_cand, n_param), model values
    n_score
        How many components the objective vector has.
    n_residual
        How many residuals, with numbers of spikes; None: they are not wanted.
    """

    def __init__(self, parameters: FloatArray, n_score: int, n_residual: int | None) -> None:
        n_cand = len(parameters)
        self._parameters = parameters
        self._scores = np.full((n_cand, n_score), np.nan)
        self._status = [RunStatus.FAILED] * n_cand
        self._messages = [""] * n_cand
        self._seconds = np.zeros(n_cand)
        self._residuals = None if n_residual is None else np.full((n_cand, n_residual), np.nan)
        self._n_done = 0

    @property
    def n_done(self) -> int:
        """Of how many candidates something is known."""
        return self._n_done

    def take(self, rows: range, answer: Mapping[str, Any]) -> None:
        """Take the evaluation of some candidates.

        Raises
        ------
        ValueError
            If it is none, of as many.
        """
        n_cand = len(rows)
        try:
            scores = _floats(answer["scores"], n_cand, self._scores.shape[1])
            seconds = _floats(answer["seconds"], n_cand, 1)[:, 0]
            status = [_STATUS[name] for name in answer["status"]]
            messages = [str(message) for message in answer["messages"]]
            residuals = None
            if self._residuals is not None:
                residuals = _floats(answer["residuals"], n_cand, self._residuals.shape[1])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{error!r}") from error
        if not len(status) == len(messages) == n_cand:
            raise ValueError(f"{len(status)} candidates instead of {n_cand}")
        part = slice(rows.start, rows.stop)
        self._scores[part], self._seconds[part] = scores, seconds
        self._status[part], self._messages[part] = status, messages
        if self._residuals is not None and residuals is not None:
            self._residuals[part] = residuals
        self._n_done += n_cand

    def give_up(self, row: int, message: str) -> None:
        """Take notice that nobody could evaluate a candidate."""
        self._status[row], self._messages[row] = RunStatus.CRASHED, message
        self._n_done += 1

    def evaluation(self) -> Evaluation:
        """Return all of it, in the order of candidates."""
        return Evaluation(
            self._parameters,
            self._scores,
            tuple(self._status),
            tuple(self._messages),
            self._seconds,
            self._residuals,
        )


def _floats(content: bytes, n_row: int, n_column: int) -> FloatArray:
    """Return the numbers of an answer, shape (n_row, n_column)."""
    return np.frombuffer(content, dtype=np.float64).reshape(n_row, n_column)
