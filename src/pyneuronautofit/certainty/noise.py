"""The scale of what the noise of a recording does to residuals: no model can miss less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.scales import ResidualScale
from pyneuronautofit.certainty.slopes import Slopes
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import Problem

# So much noise is added to the model, again and again; the same in every run.
_N_DRAW, _SEED = 32, 0
# A shorter baseline does not show its noise.
_LEAST_MS, _LEAST_SAMPLES = 10.0, 50
# A piece of noise is this part of a baseline.
_PIECES = 8


def noise_scale(problem: Problem, inquiry: Inquiry, slopes: Slopes) -> ResidualScale:
    """Return the scale that the noise of the baselines has for the parameters.

    The noise is added to the model's own voltage, and what that does to the residuals is looked at
    in the directions in which parameters can move them.

    Raises
    ------
    UsageError
        If there is too little of a recording before its stimulus.
    """
    rng = np.random.default_rng(_SEED)
    table = problem.space.to_model(problem.space.from_unit(slopes.unit[None]))
    changes = []
    for part, bound in zip(problem.parts, problem.bound_residuals, strict=True):
        model_mV = part.simulate(part.table_of(table.values)).voltage_mV
        noise_mV = drawn_noise(part, model_mV.shape[1:], rng)
        noisy_mV = np.concatenate([model_mV, model_mV + noise_mV])
        found = bound.of(noisy_mV, part.suite.score(noisy_mV))[:, : len(bound.coarse)]
        changes.append(found[1:] - found[0])
    if problem.pull is not None:
        # Noise does not move what the pull costs.
        changes.append(np.zeros((1, problem.pull.n_residual)))
    weighted = np.nan_to_num(np.concatenate(changes, axis=1) * inquiry.rows.fine)
    vectors, values, _ = np.linalg.svd(slopes.jacobian, full_matrices=False)
    vectors = vectors[:, values > 1e-9 * values.max(initial=1.0)]
    if not vectors.shape[1]:
        return ResidualScale(float(np.mean(weighted**2)), "noise")
    along = np.einsum("ki,ij->kj", weighted, vectors)
    return ResidualScale(float(np.mean(along**2)), "noise")


def drawn_noise(part: Problem, shape: Sequence[int], rng: np.random.Generator) -> FloatArray:
    """Return noise (n_draw, n_sweep, n_sample) in mV, made of pieces of the baselines.

    Parameters
    ----------
    shape
        (n_sweep, n_sample).
    """
    target, end = part.target, part.stimulus.first
    if end < _LEAST_SAMPLES or end * target.step_ms < _LEAST_MS:
        raise UsageError(
            f"--scale noise: {part.recording.name} has {end * target.step_ms:g} ms before its "
            f"stimulus, and its noise cannot be seen in less than {_LEAST_MS:g} ms and "
            f"{_LEAST_SAMPLES} samples; leave out --scale, or give a number"
        )
    baseline_mV = _without_drift(target.voltage_mV[list(part.suite.sweeps), :end])
    n_sweep, n_sample = shape
    # Pieces of a baseline that is level on the whole are not level themselves, as noise is not.
    length = max(end // _PIECES, 1)
    n_piece = -(-n_sample // length)
    size = (_N_DRAW, n_sweep, n_piece)
    sweeps = rng.integers(len(baseline_mV), size=size)
    begins = rng.integers(end - length + 1, size=size)
    signs = rng.choice([-1.0, 1.0], size=size)
    places = begins[..., None] + np.arange(length)
    drawn = baseline_mV[sweeps[..., None], places] * signs[..., None]
    return np.ascontiguousarray(drawn.reshape(_N_DRAW, n_sweep, -1)[..., :n_sample])


def _without_drift(baseline_mV: FloatArray) -> FloatArray:
    """Return baselines (n_sweep, n_sample) without their straight lines."""
    time = np.linspace(-1.0, 1.0, baseline_mV.shape[1])
    level = baseline_mV.mean(axis=1, keepdims=True)
    slope = np.einsum("ij,j->i", baseline_mV, time) / np.einsum("j,j->", time, time)
    return np.asarray(baseline_mV - level - slope[:, None] * time)
