"""The cell, and one that is not quite it, simulated once."""

from __future__ import annotations

import numpy as np
import pytest

from .cells import LEVELS, membrane, steps


@pytest.fixture(scope="session")
def cells():
    """Return the truth and a wrong model under a current of each level: (n_level, n_sample)."""
    current = np.concatenate([steps(LEVELS)] * 2)
    both = membrane(current, np.repeat([120.0, 110.0], len(LEVELS)))
    return both[: len(LEVELS)], both[len(LEVELS) :]
