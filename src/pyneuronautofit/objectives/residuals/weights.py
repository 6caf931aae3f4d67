"""What every component counts where components are added up; see docs/search.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pyneuronautofit._text import listed_numbers
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives.residuals.given import GivenWeights, named_sweeps
from pyneuronautofit.objectives.suite import Member, Suite
from pyneuronautofit.objectives.table import OBJECTIVES

# Of a component without a scale of its own: this part of what a voltage of zero would have. For a
# mean square, whose scale is 100 mV^2, that comes to the same at -60 mV.
_PART_OF_SILENCE = 1 / 6


def mode_weights(suite: Suite, given: Mapping[str, float] | None = None) -> FloatArray:
    """Return the weights by which the components of a suite are added up to one number, eq. 19.

    Parameters
    ----------
    suite
    given
        See `component_weights`.

    Returns
    -------
    FloatArray, shape (n_score,)
    """
    return component_weights(suite.markers, suite.bvalues, given)


def component_weights(
    markers: Sequence[str], bvalues: FloatArray, given: Mapping[str, float] | None = None
) -> FloatArray:
    """Return the same from what result files and the stores of runs have of a suite.

    Parameters
    ----------
    markers
        The mode letter of every component.
    bvalues : FloatArray, shape (n_score,)
        The recording against a voltage of zero.
    given
        What the user wants modes to count, by letter; others count as they do by themselves: one
        over the mode's scale, or over a sixth of what a voltage of 0 would have.

    Returns
    -------
    FloatArray, shape (n_score,)
    """
    given = given or {}
    weights = np.empty(len(markers))
    for place, (code, silent) in enumerate(zip(markers, bvalues.tolist(), strict=True)):
        # A store may have a mode of another version.
        mode = OBJECTIVES.get(code)
        scale = None if mode is None else mode.scale
        if code in given:
            weights[place] = given[code]
        elif scale is not None:
            weights[place] = 1.0 / scale
        else:
            # Files have no other numbers than finite ones: it has to be the same with them.
            usable = np.isfinite(silent) and silent > 0
            weights[place] = 1.0 / (silent * _PART_OF_SILENCE) if usable else 1.0
    return weights


def sweep_factors(
    given: GivenWeights, recordings: Mapping[str, Sequence[int]]
) -> dict[str, FloatArray]:
    """Return how many times as much each compared sweep counts, as the user wants it.

    The weight of a recording multiplies those of its sweeps.

    Parameters
    ----------
    recordings
        By name, what the compared sweeps of each are called.

    Returns
    -------
    dict
        Recording -> FloatArray, shape (n_sweep,), in the order of its sweeps.

    Raises
    ------
    UsageError
        If weights are for sweeps that are not compared, or a sweep has two.
    """
    found = {name: np.ones(len(numbers)) for name, numbers in recordings.items()}
    taken = {name: np.zeros(len(numbers), dtype=bool) for name, numbers in recordings.items()}
    for word, weight in given.sweeps.items():
        own, wanted = named_sweeps(word, tuple(recordings))
        n_found = 0
        for name in recordings if own is None else (own,):
            numbers = recordings[name]
            if wanted is None:
                found[name] *= weight
                n_found += len(numbers)
                continue
            here = np.array([number in wanted for number in numbers], dtype=bool)
            if (here & taken[name]).any():
                twice = [n for n, h in zip(numbers, here & taken[name], strict=True) if h]
                raise UsageError(
                    f"--weights @{word}: sweep {listed_numbers(twice)} of {name} has a weight "
                    "already; give each sweep one"
                )
            found[name][here] *= weight
            taken[name] |= here
            n_found += int(here.sum())
        if not n_found:
            compared = "; ".join(
                f"{name} has {listed_numbers(numbers) or 'none'}"
                for name, numbers in recordings.items()
            )
            raise UsageError(
                f"--weights @{word}: no such sweep is compared, by the mask (-k), or since it is "
                f"held out or not in the recording. Sweeps that are compared: {compared}"
            )
    return found


def component_factors(suite: Suite, factors: FloatArray) -> FloatArray:
    """Return how many times as much each component of a suite counts.

    A component that is of several sweeps together counts as these do on average.

    Parameters
    ----------
    suite
        Of one recording.
    factors : FloatArray, shape (n_sweep,)
        Of the suite's sweeps.

    Returns
    -------
    FloatArray, shape (n_score,)

    Raises
    ------
    UsageError
        If sweeps of different weights are collapsed, and cannot be told apart.
    """
    parts = [
        _of_member(member, n_score, factors[list(member.rows)], collapsed=suite.settings.collapse)
        for member, n_score in zip(suite.members, suite.n_scores, strict=True)
    ]
    return np.concatenate(parts)


def _of_member(member: Member, n_score: int, own: FloatArray, *, collapsed: bool) -> FloatArray:
    """Return the factors of a mode's components, shape (n_score,), from those of its sweeps."""
    if (own == own[0]).all():
        return np.full(n_score, own[0])
    if collapsed:
        raise UsageError(
            f"--weights with sweeps: -e makes one number of all sweeps of mode {member.code}, so "
            "one of them cannot count more than another; leave out -e, or the sweeps"
        )
    pooled = getattr(OBJECTIVES.get(member.code), "pooled", False)
    if pooled or n_score % len(own):
        return np.full(n_score, own.mean())
    return np.repeat(own, n_score // len(own))


def weighted_sums(scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sums of score rows (n_cand, n_score), shape (n_cand,), eq. 19."""
    return np.asarray(np.einsum("ij,j->i", scores.reshape(-1, len(weights)), weights))
