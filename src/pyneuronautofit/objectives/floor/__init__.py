"""The noise floor: what a model that is the cell itself would score on a recording."""

from pyneuronautofit.objectives.floor.floor import Floor as Floor
from pyneuronautofit.objectives.floor.floor import joint_floor as joint_floor
from pyneuronautofit.objectives.floor.floor import unknown_floor as unknown_floor
from pyneuronautofit.objectives.floor.measuring import Measured as Measured
from pyneuronautofit.objectives.floor.measuring import measure_floors as measure_floors
from pyneuronautofit.objectives.floor.words import about_floor as about_floor
from pyneuronautofit.objectives.floor.words import floor_limit as floor_limit
from pyneuronautofit.objectives.floor.words import floor_word as floor_word
from pyneuronautofit.objectives.floor.words import in_floors as in_floors
from pyneuronautofit.objectives.floor.words import is_floor_word as is_floor_word
from pyneuronautofit.objectives.floor.words import said_floor as said_floor
from pyneuronautofit.objectives.floor.words import said_in_floors as said_in_floors
