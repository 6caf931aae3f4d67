"""Evaluation of a population by the workers of a cluster.

What is simulated, how it is scored and by which simulator is decided here, on the head; workers do
it with the same files and the same code, or are refused. Which worker evaluates what, and how often
it is tried, decides nothing: results are those of an evaluation without workers, to the last bit.
"""

from pyneuronautofit.fitting.evaluators.cluster import ClusterEvaluator as ClusterEvaluator
from pyneuronautofit.fitting.evaluators.connecting import on_workers as on_workers
