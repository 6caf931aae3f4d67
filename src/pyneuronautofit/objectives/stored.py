"""Evaluation settings as result files and model databases hold them."""

from __future__ import annotations

from collections.abc import Mapping

from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.objectives.mask import Mask, Rule
from pyneuronautofit.objectives.settings import EvaluationSettings
from pyneuronautofit.objectives.table import ALL_MODES

# Key in the file -> field of the settings.
_FIELDS = {
    "mode": "modes",
    "prespike": "before_spike",
    "postspike": "after_spike",
    "spikethreshold": "spike_threshold_mV",
    "spikecount": "spike_count",
    "collapse_tests": "collapse",
    "spikeweight": "spike_zoom",
    "vpvsize": "histogram_bins",
}


def settings_from_json(
    stored: Mapping[str, Json], where: str, *, pairs_are_ranges: bool
) -> EvaluationSettings:
    """Return the settings that the key `evaluation` of a file holds.

    Parameters
    ----------
    where
        The file, for messages.
    pairs_are_ranges
        Whether a list of two numbers in the mask means a range: it does in files of programs that
        had no other way to write one.

    Raises
    ------
    DatabaseError
        If there is no mode string, or the mask is none.
    """
    if not isinstance(stored.get("mode"), str):
        raise DatabaseError(
            f"{where}: the evaluation has no 'mode': expected the mode letters, found the keys "
            f"{quoted(stored)}"
        )
    values = {field: stored[key] for key, field in _FIELDS.items() if key in stored}
    return EvaluationSettings(
        mask=_mask(stored.get("mask"), where, pairs_are_ranges=pairs_are_ranges), **values
    )


def _mask(stored: Json, where: str, *, pairs_are_ranges: bool) -> Mask:
    if isinstance(stored, dict) and set(stored) != {"range"}:
        # Keys that are no letters of modes were notes to oneself.
        known = {key: value for key, value in stored.items() if key in ALL_MODES}
        rules = {k: _rule(v, where, pairs_are_ranges=pairs_are_ranges) for k, v in known.items()}
        return Mask(by_mode={key: rule for key, rule in rules.items() if rule is not None})
    return Mask(rule=_rule(stored, where, pairs_are_ranges=pairs_are_ranges))


def _rule(stored: Json, where: str, *, pairs_are_ranges: bool) -> Rule | None:
    if stored is None or (isinstance(stored, int) and not isinstance(stored, bool)):
        return stored
    is_range = isinstance(stored, dict)
    numbers = stored.get("range") if is_range else stored
    if not isinstance(numbers, list) or not all(isinstance(number, int) for number in numbers):
        raise DatabaseError(
            f"{where}: the evaluation's mask has {stored!r}; expected a number, a list of sweeps "
            'or {"range": [first, last]}'
        )
    if len(numbers) == 2 and (is_range or pairs_are_ranges):
        return numbers[0], numbers[1]
    return numbers
