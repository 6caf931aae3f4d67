"""Who reads an option, in words: for the help and for the log."""

from __future__ import annotations

import pytest

from given import given_value, given_words
from pyneuronautofit._options import options_of
from pyneuronautofit.fitting import FitConfig, readers_of
from pyneuronautofit.fitting.readers import note_unread_by_algorithm, note_unread_by_modes
from pyneuronautofit.objectives import EvaluationOptions, modes_that_read
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, algorithms_that_read


@pytest.fixture
def said(caplog):
    """Returns what was logged."""
    caplog.set_level("INFO")
    return lambda: caplog.messages


@pytest.mark.parametrize("letter", ALGORITHMS)
@pytest.mark.parametrize("name", options_of(SearchSettings))
def test_the_log_says_what_an_algorithm_ignores(name, letter, said):
    note_unread_by_algorithm(SearchSettings(**{name: given_value(name)}), letter)
    ignored = f"{given_words(name)[0]} is ignored: {ALGORITHMS[letter]} does not use it"
    assert said() == ([] if letter in algorithms_that_read(name) else [ignored])


@pytest.mark.parametrize("name", options_of(EvaluationOptions))
def test_the_log_says_what_no_chosen_mode_reads(name, said):
    modes = modes_that_read(name)
    options = EvaluationOptions(**{name: given_value(name)})
    note_unread_by_modes(options, f"R{''.join(modes[:1])}")
    assert said() == []
    note_unread_by_modes(options, "RM")
    flag = given_words(name)[0]
    unread = f"{flag} is used by the modes {''.join(modes)} only; none of them is in -m RM"
    assert said() == ([unread] if modes else [])


def test_nothing_is_said_about_defaults(said):
    note_unread_by_modes(FitConfig(), "R")
    for letter in ALGORITHMS:
        note_unread_by_algorithm(FitConfig(), letter)
    assert said() == []


def test_in_the_words_of_the_help():
    assert readers_of(FitConfig, "spike_count") == "modes T, S, W"
    assert readers_of(FitConfig, "spike_zoom") == "mode Z"
    assert readers_of(FitConfig, "krayzman_threshold") == "algorithm K"
    assert readers_of(FitConfig, "elites") == "algorithms K, M, P"
    # One that begins with the models that it is given has no use for another number of them.
    assert readers_of(FitConfig, "population_size") == "algorithms K, N, M, P, A, D, C"
    assert readers_of(FitConfig, "mutation_rate") == "algorithms K, N, M, P"
    for everybody in ("weights", "polish", "seed", "modes", "collapse"):
        assert readers_of(FitConfig, everybody) == ""
    # A command without algorithms has none to name.
    assert readers_of(EvaluationOptions, "elites") == ""
