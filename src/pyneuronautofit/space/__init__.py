"""The searched parameters: paths into the cell, scales, bounds, and the space they span."""

from pyneuronautofit.space.parameter import BoundReference as BoundReference
from pyneuronautofit.space.parameter import Parameter as Parameter
from pyneuronautofit.space.parameter import parse_parameters as parse_parameters
from pyneuronautofit.space.paths import ParameterPath as ParameterPath
from pyneuronautofit.space.scales import SCALES as SCALES
from pyneuronautofit.space.soma import soma_of as soma_of
from pyneuronautofit.space.space import ParameterSpace as ParameterSpace
from pyneuronautofit.space.table import ParameterTable as ParameterTable
