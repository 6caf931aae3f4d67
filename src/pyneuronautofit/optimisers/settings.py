"""All options of the search in one record: the command's options are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit.optimisers.genetic import GeneticOptions
from pyneuronautofit.optimisers.nsga2 import DominanceOptions
from pyneuronautofit.optimisers.scalar.options import ScalarOptions
from pyneuronautofit.optimisers.weightings.krayzman import KrayzmanOptions


@dataclass(frozen=True, kw_only=True)
class SearchSettings(DominanceOptions, ScalarOptions, KrayzmanOptions, GeneticOptions):
    """What the user decides about a search, whichever algorithm it is.

    An algorithm that has options of its own adds their record to those above.
    """
