"""Array types, and the glossary of the letters that shapes are written in.

Shapes
------
n_cand
    candidates: parameter sets that are simulated and scored together
n_sweep
    sweeps of the recording, or the selected ones of them
n_sample
    samples of one sweep, on the recording's clock
n_param
    searched parameters
n_score
    components of the objective vector

Units inside the package are mV, ms, pA (recorded and commanded current), nA (at the electrode in
NEURON), S/cm2, um and degC. A float that crosses a boundary carries its unit in its name.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
SingleArray: TypeAlias = NDArray[np.float32]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

# What `json` reads and writes. Nested containers make an exact type unreadable for no gain.
Json: TypeAlias = Any
