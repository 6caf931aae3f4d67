"""A fit: the problem, the options that make it, and the loop that searches."""

from pyneuronautofit.fit.best import BestModel as BestModel
from pyneuronautofit.fit.best import best_models as best_models
from pyneuronautofit.fit.build import build_problem as build_problem
from pyneuronautofit.fit.build import build_search as build_search
from pyneuronautofit.fit.build import build_simulator as build_simulator
from pyneuronautofit.fit.build import evaluation_settings as evaluation_settings
from pyneuronautofit.fit.build import open_problem as open_problem
from pyneuronautofit.fit.build import open_recording as open_recording
from pyneuronautofit.fit.build import stimulus_window as stimulus_window
from pyneuronautofit.fit.common import EvaluationOptions as EvaluationOptions
from pyneuronautofit.fit.common import RecordingOptions as RecordingOptions
from pyneuronautofit.fit.common import SimulationOptions as SimulationOptions
from pyneuronautofit.fit.config import FitConfig as FitConfig
from pyneuronautofit.fit.engine import Budget as Budget
from pyneuronautofit.fit.engine import Observer as Observer
from pyneuronautofit.fit.engine import Progress as Progress
from pyneuronautofit.fit.engine import search as search
from pyneuronautofit.fit.options import Option as Option
from pyneuronautofit.fit.options import check_options as check_options
from pyneuronautofit.fit.options import option as option
from pyneuronautofit.fit.options import options_of as options_of
from pyneuronautofit.fit.problem import Evaluation as Evaluation
from pyneuronautofit.fit.problem import Problem as Problem
from pyneuronautofit.fit.problem import evaluate_models as evaluate_models
from pyneuronautofit.fit.recorder import Recorder as Recorder
