"""Evaluation modes: what is compared between a model's voltage and a recording's."""

from pyneuronautofit.objectives._base import BoundObjective as BoundObjective
from pyneuronautofit.objectives._base import Objective as Objective
from pyneuronautofit.objectives.joint import joint_suite as joint_suite
from pyneuronautofit.objectives.settings import EvaluationOptions as EvaluationOptions
from pyneuronautofit.objectives.settings import EvaluationSettings as EvaluationSettings
from pyneuronautofit.objectives.settings import read_settings as read_settings
from pyneuronautofit.objectives.stored import settings_from_json as settings_from_json
from pyneuronautofit.objectives.stored import used_evaluation as used_evaluation
from pyneuronautofit.objectives.stored import used_mask as used_mask
from pyneuronautofit.objectives.suite import Suite as Suite
from pyneuronautofit.objectives.suite import bind_suite as bind_suite
from pyneuronautofit.objectives.sweeps.hold_out import held_out_places as held_out_places
from pyneuronautofit.objectives.sweeps.mask import Mask as Mask
from pyneuronautofit.objectives.sweeps.mask import mask_text as mask_text
from pyneuronautofit.objectives.sweeps.mask import parse_mask as parse_mask
from pyneuronautofit.objectives.sweeps.mask import read_mask as read_mask
from pyneuronautofit.objectives.table import ALL_MODES as ALL_MODES
from pyneuronautofit.objectives.table import OBJECTIVES as OBJECTIVES
from pyneuronautofit.objectives.table import built_in_modes as built_in_modes
from pyneuronautofit.objectives.table import identity_of_family as identity_of_family
from pyneuronautofit.objectives.table import modes_that_read as modes_that_read
from pyneuronautofit.objectives.target import Target as Target
from pyneuronautofit.objectives.thresholds import note_threshold as note_threshold
