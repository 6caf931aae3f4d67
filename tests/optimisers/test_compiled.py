"""The loops of the search are compiled late: looking at the algorithms must not wait for it."""

import subprocess
import sys

CODE = """
import sys
from pyneuronautofit.optimisers import SearchSettings, build_strategy, empty_archive
from pyneuronautofit.space import ParameterSpace
space = ParameterSpace.from_rows([["a.x", "lin", 0.0, 1.0]])
for letter in "KNMP":
    strategy = build_strategy(letter, space, SearchSettings(population_size=8))
    strategy.ask(strategy.init(0))
empty_archive(10)
print("numba" in sys.modules)
"""


def test_building_an_algorithm_and_asking_for_the_first_candidates_does_not_import_numba():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
