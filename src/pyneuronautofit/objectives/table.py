"""The evaluation modes. Adding one: a class in its family's file, and a line in _CLASSES."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pyneuronautofit._registry import table_by
from pyneuronautofit.objectives._base import Objective
from pyneuronautofit.objectives.phase_plane import PhasePlane, StimulusPhasePlane
from pyneuronautofit.objectives.shapes import AverageSpikeShape, SpikeShapes
from pyneuronautofit.objectives.spikes import (
    FiringRate,
    SpikeCount,
    SpikeCounts,
    SpikeTimes,
    SpikeWidths,
)
from pyneuronautofit.objectives.statistics import AfterStimulus, RestingPotential, WithinStimulus
from pyneuronautofit.objectives.voltage import (
    LateVoltage,
    SmoothedVoltage,
    StimulusVoltage,
    SubthresholdVoltage,
    VoltageDistance,
    WeightedVoltage,
)

_CLASSES: tuple[type[Objective], ...] = (
    SpikeCount,
    SpikeCounts,
    SpikeTimes,
    SpikeShapes,
    AverageSpikeShape,
    SpikeWidths,
    RestingPotential,
    AfterStimulus,
    WithinStimulus,
    SubthresholdVoltage,
    StimulusVoltage,
    LateVoltage,
    VoltageDistance,
    WeightedVoltage,
    PhasePlane,
    StimulusPhasePlane,
    FiringRate,
    SmoothedVoltage,
)

#: The modes, by letter.
OBJECTIVES: Mapping[str, type[Objective]] = table_by(lambda mode: mode.code, _CLASSES)

#: What each mode compares, by letter.
ALL_MODES: Mapping[str, str] = MappingProxyType(
    {code: mode.title for code, mode in OBJECTIVES.items()}
)
