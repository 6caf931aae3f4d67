"""Populations: how many distinct models were found, in which families, and how cells differ.

`study` says it of a population, and is imported by itself: it draws, and a report needs families
alone.
"""

from pyneuronautofit.database.populations.chosen import chosen_of as chosen_of
from pyneuronautofit.database.populations.chosen import is_run as is_run
from pyneuronautofit.database.populations.families import Families as Families
from pyneuronautofit.database.populations.families import find_families as find_families
from pyneuronautofit.database.populations.measures import Measure as Measure
from pyneuronautofit.database.populations.points import ModelPoints as ModelPoints
from pyneuronautofit.database.populations.points import joined as joined
