"""Fits populations of conductance-based neuron models to current-clamp recordings.

>>> import pyneuronautofit as pnaf
>>> recording = pnaf.read_recording("cell.abf")  # doctest: +SKIP
>>> found = pnaf.fit(recording, modes="OV", output="runs")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pyneuronautofit._version import __version__ as __version__

if TYPE_CHECKING:
    from pyneuronautofit.library.names import CellModel as CellModel
    from pyneuronautofit.library.names import ChosenModel as ChosenModel
    from pyneuronautofit.library.names import Fit as Fit
    from pyneuronautofit.library.names import FitCertainty as FitCertainty
    from pyneuronautofit.library.names import FitProfile as FitProfile
    from pyneuronautofit.library.names import Recording as Recording
    from pyneuronautofit.library.names import Scores as Scores
    from pyneuronautofit.library.names import SimulatedSweeps as SimulatedSweeps
    from pyneuronautofit.library.names import fit as fit
    from pyneuronautofit.library.names import open_fit as open_fit
    from pyneuronautofit.library.names import read_recording as read_recording

# The command must not load all of this before it knows what is asked for.
__all__ = [
    "CellModel",
    "ChosenModel",
    "Fit",
    "FitCertainty",
    "FitProfile",
    "Recording",
    "Scores",
    "SimulatedSweeps",
    "__version__",
    "fit",
    "open_fit",
    "read_recording",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("pyneuronautofit.library.names"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
