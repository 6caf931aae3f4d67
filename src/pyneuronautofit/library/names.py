"""The names that `import pyneuronautofit as pnaf` has."""

from pyneuronautofit.library.cell_model import CellModel
from pyneuronautofit.library.chosen import ChosenModel
from pyneuronautofit.library.fit_result import Fit, open_fit
from pyneuronautofit.library.fitting import fit
from pyneuronautofit.library.reading import read_recording
from pyneuronautofit.library.responses import Scores, SimulatedSweeps
from pyneuronautofit.recordings import Recording

__all__ = [
    "CellModel",
    "ChosenModel",
    "Fit",
    "Recording",
    "Scores",
    "SimulatedSweeps",
    "fit",
    "open_fit",
    "read_recording",
]
