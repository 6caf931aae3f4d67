"""Several cells in one fit, with parameters that they share and others that each has for itself."""

from pyneuronautofit.fitting.cells.options import CellOptions as CellOptions
from pyneuronautofit.fitting.cells.plan import CellPlan as CellPlan
from pyneuronautofit.fitting.cells.plan import joint_space as joint_space
from pyneuronautofit.fitting.cells.plan import plan_cells as plan_cells
from pyneuronautofit.fitting.cells.plan import refuse_cells as refuse_cells
from pyneuronautofit.fitting.cells.pull import PULL as PULL
from pyneuronautofit.fitting.cells.pull import Pull as Pull
from pyneuronautofit.fitting.cells.pull import with_pull as with_pull
