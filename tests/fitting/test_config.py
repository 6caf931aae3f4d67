"""All options of a fit."""

from __future__ import annotations

import pytest

from pyneuronautofit._options import GROUPS, Resumed, check_options, options_of
from pyneuronautofit.fitting import FitOptions as FitConfig
from pyneuronautofit.optimisers import ALGORITHMS, algorithm_of

#: Stores of runs have them: a run cannot be taken up again where one is gone.
STORED = {
    "recording", "stimulus", "voltage_channel", "current_channel", "modes", "mask", "spike_count",
    "spike_threshold_mV", "before_spike", "after_spike", "spike_zoom", "collapse",
    "smoothing_kernel_ms", "histogram_bins", "project", "temperature_degC", "simulator",
    "integrator", "tolerance_mV", "precision", "n_worker", "dt", "time_limit_s", "algorithm",
    "population_size", "generations", "elites", "off_log_scale", "initial_population",
    "krayzman_threshold", "update", "norm_space", "hold_normalization", "weight_bound",
    "mutation_rate", "mutation_slope", "refine", "inject_elites", "archive_size", "seed",
    "log_level", "log_to_screen", "krayzman_debug", "print_every", "dump_every", "iteration",
    "run_stamp", "slurm_id", "log_population", "log_archive", "dry_run", "output", "figure",
    "resume", "extend",
}  # fmt: skip


def test_the_options_of_stored_runs_are_there():
    assert set(options_of(FitConfig)) >= STORED


def test_every_default_is_allowed_and_every_option_is_in_a_group():
    check_options(FitConfig())
    for described, _default in options_of(FitConfig).values():
        assert described.group in GROUPS or not described.flags
        assert described.text


def test_a_fit_takes_adaptive_steps_unless_others_are_asked_for():
    assert FitConfig().adaptive is not None
    assert FitConfig(dt=0.025).adaptive is None


def test_options_have_names():
    with pytest.raises(TypeError):
        FitConfig("cell.abf")


def test_the_help_of_the_algorithm_lists_them():
    text = options_of(FitConfig)["algorithm"][0].text
    for letter, name in ALGORITHMS.items():
        assert f"{name} - {algorithm_of(letter).about}" in text
    assert text.endswith(f"by its first letter: {', '.join(ALGORITHMS)}")


def test_the_help_of_extend_lists_what_it_allows():
    options = options_of(FitConfig)
    named = {word.strip(",:") for word in options["extend"][0].text.split()}
    for described, _default in options.values():
        allowed = described.resumed is Resumed.EXTENDED or described.name == "--resume"
        assert (described.name in named) == allowed, described.name
