"""The strategies for one number, as the table knows them."""

from __future__ import annotations

import numpy as np
import pytest
from cmaes import CMA

from optimisers._made import made_merits, plain
from pyneuronautofit._options import field_names
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import (
    EvolutionOptions,
    SearchSettings,
    algorithm_of,
    algorithm_plans,
    build_strategy,
)
from pyneuronautofit.optimisers.operators.mutation import MutationOptions
from pyneuronautofit.optimisers.scalar.cma import Cma
from pyneuronautofit.optimisers.scalar.shade import Shade

KINDS = {"D": Shade, "C": Cma}
SPACE = plain(3)


def built(letter, **given):
    initial = np.array([[0.25, np.nan, 0.5]])
    return build_strategy(
        letter, SPACE, SearchSettings(**given), n_score=7, initial=initial, make_merits=made_merits
    )


@pytest.mark.parametrize(("n_param", "size"), [(1, 4), (2, 6), (3, 7), (6, 9), (7, 24), (29, 24)])
def test_cma_takes_hansens_population_for_few_parameters(n_param, size):
    """As the library does by itself (Hansen 2016, eq. 48)."""
    strategy = build_strategy("C", plain(n_param), SearchSettings(), make_merits=made_merits)
    assert strategy.population_size == size
    assert strategy.n_kept == 24
    if n_param < 7:
        assert CMA(mean=np.full(n_param, 0.5), sigma=0.2).population_size == size


@pytest.mark.parametrize(("letter", "usual"), [("D", 60), ("C", 7)])
def test_populations(letter, usual):
    assert isinstance(built(letter), KINDS[letter])
    assert built(letter).population_size == usual
    assert built(letter, population_size=9).population_size == 9
    # Lengths of the objective vector.
    assert built(letter, population_size=-2).population_size == 14
    assert built(letter, population_size=0).population_size == 7


@pytest.mark.parametrize("letter", KINDS)
def test_what_the_task_says_arrives(letter):
    strategy = built(letter)
    assert strategy.space is SPACE
    assert strategy.merits.weights.tolist() == [1.0]
    x, _ = strategy.lasting(0, 1000).ask(strategy.init(0))
    assert x[0, [0, 2]].tolist() == [0.25, 0.5]


@pytest.mark.parametrize(("letter", "name"), [("D", "DE"), ("C", "CMA"), ("A", "Auto")])
def test_too_few_members(letter, name):
    with pytest.raises(UsageError, match=f"-P 3: {name} needs at least 4 members, since"):
        built(letter, population_size=3)
    assert built(letter, population_size=4).population_size == 4


@pytest.mark.parametrize("letter", "DCA")
def test_they_have_no_mutation(letter):
    mutation = set(field_names(MutationOptions))
    assert not mutation & set(field_names(algorithm_of(letter)))
    assert mutation < set(field_names(EvolutionOptions))


def test_who_plans():
    """L-SHADE shrinks its population by what is left; CMA goes on as if there was no end."""
    assert [algorithm_plans(name) for name in ("DE", "Auto", "CMA", "NSGA2")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("letter", KINDS)
def test_without_anybody_who_knows_what_is_minimised(letter):
    with pytest.raises(ValueError, match="a search for the least of one number has to know which"):
        build_strategy(letter, SPACE, SearchSettings())
