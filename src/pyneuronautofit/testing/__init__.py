"""What every evaluation mode, search and reader has to do: checks for those who write one.

They are the checks that the built-in ones have to pass. Each raises AssertionError, with everything
that is wrong, and needs nothing but the package::

    from pyneuronautofit.testing import check_objective

    def test_latency():
        check_objective(latency)

Single checks are in `OBJECTIVE_CHECKS`, `STRATEGY_CHECKS` and `READER_CHECKS`, functions of a case:
what pytest's `parametrize` takes.
"""

from pyneuronautofit.testing.objectives import OBJECTIVE_CHECKS as OBJECTIVE_CHECKS
from pyneuronautofit.testing.objectives import ModeCase as ModeCase
from pyneuronautofit.testing.objectives import check_objective as check_objective
from pyneuronautofit.testing.objectives import made_recording as made_recording
from pyneuronautofit.testing.readers import READER_CHECKS as READER_CHECKS
from pyneuronautofit.testing.readers import ReaderCase as ReaderCase
from pyneuronautofit.testing.readers import check_reader as check_reader
from pyneuronautofit.testing.strategies import STRATEGY_CHECKS as STRATEGY_CHECKS
from pyneuronautofit.testing.strategies import StrategyCase as StrategyCase
from pyneuronautofit.testing.strategies import check_strategy as check_strategy
