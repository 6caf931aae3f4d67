import numpy as np

from pyneuronautofit.optimisers import Population
from pyneuronautofit.optimisers.population import empty_population

SOME = Population(
    np.array([[0.0], [1.0], [2.0]]), np.array([[1.0, 1.0], [np.nan] * 2, [0, np.inf]])
)


def test_finite():
    assert SOME.finite.tolist() == [True, False, False]


def test_take_and_join_make_new_arrays():
    taken = SOME.take(np.array([2, 0]))
    assert taken.x.tolist() == [[2.0], [0.0]]
    assert taken.scores[1].tolist() == [1.0, 1.0]
    taken.x[:] = 9.0
    joined = SOME.joined(SOME)
    assert len(joined) == 6
    joined.scores[:] = 9.0
    assert SOME.x.tolist() == [[0.0], [1.0], [2.0]]
    assert SOME.scores[0].tolist() == [1.0, 1.0]


def test_nobody():
    nobody = empty_population(4)
    assert len(nobody) == 0
    assert nobody.x.shape == (0, 4)
    assert nobody.finite.shape == (0,)
