"""The names that `import pyneuronautofit as pnaf` has."""

from pyneuronautofit.library.cell_model import CellModel
from pyneuronautofit.library.fitting import fit
from pyneuronautofit.library.reading import read_recording
from pyneuronautofit.library.results.certain import FitCertainty, FitProfile
from pyneuronautofit.library.results.chosen import ChosenModel
from pyneuronautofit.library.results.fit_result import Fit
from pyneuronautofit.library.results.opening import open_fit
from pyneuronautofit.library.results.responses import Scores, SimulatedSweeps
from pyneuronautofit.recordings import Recording

__all__ = [
    "CellModel",
    "ChosenModel",
    "Fit",
    "FitCertainty",
    "FitProfile",
    "Recording",
    "Scores",
    "SimulatedSweeps",
    "fit",
    "open_fit",
    "read_recording",
]
