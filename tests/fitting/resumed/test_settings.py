"""The options of a run as its store has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pyneuronautofit._options import options_of
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting.options import FitOptions
from pyneuronautofit.fitting.resumed.settings import options_from

STORE = Path("r.sqlite")
DEFAULTS = json.loads(
    json.dumps({name: getattr(FitOptions(), name) for name in options_of(FitOptions)})
)


def test_every_option_is_read_as_it_was_written():
    assert options_from(DEFAULTS, STORE) == FitOptions()
    changed = {**DEFAULTS, "stimulus": [1, 2.5], "seed": 3, "voltage_channel": "IN 0", "mask": "3"}
    config = options_from(changed, STORE)
    assert (config.stimulus, config.seed, config.voltage_channel) == ((1, 2.5), 3, "IN 0")


@pytest.mark.parametrize("name", DEFAULTS)
def test_no_option_takes_values_of_every_kind(name):
    """What is not refused is what the option's annotation says."""
    refused = 0
    for value in (None, True, -1, 0.5, 10**400, float("nan"), "x", [], [1, "x"], {"a": 1}):
        try:
            assert options_from({**DEFAULTS, name: value}, STORE)
        except RunError:
            refused += 1
    assert refused >= 5


@pytest.mark.parametrize(("name", "value"), [
    ("generations", -1), ("n_worker", -3), ("stimulus", [1]), ("stimulus", [1, None]),
    ("print_every", 0), ("seed", True), ("log_level", "LOUD"),
])  # fmt: skip
def test_what_the_command_line_would_refuse_is_refused(name, value):
    with pytest.raises(RunError, match=rf"r.sqlite: (its option {name}|an option of the run)"):
        options_from({**DEFAULTS, name: value}, STORE)
