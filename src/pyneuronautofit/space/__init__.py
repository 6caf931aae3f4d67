"""The searched parameters: paths into the cell, scales, bounds, and the space they span."""

from pyneuronautofit.space.cells import CellColumns as CellColumns
from pyneuronautofit.space.cells import cell_columns as cell_columns
from pyneuronautofit.space.cells import cells_in as cells_in
from pyneuronautofit.space.cells import groups_of as groups_of
from pyneuronautofit.space.cells import joint_rows as joint_rows
from pyneuronautofit.space.cells import table_of as table_of
from pyneuronautofit.space.parameter import BoundReference as BoundReference
from pyneuronautofit.space.parameter import Parameter as Parameter
from pyneuronautofit.space.parameter import parse_parameters as parse_parameters
from pyneuronautofit.space.paths import ParameterPath as ParameterPath
from pyneuronautofit.space.scales import SCALES as SCALES
from pyneuronautofit.space.soma import soma_of as soma_of
from pyneuronautofit.space.space import ParameterSpace as ParameterSpace
from pyneuronautofit.space.table import ParameterTable as ParameterTable
