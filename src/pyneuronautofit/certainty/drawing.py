"""What was found about parameters, as figures take it: arrays."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.certainty.findings import UNKNOWN, Certainty
from pyneuronautofit.certainty.profiling.profile import THRESHOLD_68, THRESHOLD_95, Profile
from pyneuronautofit.plots import CertaintyDrawing, ProfileDrawing


def certainty_drawing(found: Certainty) -> CertaintyDrawing:
    """Return what `draw_certainty` draws."""
    return CertaintyDrawing(
        names=found.names,
        at=np.array([each.at for each in found.parameters]),
        deviations=np.array([each.deviation for each in found.parameters]),
        directions=np.stack([each.vector for each in found.directions]),
        along=np.array([each.deviation for each in found.directions]),
        sloppy=[each.is_sloppy for each in found.directions],
        unknown=UNKNOWN,
    )


def profile_drawing(found: Profile) -> ProfileDrawing:
    """Return what `draw_profile` draws."""
    return ProfileDrawing(
        name=found.name,
        values=np.array([point.value for point in found.points]),
        rises=np.array([point.rise for point in found.points]),
        thresholds=(("68 %", THRESHOLD_68), ("95 %", THRESHOLD_95)),
        interval=found.interval(),
    )
