"""Populations: how many distinct models were found, in which families, and how cells differ."""

from pyneuronautofit.database.populations.chosen import chosen_of as chosen_of
from pyneuronautofit.database.populations.families import Families as Families
from pyneuronautofit.database.populations.families import find_families as find_families
from pyneuronautofit.database.populations.measures import Measure as Measure
from pyneuronautofit.database.populations.points import ModelPoints as ModelPoints
from pyneuronautofit.database.populations.points import joined as joined
from pyneuronautofit.database.populations.study import PopulationStudy as PopulationStudy
from pyneuronautofit.database.populations.study import study as study
