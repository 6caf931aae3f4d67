"""Features of eFEL, the Electrophys Feature Extraction Library, as evaluation modes.

`{efel:AP_amplitude}` compares that feature. eFEL is an extra, `pyneuronautofit[efel]`: it is
imported when a mode needs it.
"""

from pyneuronautofit.objectives.efel_.mode import efel_identity as efel_identity
from pyneuronautofit.objectives.efel_.mode import efel_mode as efel_mode
from pyneuronautofit.objectives.efel_.mode import is_efel as is_efel
