"""Which sweeps of a file are taken, before anything is compared."""

from pyneuronautofit.recordings.selection.alike import ChosenSweeps as ChosenSweeps
from pyneuronautofit.recordings.selection.alike import LeftOut as LeftOut
from pyneuronautofit.recordings.selection.alike import select_sweeps as select_sweeps
from pyneuronautofit.recordings.selection.choice import SweepChoice as SweepChoice
from pyneuronautofit.recordings.selection.raw import RawRecording as RawRecording
from pyneuronautofit.recordings.selection.raw import RawSweep as RawSweep
from pyneuronautofit.recordings.selection.raw import raw_of_matrices as raw_of_matrices
