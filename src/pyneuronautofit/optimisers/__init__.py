"""Search strategies, and what they are made of."""

from pyneuronautofit.optimisers._base import Strategy as Strategy
from pyneuronautofit.optimisers.algorithm import Algorithm as Algorithm
from pyneuronautofit.optimisers.algorithm import EvolutionOptions as EvolutionOptions
from pyneuronautofit.optimisers.algorithm import SearchTask as SearchTask
from pyneuronautofit.optimisers.archive import ParetoArchive as ParetoArchive
from pyneuronautofit.optimisers.archive import empty_archive as empty_archive
from pyneuronautofit.optimisers.genetic import GeneticAlgorithm as GeneticAlgorithm
from pyneuronautofit.optimisers.nsga2 import NSGA2 as NSGA2
from pyneuronautofit.optimisers.population import Population as Population
from pyneuronautofit.optimisers.residuals import Merits as Merits
from pyneuronautofit.optimisers.residuals import ResidualRows as ResidualRows
from pyneuronautofit.optimisers.settings import SearchSettings as SearchSettings
from pyneuronautofit.optimisers.table import ALGORITHMS as ALGORITHMS
from pyneuronautofit.optimisers.table import about_algorithms as about_algorithms
from pyneuronautofit.optimisers.table import algorithm_letter as algorithm_letter
from pyneuronautofit.optimisers.table import algorithm_name as algorithm_name
from pyneuronautofit.optimisers.table import algorithm_of as algorithm_of
from pyneuronautofit.optimisers.table import algorithm_plans as algorithm_plans
from pyneuronautofit.optimisers.table import algorithms_that_read as algorithms_that_read
from pyneuronautofit.optimisers.table import build_strategy as build_strategy
from pyneuronautofit.optimisers.table import stored_algorithm as stored_algorithm
from pyneuronautofit.optimisers.weighting import Adaptation as Adaptation
from pyneuronautofit.optimisers.weighting import TraceOptions as TraceOptions
