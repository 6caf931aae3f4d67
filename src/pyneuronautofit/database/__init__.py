"""Model databases: reading, writing, and the tools that work on them."""

from pyneuronautofit.database.collected import Collection as Collection
from pyneuronautofit.database.collected import Floors as Floors
from pyneuronautofit.database.collected import Selection as Selection
from pyneuronautofit.database.collected import read_run_models as read_run_models
from pyneuronautofit.database.database import Database as Database
from pyneuronautofit.database.database import read_database as read_database
from pyneuronautofit.database.joint import by_cell as by_cell
from pyneuronautofit.database.journal import Journal as Journal
from pyneuronautofit.database.models import StoredModel as StoredModel
from pyneuronautofit.database.models import StoredModels as StoredModels
from pyneuronautofit.database.models import parse_selection as parse_selection
from pyneuronautofit.database.models import read_models as read_models
from pyneuronautofit.database.tools.merging import merge as merge
from pyneuronautofit.database.tools.scoring import ScoredGroup as ScoredGroup
from pyneuronautofit.database.tools.scoring import ScoredModel as ScoredModel
from pyneuronautofit.database.tools.scoring import find_target as find_target
from pyneuronautofit.database.tools.scoring import score_models as score_models
from pyneuronautofit.database.updating import write_added as write_added
