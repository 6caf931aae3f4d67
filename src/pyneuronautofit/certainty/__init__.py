"""How certain a fit is: what the data fix, what they leave open, and how far models may be off."""

from pyneuronautofit.certainty.asking import Inquiry as Inquiry
from pyneuronautofit.certainty.asking import inquiry_of as inquiry_of
from pyneuronautofit.certainty.choosing import MOST_MODELS as MOST_MODELS
from pyneuronautofit.certainty.directions import CompensatingPair as CompensatingPair
from pyneuronautofit.certainty.directions import Direction as Direction
from pyneuronautofit.certainty.findings import Certainty as Certainty
from pyneuronautofit.certainty.findings import ParameterCertainty as ParameterCertainty
from pyneuronautofit.certainty.findings import find_certainty as find_certainty
from pyneuronautofit.certainty.of_run import MISFIT as MISFIT
from pyneuronautofit.certainty.of_run import NOISE as NOISE
from pyneuronautofit.certainty.of_run import certainty_of as certainty_of
from pyneuronautofit.certainty.of_run import check_scale as check_scale
from pyneuronautofit.certainty.of_run import opened_exactly as opened_exactly
from pyneuronautofit.certainty.of_run import profile_of as profile_of
from pyneuronautofit.certainty.profiling.profile import THRESHOLD_68 as THRESHOLD_68
from pyneuronautofit.certainty.profiling.profile import THRESHOLD_95 as THRESHOLD_95
from pyneuronautofit.certainty.profiling.profile import Profile as Profile
from pyneuronautofit.certainty.profiling.profile import ProfilePoint as ProfilePoint
from pyneuronautofit.certainty.profiling.scanning import N_POINT as N_POINT
from pyneuronautofit.certainty.said import certainty_lines as certainty_lines
from pyneuronautofit.certainty.said import noise_lines as noise_lines
from pyneuronautofit.certainty.said import profile_lines as profile_lines
from pyneuronautofit.certainty.said import scale_line as scale_line
from pyneuronautofit.certainty.scales import ResidualScale as ResidualScale
