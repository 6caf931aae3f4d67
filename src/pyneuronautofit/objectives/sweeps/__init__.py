"""Which sweeps are compared: masks, and sweeps that are held out."""

from pyneuronautofit.objectives.sweeps.hold_out import held_out_places as held_out_places
from pyneuronautofit.objectives.sweeps.mask import Mask as Mask
from pyneuronautofit.objectives.sweeps.mask import parse_mask as parse_mask
from pyneuronautofit.objectives.sweeps.mask import read_mask as read_mask
