"""Which keys a run file has: every flag, by its long name, below its group."""

from __future__ import annotations

import pytest

from cli.commands import CONFIGS
from pyneuronautofit._options import GROUPS, options_of
from pyneuronautofit.cli.runfile.keys import (
    COMMAND,
    OF_CELLS,
    WEIGHTS,
    further_of,
    in_order,
    keys_of,
    option_keys,
    sections_of,
)
from pyneuronautofit.fitting import FitOptions

COMMANDS = ("fit", "polish", "evaluate", "compare", "simulate", "sweeps")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_key(command):
    config = CONFIGS[command]
    keys = keys_of(config)
    fields = {key.field for key in keys.values()}
    of_cells = {*OF_CELLS} & {*options_of(config)}
    assert fields | of_cells | {further_of(config)} - {None} >= set(options_of(config))
    assert {*option_keys(config, OF_CELLS)} == of_cells
    assert len(fields) == len(keys), "one each"
    for (section, name), key in keys.items():
        if key.option.flags:
            assert f"--{name}" in key.option.flags, "what has no long name has no key"
            assert section in {group.lower() for group in GROUPS}
        else:
            assert (section, name) == ("", key.field)


def test_names_of_tables_and_what_stands_before_them_are_different():
    for command in COMMANDS:
        keys = keys_of(CONFIGS[command])
        first = [name for section, name in keys if not section]
        assert not {*first} & {*sections_of(keys), COMMAND, WEIGHTS}


def test_some_keys():
    keys = keys_of(FitOptions)
    assert keys["fitting", "population-size"].field == "population_size"
    assert keys["", "recording"].path == "recording"
    assert keys["model", "eval-mode"].path == "model.eval-mode"
    assert set(keys["model", "eval-mode"].aliases) == {
        "m", "eval-mode", "-m", "--eval-mode", "modes",
    }  # fmt: skip
    assert further_of(FitOptions) == "beside"
    assert [key.name for key in keys.values() if key.is_repeated] == ["plugin"]
    assert further_of(CONFIGS["simulate"]) is None
    assert sections_of(keys) == ["fitting", "model", "run"]
    assert next(field for field, _option in in_order(FitOptions)) == "recording"
