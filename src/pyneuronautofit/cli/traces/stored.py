"""What the commands that simulate stored models have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, option, same_option
from pyneuronautofit._words import READ, text
from pyneuronautofit.database import StoredModels, parse_selection, read_models
from pyneuronautofit.recordings import RecordingOptions
from pyneuronautofit.simulators import SimulationOptions

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
        """Read the models that were asked for."""
        stored = read_models(Path(self.models))
        return stored if self.selection is None else stored.select(parse_selection(self.selection))

    def temperature_of(self, stored: StoredModels) -> float:
        """Return the temperature: the flag's, or the file's, or else the default."""
        for temperature in (self.temperature_degC, stored.temperature_degC):
            if temperature is not None:
                return temperature
        return _DEFAULT_DEGC
