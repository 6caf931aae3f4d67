"""Command lines that give an option some value other than its default, whichever option it is."""

from __future__ import annotations

from pathlib import Path

from pyneuronautofit._options import options_of
from pyneuronautofit._words import real, whole
from pyneuronautofit.fitting import FitOptions

#: Words for options that are texts, or allow few numbers.
_WORDS = {
    "modes": "XO", "mask": "{'R': [1]}", "algorithm": "N", "log_level": "DEBUG",
    "evaluations_file": "no",
    "simulator": "batch", "integrator": "fixed", "precision": "single", "tolerance_mV": "0.5",
    "workers": "tcp://node:1",
    "isa": "x86-64-v3",
    "print_every": "3", "population_size": "10", "hold_out": "2",
    # A file with a plug-in, which is executed.
    "plugins": str(Path(__file__).parent / "one_mode.py"),
}  # fmt: skip


def given_words(name: str) -> list[str]:
    """Return the words of a command line that set an option of a fit."""
    described, default = options_of(FitOptions)[name]
    flag = described.flags[0]
    if described.parse is None:
        return [flag]
    if name in _WORDS:
        return [flag, _WORDS[name]]
    if described.count > 1:
        return [flag, *(str(10 * (k + 1)) for k in range(described.count))]
    if described.parse not in (whole, real):
        return [flag, "other"]
    step = 1 if described.parse is whole else 0.25
    return [flag, str((1 if default is None else default) + step)]


def given_value(name: str) -> object:
    """Return the value that these words mean, read without the parser of the command line."""
    described, default = options_of(FitOptions)[name]
    values = (
        [described.parse(word) for word in given_words(name)[1:]] if described.parse else [True]
    )
    return tuple(values) if described.count > 1 or default == () else values[0]
