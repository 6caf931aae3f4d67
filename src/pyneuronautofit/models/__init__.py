"""Neuron models: the user's project file, or the built-in thalamocortical cell."""

from pyneuronautofit.models._compile import compiled_library as compiled_library
from pyneuronautofit.models._compile import mechanism_sources as mechanism_sources
from pyneuronautofit.models._files import was_always_known as was_always_known
from pyneuronautofit.models._neuron import neuron_files as neuron_files
from pyneuronautofit.models._neuron import neuron_version as neuron_version
from pyneuronautofit.models._profiles import Profile as Profile
from pyneuronautofit.models._project import PROJECT_FILE as PROJECT_FILE
from pyneuronautofit.models._project import CellFactory as CellFactory
from pyneuronautofit.models._project import ParameterRow as ParameterRow
from pyneuronautofit.models.mechanisms import declared_mechanism as declared_mechanism
from pyneuronautofit.models.mechanisms import declared_mechanisms as declared_mechanisms
from pyneuronautofit.models.mechanisms import (
    library_of_working_directory as library_of_working_directory,
)
from pyneuronautofit.models.mechanisms import load_mechanisms as load_mechanisms
from pyneuronautofit.models.mechanisms import mod_files as mod_files
from pyneuronautofit.models.model import CellSource as CellSource
from pyneuronautofit.models.model import Model as Model
from pyneuronautofit.models.model import files_of_model as files_of_model
from pyneuronautofit.models.model import left_out_of_model as left_out_of_model
from pyneuronautofit.models.model import load_model as load_model
from pyneuronautofit.models.model import model_files as model_files
from pyneuronautofit.models.options import KnownProjectOptions as KnownProjectOptions
from pyneuronautofit.models.options import ProjectOptions as ProjectOptions
from pyneuronautofit.models.parameter_units import parameter_units as parameter_units
from pyneuronautofit.models.parameter_units import written_unit as written_unit
