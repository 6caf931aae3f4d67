"""Which record an option is in: what decides a fit, for how long, what becomes of it."""

from __future__ import annotations

import pytest

from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.fitting import (
    Budget,
    CellOptions,
    EvaluationOptions,
    FitConfig,
    FitOptions,
    RecordingOptions,
    SimulationOptions,
    options_of,
)
from pyneuronautofit.optimisers import SearchSettings


def test_an_option_of_a_fit_means_something_to_a_library_call():
    """What only the command reads, files and the screen, is the command's alone."""
    parts = (
        RecordingOptions, CellOptions, EvaluationOptions, SearchSettings, SimulationOptions,
    )  # fmt: skip
    of_parts = {name for part in parts for name in options_of(part)}
    assert set(options_of(FitConfig)) - of_parts == {"algorithm", "beside", "off_log_scale"}
    assert not set(options_of(FitConfig)) & set(options_of(Budget))
    read_by_nobody = {"krayzman_debug", "figure", "output", "dry_run", "initial_population"}
    assert read_by_nobody <= set(options_of(FitOptions)) - set(options_of(FitConfig))


@pytest.mark.parametrize(("words", "seed"), [((), None), (("--seed", "0"), 0)])
def test_a_seed_is_drawn_only_where_none_is_given(words, seed):
    assert parse_config(FitOptions, [*words, "cell.npz"], "test", "").seed is seed


def test_extending_names_what_it_allows():
    described, _default = options_of(FitOptions)["extend"]
    said = "another --isa, --time-limit, --refine or --archive-size, other versions"
    assert said in described.text
