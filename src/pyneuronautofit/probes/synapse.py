"""The synapse of `SynapseTest`: its mechanism, its fixed settings, and one trial of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.probes.tests import SynapseTest

#: The point process: AMPAandNMDAwithTone.mod of the built-in cell has it.
MECHANISM = "AMPAandNMDAwithTone"

#: Where it sits: the section, and the place on it.
SECTION = "soma"
POSITION = 0.5

#: Its RANGE variables that are the same in every test. Times in ms, voltages in mV, conductances
#: in uS. What is not named here keeps the default of the mechanism.
SETTINGS: Mapping[str, float] = MappingProxyType(
    {
        "AMPAt1": 1.0,
        "AMPAt2": 2.2,
        "NMDAt1": 1.0,
        "NMDAt2": 150.0,
        "e": 0.0,
        "GLUTg": 0.0,
        "u0": 0.30,
        "gsynmod": 1.0,
    }
)

#: Its RANGE variables that a mix sets, in the order of `SynapseTest.mixes`, and the one of
#: `SynapseTest.gabab_uS`.
AMPA = "AMPAp"
NMDA = "NMDAp"
GABAB = "GABABg"


def require_mechanism(h: Any) -> None:
    """Raise ModelError unless the mechanisms that are loaded into NEURON have the synapse."""
    if hasattr(h, MECHANISM):
        return
    mod = BUILT_IN_MODS / f"{MECHANISM}.mod"
    raise ModelError(
        f"the synapse of this test is the mechanism {MECHANISM}, but the model's channels do not "
        f"have it. Copy {mod} to the model's .mod files; if they were compiled with nrnivmodl, "
        "compile them again"
    )


def settings_of(test: SynapseTest) -> dict[str, float]:
    """Return the RANGE variables that are the same in all trials of a test."""
    return {**SETTINGS, GABAB: test.gabab_uS}


def put_synapse(h: Any, cell: Any, settings: Mapping[str, float]) -> Any:
    """Put the synapse on a cell; it lives as long as what is returned."""
    made = getattr(h, MECHANISM)(getattr(cell, SECTION)(POSITION))
    for name, value in settings.items():
        setattr(made, name, value)
    return made


@dataclass(frozen=True)
class SynapseTrial:
    """One trial of a `SynapseTest`, to be looked at.

    Attributes
    ----------
    test
        Whose first mix is taken.
    conductance_uS
        The weight of the event.
    before_ms
        How much of the rest is shown.
    """

    test: SynapseTest
    conductance_uS: float
    before_ms: float = 200.0

    @property
    def temperature_degC(self) -> float:
        """Temperature of the model."""
        return self.test.temperature_degC

    @property
    def dt_ms(self) -> float:
        """Time step."""
        return self.test.dt_ms

    @property
    def initial_mV(self) -> float:
        """Voltage of all segments before `finitialize`, as in the test."""
        return self.test.initial_mV

    @property
    def cell_ms(self) -> float:
        """Simulated time, ms."""
        return self.test.rest_ms + self.test.response_ms


@dataclass(frozen=True)
class TrialTrace:
    """A model's answer to a `SynapseTrial`.

    Attributes
    ----------
    time_ms : FloatArray, shape (n_sample,), ms
        Since the event.
    voltage_mV : FloatArray, shape (n_sample,), mV
        Of soma(0.5).
    fired
        Whether it counts as firing.
    """

    time_ms: FloatArray
    voltage_mV: FloatArray
    fired: bool

    def is_finite(self) -> bool:
        """Return whether all voltages are numbers."""
        return bool(np.isfinite(self.voltage_mV).all())
