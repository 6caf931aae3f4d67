"""The evaluation modes. Adding one: a class in its family's file, and a line in CLASSES."""

from __future__ import annotations

from collections.abc import Mapping

from pyneuronautofit._options import field_names
from pyneuronautofit._registry import View, table_by
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

CLASSES: tuple[type[Objective], ...] = (
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
OBJECTIVES: Mapping[str, type[Objective]] = View(lambda: table_by(lambda mode: mode.code, CLASSES))

#: What each mode compares, by letter.
ALL_MODES: Mapping[str, str] = View(lambda: {code: mode.title for code, mode in OBJECTIVES.items()})


def modes_that_read(setting: str) -> str:
    """Return the letters of the modes that read a setting of the evaluation; all: those of none."""
    return "".join(c for c, mode in OBJECTIVES.items() if setting in field_names(mode))
