"""Whether a cell has come to rest, and whether it is back there after an event.

A trial of `SynapseTest` that does not fire would go on for 5 s. Most of it can be left out: a model
that has settled, and that an event has disturbed, goes back to where it was; once it is as near as
`NEAR` and still coming nearer, or so near that its own drift hides that, nothing is left that could
make it fire. Both simulators use this rule.

The state of a cell is the voltage of every segment and every state variable of its density
mechanisms, ion concentrations included; the synapse counts by its conductance.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray

#: A state is near another if no value differs by more than this, of its size. It is the gates that
#: are shut at rest that decide: they grow by as much in some tenths of a millivolt. Of 8000 trials
#: of the built-in cell (24 models, nine mixes), those that fired differed by 10 and more at every
#: look before; those that were ended were within 0.43 mV of rest, held there by a gate that takes
#: seconds. A smaller bound costs time: with 0.01, silent trials take twice as long.
NEAR = 0.1
#: Of a synapse that has no effect any more: 1e-6 uS are 0.07 pA at rest.
NEAR_US = 1e-6
#: A model has settled if its state changes by less than this, of its size, in `SETTLE_MS`.
STILL = 1e-6
SETTLE_MS = 1000.0
#: How often a simulator looks at the state after an event.
LOOK_MS = 100.0
# Values below this are compared as if they had this size: a gate that is shut or open to the last
# digits has no effect. The smallest value that has, calcium, is 500 times larger.
_SMALL = 1e-7


def distance(state: FloatArray, reference: FloatArray) -> Any:
    """Return how far a state is from another: the largest relative difference.

    Parameters
    ----------
    state, reference : FloatArray, shape (n_state,) or (n_state, n_lane)

    Returns
    -------
    float, or FloatArray, shape (n_lane,)
    """
    size = np.maximum(np.abs(reference), _SMALL)
    return np.max(np.abs(state - reference) / size, axis=0)


def has_settled(before: FloatArray, now: FloatArray) -> Any:
    """Return whether a cell has settled: two states `SETTLE_MS` apart hardly differ."""
    return distance(before, now) <= STILL


def is_back(distance_before: Any, distance_now: Any, synapse_uS: Any) -> BoolArray | Any:
    """Return whether a settled cell that was disturbed is back where it was.

    Parameters
    ----------
    distance_before, distance_now
        From the settled state, `LOOK_MS` apart; numbers, or one for each lane.
    synapse_uS
        What is left of the AMPA and NMDA conductances now, uS.
    """
    # What is as near as `STILL` need not come nearer: so much the settled cell moves by itself.
    nearing = (distance_now < distance_before) | (distance_now <= STILL)
    return (distance_now <= NEAR) & nearing & (synapse_uS <= NEAR_US)
