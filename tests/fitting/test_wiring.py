"""Every option on its way: from the command line to who reads it.

The tests go over the fields of the records, so a new option is tested by being one.
"""

from __future__ import annotations

import contextvars
import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from given import given_value, given_words
from optimisers._made import same
from pyneuronautofit._options import field_names, options_of
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import (
    FitOptions,
    WorkerOptions,
    build_search,
    config_of,
    evaluation_settings,
    stored_settings,
)
from pyneuronautofit.objectives import EvaluationOptions, Mask
from pyneuronautofit.objectives.residuals import read_weights
from pyneuronautofit.optimisers import (
    ALGORITHMS,
    Merits,
    SearchSettings,
    algorithm_of,
    algorithms_that_read,
)
from pyneuronautofit.optimisers.polish.sequel import Sequel
from pyneuronautofit.optimisers.scalar.options import ScalarOptions

from .parabolas import begun_with, make_problem

#: They are about all algorithms, and not in their strategies under these names.
EVERYBODYS = options_of(ScalarOptions)


def parsed(*words):
    # A plug-in is known in the context that it was given in.
    alone = contextvars.copy_context()
    return alone.run(parse_config, FitOptions, [*words, "cell.npz"], "test", "")


def with_value(name):
    config = parsed(*given_words(name))
    assert getattr(config, name) == given_value(name) != options_of(FitOptions)[name][1]
    return config


@pytest.mark.parametrize("name", options_of(EvaluationOptions))
def test_an_option_of_the_evaluation_arrives_in_its_settings(name):
    settings, plain = (evaluation_settings(config) for config in (with_value(name), parsed()))
    expected = Mask(by_mode={"R": [1]}) if name == "mask" else given_value(name)
    assert settings == dataclasses.replace(plain, **{name: expected})


def parts_of(strategy):
    """All records that a strategy consists of, itself included."""
    yield strategy
    for field in dataclasses.fields(strategy):
        part = getattr(strategy, field.name)
        if dataclasses.is_dataclass(part):
            yield from parts_of(part)


@pytest.mark.parametrize("letter", ALGORITHMS)
@pytest.mark.parametrize("name", [n for n in options_of(SearchSettings) if n not in EVERYBODYS])
def test_an_option_of_the_search_arrives_in_the_strategies_that_read_it(name, letter):
    problem = make_problem()
    initial = begun_with(letter, 5)
    plain = build_search(parsed("-A", letter), problem, initial)
    changed = build_search(parsed("-A", letter, *given_words(name)), problem, initial)
    reads = name in field_names(algorithm_of(letter))
    assert reads == (letter in algorithms_that_read(name))
    assert same(changed, plain) != reads
    if reads:
        parts = [part for part in parts_of(changed) if name in field_names(part)]
        found = [getattr(part, name) for part in parts]
        assert found
        assert set(found) == {given_value(name)}


@pytest.mark.parametrize("letter", ALGORITHMS)
def test_polishing_comes_behind_every_algorithm_that_does_not_polish(letter):
    problem = make_problem()
    config = parsed("-A", letter, "--polish", "0.25")
    if letter in "AL":
        expected = rf"--polish 0\.25: {ALGORITHMS[letter]} polishes by itself; leave it"
        with pytest.raises(UsageError, match=expected):
            build_search(config, problem, begun_with(letter, 5))
        return
    polished = build_search(config, problem)
    assert isinstance(polished, Sequel)
    assert polished.share == 0.25
    assert polished.first == build_search(parsed("-A", letter), problem)


@pytest.mark.parametrize("words", [["-A", "D"], ["-A", "A"], ["-A", "C"], ["--polish", "0.5"]])
def test_weights_arrive_where_components_are_added_up(words):
    """O and V have a component per sweep, of two."""
    config = parsed(*words, "-m", "OV", "--weights", "V=0.25,O=3")
    problem = dataclasses.replace(
        make_problem(), given_weights=read_weights(config.weights, config.modes)
    )
    merits = [part for part in parts_of(build_search(config, problem)) if isinstance(part, Merits)]
    assert merits
    assert all(each.weights.tolist() == [3.0, 3.0, 0.25, 0.25] for each in merits)


@pytest.mark.parametrize("letter", ALGORITHMS)
def test_it_is_said_where_a_search_does_not_add_up(letter, caplog):
    """What it minimises is told by whether it asks what everything counts."""
    config = parsed("-A", letter, "-m", "OV", "--weights", "@1=0.5")
    problem = dataclasses.replace(
        make_problem(), given_weights=read_weights(config.weights, config.modes)
    )
    built = build_search(config, problem, begun_with(letter, 5))
    adds_up = any(isinstance(part, Merits) for part in parts_of(built))
    said = f"--weights: {ALGORITHMS[letter]} does not add components up"
    assert (said in caplog.text) == (not adds_up)
    assert adds_up == (letter in "ADLC")


@pytest.mark.parametrize("name", options_of(WorkerOptions))
def test_a_run_goes_on_where_it_is_told_and_not_where_it_was_evaluated(name):
    assert name not in stored_settings(with_value(name), make_problem())


#: A mask's file may move, and so may recordings; a job's folder is gone with it.
NOT_STORED = ("mask", "recording", "beside", "scratch", *options_of(WorkerOptions))


@pytest.mark.parametrize("name", [n for n in options_of(FitOptions) if n not in NOT_STORED])
def test_an_option_comes_back_from_a_run(name):
    """A run is taken up again with what it was begun with."""
    config = with_value(name)
    stored = json.loads(json.dumps(stored_settings(config, make_problem())))
    session = SimpleNamespace(content={"settings": stored})
    run = SimpleNamespace(
        path=Path("run.sqlite"), info=SimpleNamespace(settings=stored), sessions=[session]
    )
    assert config_of(run) == config


@pytest.mark.parametrize("name", options_of(SearchSettings))
def test_somebody_reads_every_option_of_the_search(name):
    assert algorithms_that_read(name)
