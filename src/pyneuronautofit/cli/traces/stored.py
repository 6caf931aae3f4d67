"""What the commands that simulate stored models have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit.database import StoredModels, parse_selection, read_models
from pyneuronautofit.fit import RecordingOptions, SimulationOptions, option

_DEFAULT_DEGC = 35.0


@dataclass(frozen=True, kw_only=True)
class StoredModelsOptions(RecordingOptions, SimulationOptions):
    """Which models, under which recording."""

    models: str = option(
        "",
        group="",
        metavar="MODELS",
        parse=str,
        place=-1,
        help="a model database or a run's file",
    )
    temperature_degC: float | None = option(  # type: ignore[assignment]
        None,
        "-q",
        "--temperature",
        group="Model",
        metavar="TEMP",
        parse=float,
        help="temperature, degC (default: the database's, or 35)",
    )
    selection: str | None = option(
        None,
        "--models",
        group="Model",
        metavar="IDS",
        parse=str,
        help="ids or half-open ranges of ids such as 0,3,10:20 (default: all); positions where "
        "models have no ids",
    )

    def read_models(self) -> StoredModels:
        """Read the models that were asked for."""
        stored = read_models(Path(self.models))
        return stored if self.selection is None else stored.select(parse_selection(self.selection))

    def temperature_of(self, stored: StoredModels) -> float:
        """Return the temperature: the flag's, or the file's, or else 35 degC."""
        for temperature in (self.temperature_degC, stored.temperature_degC):
            if temperature is not None:
                return temperature
        return _DEFAULT_DEGC

    def project_path(self) -> Path | None:
        """Return the value of --project."""
        return None if self.project is None else Path(self.project)
