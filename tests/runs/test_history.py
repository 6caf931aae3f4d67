import numpy as np
import pytest

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


def test_what_is_kept_of_a_run_whose_store_has_the_rest():
    history = History(whole=False)
    blocks = [np.arange(6.0).reshape(3, 2) + 10 * block for block in range(4)]
    for block in blocks:
        rows = history.append(block, np.zeros((3, 1)))
        history.keep(np.array([7, 1, *rows[:1]]))
    # The row before the last generation's is forgotten with its generation.
    whole = np.concatenate(blocks)
    assert len(history) == 12
    assert (history.parameters_of(np.array([9, 1, 7])) == whole[[9, 1, 7]]).all()
    assert history.parameters_of(np.array([], dtype=int)).shape == (0, 2)
    for lost in (3, 8, 12):
        with pytest.raises(KeyError, match="in the store alone"):
            history.parameters_of(np.array([1, lost]))
    for what in ("parameters", "scores"):
        with pytest.raises(ValueError, match="read them from the store"):
            getattr(history, what)


def test_a_whole_one_forgets_nothing():
    history = History()
    history.append(np.array([[1.0], [2.0]]), np.array([[0.1], [0.2]]))
    history.keep(np.array([1]))
    assert history.parameters_of(np.array([1, 0])).tolist() == [[2.0], [1.0]]
    assert history.scores.tolist() == [[0.1], [0.2]]
    with pytest.raises(KeyError, match="in the store alone"):
        History().parameters_of(np.array([0]))
