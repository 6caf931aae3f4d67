"""Models of other tools, written as project folders."""

from pyneuronautofit.importers.layouts import LAYOUTS as LAYOUTS
from pyneuronautofit.importers.layouts import import_model as import_model
from pyneuronautofit.importers.project import ImportedModel as ImportedModel
from pyneuronautofit.importers.project import ImportSettings as ImportSettings
from pyneuronautofit.importers.writing import write_project as write_project
