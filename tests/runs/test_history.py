import numpy as np

from pyneuronautofit.runs import History


def test_rows_are_numbered_through():
    history = History()
    assert len(history) == 0
    assert history.parameters.shape == (0, 0)
    assert history.scores.shape == (0, 0)
    first = history.append(np.array([[1.0], [2.0]]), np.array([[0.1, 0.2], [np.nan, np.nan]]))
    second = history.append(np.array([[3.0]]), np.array([[0.5, 0.6]]))
    assert (first.tolist(), second.tolist()) == ([0, 1], [2])
    assert first.dtype == np.int64
    assert len(history) == 3
    assert history.parameters.tolist() == [[1.0], [2.0], [3.0]]
    assert history.scores[second].tolist() == [[0.5, 0.6]]
    assert np.isnan(history.scores[1]).all()
