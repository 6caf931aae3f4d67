"""What an export replays: the run's sweeps, their currents and clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.simulators import Experiment


@dataclass(frozen=True)
class Protocol:
    """The sweeps that an export is proven on.

    Attributes
    ----------
    recording
        The recording's name.
    numbers
        Of the sweeps in it.
    experiment
        Of these sweeps, with a fixed step.
    """

    recording: str
    numbers: tuple[int, ...]
    experiment: Experiment

    def one(self, place: int) -> Protocol:
        """Return the protocol of one of the sweeps."""
        there = slice(place, place + 1)
        experiment = replace(
            self.experiment,
            current_pA=self.experiment.current_pA[there],
            holding_pA=self.experiment.holding_pA[there],
        )
        return Protocol(self.recording, self.numbers[there], experiment)

    def as_json(self) -> dict[str, Json]:
        """Return it as `protocol.json` has it; floats keep every bit."""
        experiment = self.experiment
        return {
            "recording": self.recording,
            "step_ms": experiment.clock.step_ms,
            "dt_ms": experiment.clock.dt_ms,
            "substeps": experiment.clock.substeps,
            "n_sample": experiment.n_sample,
            "n_transient": experiment.n_transient_step,
            "initial_mV": experiment.initial_mV,
            "temperature_degC": experiment.temperature_degC,
            "sweeps": [
                {"number": number, "holding_pA": holding, "current_pA": run_lengths(current)}
                for number, holding, current in zip(
                    self.numbers, experiment.holding_pA.tolist(), experiment.current_pA, strict=True
                )
            ],
        }


def run_lengths(current_pA: FloatArray) -> list[Json]:
    """Return a current (n_sample,) in pA as [samples, amplitude], equal neighbours together."""
    starts = np.flatnonzero(np.diff(current_pA, prepend=np.nan) != 0)
    lengths = np.diff(np.append(starts, len(current_pA)))
    return [list(pair) for pair in zip(lengths.tolist(), current_pA[starts].tolist(), strict=True)]
