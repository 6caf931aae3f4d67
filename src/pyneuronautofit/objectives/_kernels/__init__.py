"""Compiled loops over samples; imported, and numba with them, when a mode first needs one.

All take traces (n_cand, n_sweep, n_sample) in mV and make one result per trace, in loops whose data
stay in the cache: no temporary is larger than a trace. A sample that is not a number does no harm
to other traces; whether a result shows it is up to the caller (`samples.all_finite`).

Loops that add up hold nothing else and run over slices, from 0, so that the compiler makes vector
instructions of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyneuronautofit._native import deferred

if TYPE_CHECKING:
    from pyneuronautofit.objectives._kernels import distances as distances
    from pyneuronautofit.objectives._kernels import residuals as residuals
    from pyneuronautofit.objectives._kernels import samples as samples
    from pyneuronautofit.objectives._kernels import spikes as spikes
else:
    distances = deferred(f"{__name__}.distances")
    residuals = deferred(f"{__name__}.residuals")
    samples = deferred(f"{__name__}.samples")
    spikes = deferred(f"{__name__}.spikes")
