"""The options about several cells."""

from __future__ import annotations

from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.fitting import CellOptions, FitOptions, options_of


def test_they_are_options_of_a_fit_and_may_be_repeated():
    words = ["--cell", "a=one.abf", "--cell=b=two.abf", "--shared", "*.g", "--shared", "soma.L"]
    config = parse_config(FitOptions, [*words, "--pull", "0.1", "one.abf", "two.abf"], "fit", "")
    assert set(options_of(CellOptions)) <= set(options_of(FitOptions))
    assert config.cells == ("a=one.abf", "b=two.abf")
    assert config.shared == ("*.g", "soma.L")
    assert (config.private, config.pull) == ((), 0.1)
