"""Evaluation modes of somebody else: functions and classes of plug-ins, made safe to use."""

from pyneuronautofit.objectives.custom.functions import ObjectiveFunction as ObjectiveFunction
from pyneuronautofit.objectives.custom.functions import StimulusTimes as StimulusTimes
from pyneuronautofit.objectives.custom.functions import objective as objective
from pyneuronautofit.objectives.custom.modes import made_mode as made_mode
from pyneuronautofit.objectives.custom.modes import mode_of as mode_of
