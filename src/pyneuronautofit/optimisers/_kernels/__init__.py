"""Compiled loops of the search; imported, and numba with them, when a search first needs one.

Everywhere else arrays of NumPy are fast enough. Sums are added up in one order, whatever else is
computed at the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyneuronautofit._native import deferred

if TYPE_CHECKING:
    from pyneuronautofit.optimisers._kernels import distances as distances
    from pyneuronautofit.optimisers._kernels import fronts as fronts
    from pyneuronautofit.optimisers._kernels import weights as weights
else:
    distances = deferred(f"{__name__}.distances")
    fronts = deferred(f"{__name__}.fronts")
    weights = deferred(f"{__name__}.weights")
