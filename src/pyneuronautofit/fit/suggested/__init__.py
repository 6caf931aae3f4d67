"""What to begin with: options of a fit that follow from a recording and a model."""

from pyneuronautofit.fit.suggested.choice import Suggestion as Suggestion
from pyneuronautofit.fit.suggested.choice import suggest as suggest
from pyneuronautofit.fit.suggested.timing import Timing as Timing
from pyneuronautofit.fit.suggested.timing import measure as measure
