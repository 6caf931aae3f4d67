"""What a plug-in is made of: evaluation modes, searches and readers of one's own.

See docs/plugins.md. A plug-in is used by the command line where it is in a file (`--plugin
FILE.py`) or in an installed package (entry points of the groups `pyneuronautofit.objectives`,
`pyneuronautofit.strategies` and `pyneuronautofit.readers`); and by a program within
`active_plugins(..)`.
"""

from pyneuronautofit.objectives import BoundObjective as BoundObjective
from pyneuronautofit.objectives import Objective as Objective
from pyneuronautofit.objectives import Target as Target
from pyneuronautofit.objectives.candidates import Candidates as Candidates
from pyneuronautofit.objectives.custom import ObjectiveFunction as ObjectiveFunction
from pyneuronautofit.objectives.custom import StimulusTimes as StimulusTimes
from pyneuronautofit.objectives.custom import objective as objective
from pyneuronautofit.optimisers import Algorithm as Algorithm
from pyneuronautofit.optimisers import Population as Population
from pyneuronautofit.optimisers import SearchTask as SearchTask
from pyneuronautofit.optimisers import Strategy as Strategy
from pyneuronautofit.optimisers.custom import SearchFunction as SearchFunction
from pyneuronautofit.optimisers.custom import strategy as strategy
from pyneuronautofit.plugins.activation import active_plugins as active_plugins
from pyneuronautofit.plugins.activation import code_of as code_of
from pyneuronautofit.plugins.activation import use_files as use_files
from pyneuronautofit.recordings import ChannelChoice as ChannelChoice
from pyneuronautofit.recordings import Reader as Reader
from pyneuronautofit.recordings import Recording as Recording
from pyneuronautofit.recordings.custom import ReaderFunction as ReaderFunction
from pyneuronautofit.recordings.custom import reader as reader
from pyneuronautofit.recordings.selection import RawRecording as RawRecording
from pyneuronautofit.recordings.selection import RawSweep as RawSweep
