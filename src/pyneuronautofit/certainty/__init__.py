"""How certain a fit is: what the data fix, what they leave open, and how far models may be off."""

from pyneuronautofit.certainty.asking import Inquiry as Inquiry
from pyneuronautofit.certainty.asking import inquiry_of as inquiry_of
from pyneuronautofit.certainty.directions import Direction as Direction
from pyneuronautofit.certainty.directions import Pair as Pair
from pyneuronautofit.certainty.findings import Certainty as Certainty
from pyneuronautofit.certainty.findings import ParameterCertainty as ParameterCertainty
from pyneuronautofit.certainty.findings import find_certainty as find_certainty
from pyneuronautofit.certainty.scales import Scale as Scale
