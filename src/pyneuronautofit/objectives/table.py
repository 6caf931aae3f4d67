"""The evaluation modes. Adding one: a class in its family's file, and a line in OBJECTIVES."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pyneuronautofit._registry import table_by
from pyneuronautofit.objectives._base import Objective
from pyneuronautofit.objectives.spikes import SpikeCount
from pyneuronautofit.objectives.voltage import VoltageDistance

_CLASSES: tuple[type[Objective], ...] = (SpikeCount, VoltageDistance)

#: The modes that exist, by letter.
OBJECTIVES: Mapping[str, type[Objective]] = table_by(lambda mode: mode.code, _CLASSES)

#: Every letter that is or will be a mode; masks may name any of them.
ALL_MODES: Mapping[str, str] = MappingProxyType(
    {
        "O": "total number of spikes",
        "N": "number of spikes, also within and after the stimulus",
        "T": "spike times",
        "S": "spike shapes",
        "A": "average spike shape",
        "W": "spike widths",
        "R": "resting potential",
        "L": "statistics after the stimulus",
        "M": "statistics within the stimulus",
        "U": "subthreshold voltage",
        "C": "voltage within the stimulus",
        "D": "voltage after the stimulus",
        "V": "whole voltage",
        "Z": "whole voltage, spikes weighted",
        "P": "(v, dv/dt) histogram",
        "Q": "(v, dv/dt) histogram within the stimulus",
        "F": "firing rate within the stimulus",
        "X": "smoothed voltage",
    }
)
