"""What the commands that simulate stored models have in common."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pyneuronautofit._options import MODEL, option, options_of, same_option
from pyneuronautofit._types import Json
from pyneuronautofit._words import READ, text
from pyneuronautofit.cli.stored_model import note_temperature
from pyneuronautofit.database import StoredModels, by_cell, parse_selection, read_models
from pyneuronautofit.errors import DatabaseError, UsageError
from pyneuronautofit.fitting import BESIDE, about_scored, missing_modes
from pyneuronautofit.objectives import EvaluationOptions, EvaluationSettings, settings_from_json
from pyneuronautofit.recordings import RecordingOptions, taken_as_stored
from pyneuronautofit.simulators import SimulationOptions

_log = logging.getLogger(__name__)

#: What is compared where neither the user nor the models' file says it.
DEFAULT_MODES = EvaluationOptions.modes

_DEFAULT_DEGC = SimulationOptions.temperature_degC


@dataclass(frozen=True, kw_only=True)
class StoredModelsOptions(RecordingOptions, SimulationOptions):
    """Which models, under which recording."""

    models: str = option(
        "",
        group="",
        metavar="MODELS",
        parse=READ,
        place=-1,
        help="a model database or a run's file",
    )
    temperature_degC: float | None = same_option(  # type: ignore[assignment]
        SimulationOptions,
        "temperature_degC",
        default=None,
        help=f"temperature, degC (default: the database's, or {_DEFAULT_DEGC:g})",
    )
    selection: str | None = option(
        None,
        "--models",
        group=MODEL,
        metavar="IDS",
        parse=text,
        help="ids or half-open ranges of ids such as 0,3,10:20 (default: all); positions where "
        "models have no ids",
    )

    def read_models(self) -> StoredModels:
        """Read the models that were asked for; of a joint fit one for each cell."""
        stored = by_cell(read_models(Path(self.models)))
        return stored if self.selection is None else stored.select(parse_selection(self.selection))

    def taking_as(self, evaluation: Mapping[str, Json] | None) -> Self:
        """Return options that take the recording as models had it that were scored like this."""
        stored = (evaluation or {}).get("recording")
        if not isinstance(stored, dict) or not stored:
            return self
        return taken_as_stored(self, stored, self.models)

    def temperature_of(self, stored: StoredModels) -> float:
        """Return the temperature: the flag's, or the file's, or else the default."""
        for temperature in (self.temperature_degC, stored.temperature_degC):
            if temperature is not None:
                return temperature
        note_temperature(_DEFAULT_DEGC, self.models)
        return _DEFAULT_DEGC


def _about_modes() -> str:
    described, default = options_of(EvaluationOptions)["modes"]
    return f"{described.text} (default: as the models' file says, or {default})"


@dataclass(frozen=True, kw_only=True)
class StoredEvaluationOptions(EvaluationOptions):
    """What is compared: as the models' file says, or all of it as the command line says."""

    modes: str | None = same_option(  # type: ignore[assignment]
        EvaluationOptions, "modes", default=None, help=_about_modes
    )

    def stored_settings(
        self, evaluation: Mapping[str, Json] | None, stored: StoredModels, where: str
    ) -> EvaluationSettings | None:
        """Return how models are scored as their file says; None: the command line says it.

        Parameters
        ----------
        evaluation
            How these models of the file were scored; None where it does not say.
        where
            The file, for messages.

        Raises
        ------
        UsageError
            If there are flags that the file's own evaluation would silently replace.
        """
        if self.modes is not None or evaluation is None:
            return None
        for name, (described, default) in options_of(EvaluationOptions).items():
            if name != "modes" and getattr(self, name) != default:
                raise UsageError(
                    f"{described.name} without -m: the models' file says how they were scored; "
                    "give -m too, and all evaluation flags are taken from the command line"
                )
        if missing := missing_modes(evaluation):
            raise UsageError(f"{where}: {missing}")
        for doubt in about_scored(evaluation):
            _log.warning("%s: %s", where, doubt)
        return settings_from_json(evaluation, where, pairs_are_ranges=stored.pairs_are_ranges)


def evaluations_beside(
    evaluation: Mapping[str, Json] | None, where: str, key: str = BESIDE
) -> list[Mapping[str, Json]]:
    """Return how models were scored on further recordings, each with its `target`.

    Parameters
    ----------
    evaluation
        How they were scored on the first.
    where
        The file that it is from, for messages.
    key
        Which: those that they were fitted to as well, or those that were held out as a whole.

    Raises
    ------
    DatabaseError
        If it is no such list.
    """
    others = (evaluation or {}).get(key, [])
    good = isinstance(others, list) and all(
        isinstance(each, dict) and isinstance(each.get("target"), str) for each in others
    )
    if not good:
        raise DatabaseError(
            f"{where}: the evaluation's {key!r} is {others!r:.60}: expected a list of "
            "evaluations on further recordings, each with its 'target'"
        )
    return list(others)
