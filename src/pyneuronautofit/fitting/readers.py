"""Who reads an option: which modes of the evaluation, which algorithms of the search."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pyneuronautofit._options import options_of
from pyneuronautofit._plugins import split_modes
from pyneuronautofit._text import quoted
from pyneuronautofit.objectives import EvaluationOptions, built_in_modes, modes_that_read
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, algorithms_that_read

_log = logging.getLogger(__name__)


def readers_of(config: type[Any], name: str) -> str:
    """Return in words who reads an option of a command; empty where everybody does."""
    modes = modes_that_read(name) if issubclass(config, EvaluationOptions) else ()
    algorithms = algorithms_that_read(name) if issubclass(config, SearchSettings) else ()
    if modes:
        return _counted("mode", modes)
    return _counted("algorithm", algorithms) if 0 < len(algorithms) < len(ALGORITHMS) else ""


def note_unread_by_modes(options: EvaluationOptions, chosen: str) -> None:
    """Log which options were given that none of the chosen modes reads."""
    codes = split_modes(chosen)
    for name, flag in _given(options):
        # Of installed plug-ins only those are loaded that are used.
        modes = modes_that_read(name, [*built_in_modes(), *codes])
        if modes and not set(modes) & set(codes):
            _log.info(
                "%s is used by the modes %s only; none of them is in -m %s",
                flag,
                "".join(modes),
                chosen,
            )


def note_unread_by_algorithm(settings: SearchSettings, letter: str) -> None:
    """Log which options were given that the algorithm of a letter does not read."""
    for name, flag in _given(settings):
        algorithms = algorithms_that_read(name, letter)
        if algorithms and letter not in algorithms:
            _log.info("%s is ignored: %s does not use it", flag, ALGORITHMS[letter])


def note_unread_weights(letter: str) -> None:
    """Warn that the algorithm of a letter does not add components up by the weights given."""
    _log.warning(
        "--weights: %s does not add components up, and searches as it would without; they decide "
        "which model is the best sum, and --stop-after",
        ALGORITHMS[letter],
    )


def _counted(what: str, letters: Sequence[str]) -> str:
    return f"{what}{'s' if len(letters) > 1 else ''} {quoted(letters, len(letters))}"


def _given(options: Any) -> list[tuple[str, str]]:
    """Return the names and flags of the options that are not at their defaults."""
    return [
        (name, described.name)
        for name, (described, default) in options_of(options).items()
        if getattr(options, name) != default
    ]
