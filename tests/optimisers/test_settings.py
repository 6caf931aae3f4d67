"""All options of the search in one record."""

from __future__ import annotations

import pytest

from pyneuronautofit._options import field_names, options_of
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, algorithm_of


@pytest.mark.parametrize("letter", ALGORITHMS)
def test_it_has_what_every_algorithm_reads_as_the_algorithm_declares_it(letter):
    algorithm, everything = algorithm_of(letter), options_of(SearchSettings)
    for name, declared in options_of(algorithm).items():
        assert everything[name] == declared
    assert set(field_names(algorithm)) <= set(everything)


def test_options_have_names():
    with pytest.raises(TypeError):
        SearchSettings(12)
