"""The benchmark: public problems with known answers, our algorithms beside others."""

from pyneuronautofit.benchmarking.comparing import ProblemResult as ProblemResult
from pyneuronautofit.benchmarking.comparing import compare as compare
from pyneuronautofit.benchmarking.comparing import median_curve as median_curve
from pyneuronautofit.benchmarking.contestants import CONTESTANTS as CONTESTANTS
from pyneuronautofit.benchmarking.contestants import QUICK as QUICK
from pyneuronautofit.benchmarking.contestants import USUAL as USUAL
from pyneuronautofit.benchmarking.problem import NAMES as NAMES
from pyneuronautofit.benchmarking.problem import BenchmarkProblem as BenchmarkProblem
from pyneuronautofit.benchmarking.problem import problem_of as problem_of
from pyneuronautofit.benchmarking.published import PublishedModels as PublishedModels
from pyneuronautofit.benchmarking.published import PublishedValue as PublishedValue
from pyneuronautofit.benchmarking.published import find_again as find_again
from pyneuronautofit.benchmarking.published import read_published as read_published
from pyneuronautofit.benchmarking.running import run_missing as run_missing
from pyneuronautofit.benchmarking.schedule import BenchmarkFolder as BenchmarkFolder
from pyneuronautofit.benchmarking.schedule import BenchmarkSchedule as BenchmarkSchedule
from pyneuronautofit.benchmarking.trials import BenchmarkTrial as BenchmarkTrial
