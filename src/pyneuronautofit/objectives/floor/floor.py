"""What a noise floor is, as a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, Json


@dataclass(frozen=True)
class Floor:
    """What a model that is the cell itself is expected to score.

    Attributes
    ----------
    markers
        The code of its mode for every component, as in the objective vector.
    components : FloatArray, shape (n_score,)
        In the unit of each component; nan where it is not known.
    is_bound : BoolArray, shape (n_score,)
        Where it is from the recording's noise alone, and so a lower bound.
    noise_mV
        The standard deviation of the noise of each recording within sweeps, mV.
    drift_mV
        That of the levels from which its sweeps begin, beyond noise.
    n_repeated, n_sweep
        How many of the compared sweeps have repeats, and how many there are.
    notes
        What a person should know about it.
    """

    markers: tuple[str, ...]
    components: FloatArray = field(repr=False)
    is_bound: BoolArray = field(repr=False)
    noise_mV: tuple[float, ...] = ()
    drift_mV: tuple[float, ...] = ()
    n_repeated: int = 0
    n_sweep: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is one, and above 0 for one component at least."""
        return bool(np.isfinite(self.components).all() and self.components.any())

    @property
    def is_told(self) -> bool:
        """Whether there is something to say: it is known, or noise changes nothing of any mode."""
        return self.is_known or self.is_untouched

    @property
    def is_untouched(self) -> bool:
        """Whether there is noise, and the floor of every mode is 0: it changes no such score."""
        zero = bool(np.isfinite(self.components).all() and not self.components.any())
        return zero and any((*self.noise_mV, *self.drift_mV))

    @property
    def modes(self) -> dict[str, float]:
        """The floor of every mode: the sum of its components' floors."""
        marks = np.array(self.markers)
        codes = dict.fromkeys(self.markers)
        return {code: float(self.components[marks == code].sum()) for code in codes}

    def reached(self, scores: FloatArray, factor: float = 1.0) -> BoolArray:
        """Tell which models, scores (n_cand, n_score), are within the floor in every mode.

        Parameters
        ----------
        scores
        factor
            How many floors are enough.
        """
        marks = np.array(self.markers)
        within = np.ones(len(scores), dtype=bool)
        for code, level in self.modes.items():
            # Sums of equal components in another order differ by less.
            limit = factor * level * (1 + 1e-12)
            within &= scores[:, marks == code].sum(axis=1) <= limit
        return within

    def as_json(self) -> dict[str, Json]:
        """Return it as the stores of runs hold it."""
        return {
            "components": [float(c) if np.isfinite(c) else None for c in self.components],
            "is_bound": self.is_bound.tolist(),
            "noise_mV": list(self.noise_mV),
            "drift_mV": list(self.drift_mV),
            "n_repeated": self.n_repeated,
            "n_sweep": self.n_sweep,
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, markers: Sequence[str], content: Mapping[str, Json]) -> Self:
        """Read what `as_json` has written, which has been checked for its form."""
        return cls(
            tuple(markers),
            np.array(content["components"], dtype=np.float64),
            np.array(content["is_bound"], dtype=bool),
            tuple(map(float, content["noise_mV"])),
            tuple(map(float, content["drift_mV"])),
            int(content["n_repeated"]),
            int(content["n_sweep"]),
            tuple(map(str, content["notes"])),
        )


def joint_floor(floors: Sequence[Floor]) -> Floor:
    """Return the floor of the components of several recordings, one after the other."""
    return Floor(
        tuple(mark for each in floors for mark in each.markers),
        np.concatenate([each.components for each in floors]),
        np.concatenate([each.is_bound for each in floors]),
        tuple(noise for each in floors for noise in each.noise_mV),
        tuple(drift for each in floors for drift in each.drift_mV),
        sum(each.n_repeated for each in floors),
        sum(each.n_sweep for each in floors),
        tuple(dict.fromkeys(note for each in floors for note in each.notes)),
    )


def unknown_floor(markers: Sequence[str], n_sweep: int, why: str) -> Floor:
    """Return that of a recording which does not say what its noise is."""
    nothing = np.full(len(markers), np.nan)
    return Floor(tuple(markers), nothing, np.isnan(nothing), (), (), 0, n_sweep, (why,))
