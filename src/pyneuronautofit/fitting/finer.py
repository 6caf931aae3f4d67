"""What models score where steps are finer than in the search.

A search compares what adaptive steps leave, too: where a model of the exact equations cannot follow
a recording, it may find one that follows it with just these steps. So what is said of the best
models is looked at once more, with steps that leave a hundredth of that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.codegen.compile import KernelBuildError
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.simulators import RunStatus

# Of the larger one: what differs by less says the same.
_FAR_APART = 0.2
_FOLLOWED = (
    "The search has followed what its steps leave, and these sums are what the models are worth. A "
    "fit with such a --tolerance finds others"
)


@dataclass(frozen=True)
class FinerScores:
    """What some models score with the finest steps that each can be simulated with.

    Attributes
    ----------
    tolerances_mV : FloatArray, shape (n_model,), mV
        Of the steps; nan where a model needs more of them than are worth it.
    scores : FloatArray, shape (n_model, n_score)
        nan where that is so.
    """

    tolerances_mV: FloatArray
    scores: FloatArray


@dataclass(frozen=True)
class FinerSums:
    """What models score with finer steps.

    Attributes
    ----------
    tolerances_mV
        Evaluation -> that of the steps, where the sums are known.
    sums
        Evaluation -> the sum of every mode's components; an empty mapping where the model needs
        more steps than are worth it.
    """

    tolerances_mV: Mapping[int, float]
    sums: Mapping[int, Mapping[str, float]]

    def apart(self, row: int, usual: Mapping[str, float]) -> dict[str, float]:
        """Return the sums with finer steps, of the modes in which they are others than usual.

        Parameters
        ----------
        row
            The model's evaluation.
        usual
            Its sums in the search.
        """
        return far_apart(usual, self.sums.get(row, {}))

    def told(self, row: int, usual: Mapping[str, float]) -> dict[str, float]:
        """Return what a model's sums are: those of the search, but where finer steps say another.

        What it is in units of a noise floor, is of these.
        """
        return {**usual, **self.apart(row, usual)}

    def as_json(self) -> dict[str, Json]:
        """Return everything in types that JSON has."""
        rows = list(self.sums)
        return {
            "rows": rows,
            "tolerances_mV": [self.tolerances_mV.get(row) for row in rows],
            "sums": [dict(each) for each in self.sums.values()],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Json]) -> FinerSums:
        """Read what `as_json` has written."""
        rows = [int(row) for row in content["rows"]]
        tolerances = dict(zip(rows, content["tolerances_mV"], strict=True))
        return cls(
            {row: float(each) for row, each in tolerances.items() if each is not None},
            {row: dict(each) for row, each in zip(rows, content["sums"], strict=True)},
        )


def far_apart(usual: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Return the other sums of the modes in which two are more than a fifth apart."""
    return {
        code: other[code]
        for code, value in usual.items()
        if code in other
        and abs(value - other[code]) > _FAR_APART * max(abs(value), abs(other[code]))
    }


def about_finer_steps(
    models: Mapping[str, tuple[int, Mapping[str, float]]], finer: FinerSums | None
) -> str:
    """Say which models have other sums with finer steps than in the search; empty: none.

    Parameters
    ----------
    models
        Title -> (evaluation, sum of every mode in the search).
    """
    if finer is None:
        return ""
    titles: dict[int, list[str]] = {}
    for title, (row, _sums) in models.items():
        titles.setdefault(row, []).append(title)
    usual = dict(models.values())
    found = {row: finer.apart(row, usual[row]) for row in titles}
    each = [
        f"{', '.join(titles[row])}: {', '.join(f'{code} {v:.6g}' for code, v in apart.items())}"
        for row, apart in found.items()
        if apart
    ]
    said = []
    if each:
        taken = sorted({finer.tolerances_mV[row] for row, apart in found.items() if apart})
        steps = " or ".join(f"{tolerance_mV:g}" for tolerance_mV in taken)
        said.append(
            f"with finer steps (--tolerance {steps}) they are more than a fifth apart: "
            f"{'; '.join(each)}"
        )
    if any(v > usual[row][code] for row, apart in found.items() for code, v in apart.items()):
        said.append(_FOLLOWED)
    unknown = [title for row in titles if finer.sums.get(row) == {} for title in titles[row]]
    if unknown:
        said.append(
            f"with finer steps nothing is known of {', '.join(unknown)}: too many would be needed"
        )
    return ". ".join(said)


def finer_sums(problem: Problem, rows: IntArray, parameters: FloatArray) -> FinerSums | None:
    """Score models with the finest steps that each can be simulated with.

    Parameters
    ----------
    rows : IntArray, shape (n_model,)
        Their evaluations.
    parameters : FloatArray, shape (n_model, n_param), model values

    Returns
    -------
    FinerSums or None
        None where the search's steps are fixed, or as fine as can be.
    """
    found = finer_scores(problem, parameters)
    if found is None:
        return None
    sums = problem.whole.mode_sums(found.scores)
    tolerances = dict(zip(rows.tolist(), found.tolerances_mV.tolist(), strict=True))
    known = {row: each for row, each in tolerances.items() if not math.isnan(each)}
    return FinerSums(
        known,
        {
            row: {code: float(values[place]) for code, values in sums.items()}
            if row in known
            else {}
            for place, row in enumerate(tolerances)
        },
    )


def finer_scores(problem: Problem, parameters: FloatArray) -> FinerScores | None:
    """Return the scores of models with finer steps; None where there are none.

    Of every model the smallest tolerance is taken that does not need too many steps, whichever
    others are asked about with it.
    """
    n_model, n_score = len(parameters), len(problem.whole.markers)
    tolerances, scores = np.full(n_model, np.nan), np.full((n_model, n_score), np.nan)
    # A parameter may decide which channels there are, and NEURON have simulated these; or they were
    # simulated elsewhere, and there is no compiler here.
    try:
        finer = problem.with_finer_steps(parameters)
        rest = np.arange(n_model)
        for tolerance_mV, each in finer.items():
            found = each.evaluate_here(parameters[rest])
            known = np.isfinite(found.scores).all(axis=1)
            tolerances[rest[known]], scores[rest[known]] = tolerance_mV, found.scores[known]
            too_many = [status is RunStatus.TOO_MANY_STEPS for status in found.status]
            rest = rest[np.array(too_many, dtype=bool)]
            if not len(rest):
                break
    except (UnsupportedModel, KernelBuildError):
        return None
    return FinerScores(tolerances, scores) if finer else None
