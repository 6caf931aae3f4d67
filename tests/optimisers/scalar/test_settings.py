"""The strategies for one number, from their options."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import made_merits, plain
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import SearchSettings, build_strategy
from pyneuronautofit.optimisers.scalar.cma import Cma
from pyneuronautofit.optimisers.scalar.shade import Shade

SPACE = plain(3)
EACH = pytest.mark.parametrize(
    ("letter", "name", "kind", "usual"), [("D", "DE", Shade, 60), ("C", "CMA", Cma, 24)]
)


def built(letter, size, **given):
    settings = SearchSettings(population_size=size)
    return build_strategy(letter, SPACE, settings, make_merits=made_merits, **given)


@EACH
def test_a_population_of_the_usual_size_or_of_that_asked_for(letter, name, kind, usual):
    assert isinstance(built(letter, None), kind)
    assert built(letter, None).population_size == usual
    assert built(letter, 4).population_size == 4
    # Of a negative one: so many lengths of the objective vector.
    assert built(letter, -2, n_score=5).population_size == 10


@EACH
def test_a_population_that_is_too_small(letter, name, kind, usual):
    with pytest.raises(UsageError, match=f"-P 3: {name} needs at least 4 members, since "):
        built(letter, 3)
    with pytest.raises(UsageError, match=r"-P 1: .* at least 2"):
        built(letter, 1)


@EACH
def test_given_models_are_in_the_first_population(letter, name, kind, usual):
    given = np.array([[0.1, 0.2, 0.3], [0.7, 0.8, 0.9]])
    strategy = built(letter, 6, initial=given)
    x, _state = strategy.ask(strategy.init(1))
    known = SPACE.to_model(x).values
    assert all(np.isclose(known, row).all(axis=1).any() for row in given)


@EACH
def test_one_number_has_to_be_known(letter, name, kind, usual):
    with pytest.raises(ValueError, match="has to know which"):
        build_strategy(letter, SPACE, SearchSettings())
