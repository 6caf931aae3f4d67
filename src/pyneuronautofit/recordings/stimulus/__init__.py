"""Where in a sweep the stimulus is: found in the current, or told by the user.

Every evaluation mode looks at samples before, within or behind one window that all sweeps share.
"""

from pyneuronautofit.recordings.stimulus.detection import detect_stimulus as detect_stimulus
from pyneuronautofit.recordings.stimulus.holding import holding_current as holding_current
from pyneuronautofit.recordings.stimulus.holding import holding_currents as holding_currents
from pyneuronautofit.recordings.stimulus.window import StimulusWindow as StimulusWindow
from pyneuronautofit.recordings.stimulus.window import stimulus_from_times as stimulus_from_times
