"""Search algorithms of somebody else: functions and classes of plug-ins, made safe to use."""

from pyneuronautofit.optimisers.custom.algorithms import (
    algorithm_of_plug_in as algorithm_of_plug_in,
)
from pyneuronautofit.optimisers.custom.algorithms import made_algorithm as made_algorithm
from pyneuronautofit.optimisers.custom.functions import SearchFunction as SearchFunction
from pyneuronautofit.optimisers.custom.functions import strategy as strategy
