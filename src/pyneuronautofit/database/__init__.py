"""Model databases."""

from pyneuronautofit.database.models import StoredModel as StoredModel
from pyneuronautofit.database.models import StoredModels as StoredModels
from pyneuronautofit.database.models import parse_selection as parse_selection
from pyneuronautofit.database.models import read_models as read_models
from pyneuronautofit.database.scoring import ScoredModel as ScoredModel
from pyneuronautofit.database.scoring import find_target as find_target
from pyneuronautofit.database.scoring import score_models as score_models
