"""What to begin with: options of a fit that follow from a recording and a model."""

from pyneuronautofit.fitting.suggested.choice import Suggestion as Suggestion
from pyneuronautofit.fitting.suggested.choice import suggest as suggest
from pyneuronautofit.fitting.suggested.timing import Timing as Timing
from pyneuronautofit.fitting.suggested.timing import measure as measure
