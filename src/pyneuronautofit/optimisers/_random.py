"""A random generator out of a state."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import Json


def generator_from(stored: Json) -> np.random.Generator:
    """Return a generator that goes on where the stored state of another one stands."""
    rng = np.random.default_rng()
    rng.bit_generator.state = stored
    return rng
