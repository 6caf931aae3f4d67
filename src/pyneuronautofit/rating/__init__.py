"""Human evaluation: models over their recordings on a local web page; ratings in files."""

from pyneuronautofit.rating.accepting import AGREEMENTS as AGREEMENTS
from pyneuronautofit.rating.accepting import Accepted as Accepted
from pyneuronautofit.rating.accepting import accepted_models as accepted_models
from pyneuronautofit.rating.files import SheetFile as SheetFile
from pyneuronautofit.rating.files import ratings_path as ratings_path
from pyneuronautofit.rating.files import read_sheet as read_sheet
from pyneuronautofit.rating.files import read_sheets as read_sheets
from pyneuronautofit.rating.files import sheet_paths as sheet_paths
from pyneuronautofit.rating.requests import Work as Work
from pyneuronautofit.rating.server import RatingServer as RatingServer
from pyneuronautofit.rating.session import RatingSession as RatingSession
from pyneuronautofit.rating.session import begin as begin
from pyneuronautofit.rating.sheet import Rating as Rating
from pyneuronautofit.rating.sheet import Sheet as Sheet
from pyneuronautofit.rating.sheet import Verdict as Verdict
from pyneuronautofit.rating.traces import Forerunner as Forerunner
from pyneuronautofit.rating.traces import Stage as Stage
from pyneuronautofit.rating.traces import in_order as in_order
