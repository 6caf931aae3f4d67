"""What the components of a stored run count where they are added up."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting.evaluation_json import WEIGHTS
from pyneuronautofit.fitting.finer import FinerSums
from pyneuronautofit.objectives.floor import Floor
from pyneuronautofit.objectives.residuals import component_weights, read_weights
from pyneuronautofit.runs import RunReader


def mode_codes(run: RunReader) -> tuple[str, ...]:
    """Return the letters of the modes, in the order of the vector, each once."""
    return tuple(dict.fromkeys(code for code, _n_score in run.info.mode_sizes))


def floor_of(run: RunReader) -> Floor | None:
    """Return the noise floor of a run; None where an earlier version has begun it."""
    stored = run.info.floor
    return None if stored is None else Floor.from_json(run.header.markers, stored)


def finer_of(run: RunReader) -> FinerSums | None:
    """Return what a run's best models score with finer steps; None where nobody has looked."""
    stored = run.info.finer
    return None if stored is None else FinerSums.from_json(stored)


def weights_of(run: RunReader) -> FloatArray:
    """Return what every component counts where they are added up, shape (n_score,).

    Raises
    ------
    PyNeuronAutofitError
        If the store's --weights are none.
    """
    given = run.info.settings.get("weights")
    weights = read_weights(None if given is None else str(given), mode_codes(run))
    if weights.sweeps:
        # Which component is of which sweep, the recording says, and who has read it.
        stored = run.header.evaluation.get(WEIGHTS)
        found = stored.get("components") if isinstance(stored, dict) else None
        try:
            components = np.array(found, dtype=np.float64)
        except (TypeError, ValueError):
            components = np.empty(0)
        if components.shape != (len(run.header.markers),) or not np.isfinite(components).all():
            raise RunError(
                f"{run.path}: its head does not say what each component counts, although there "
                "are weights of sweeps. The store was changed; restore it from a copy"
            )
        return components
    return component_weights(run.header.markers, run.header.bvalues, weights.modes)
