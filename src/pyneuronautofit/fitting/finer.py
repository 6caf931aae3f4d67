"""What models score where steps are finer than in the search.

A search compares what adaptive steps leave, too: where a model of the exact equations cannot follow
a recording, it may find one that follows it with just these steps. So what is said of the best
models is looked at once more, with steps that leave a hundredth of that.
"""

from __future__ import annotations

import contextlib
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
class FinerSums:
    """What models score with finer steps.

    Attributes
    ----------
    tolerance_mV
        That of the steps.
    sums
        Evaluation -> the sum of every mode's components; an empty mapping where the model needs
        more steps than are worth it.
    """

    tolerance_mV: float
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
        return {
            "tolerance_mV": self.tolerance_mV,
            "rows": list(self.sums),
            "sums": [dict(each) for each in self.sums.values()],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Json]) -> FinerSums:
        """Read what `as_json` has written."""
        sums = zip(content["rows"], content["sums"], strict=True)
        return cls(float(content["tolerance_mV"]), {int(row): dict(each) for row, each in sums})


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
    steps = f"with finer steps (--tolerance {finer.tolerance_mV:g})"
    said = [f"{steps} they are more than a fifth apart: {'; '.join(each)}"] if each else []
    if any(v > usual[row][code] for row, apart in found.items() for code, v in apart.items()):
        said.append(_FOLLOWED)
    unknown = [title for row in titles if finer.sums.get(row) == {} for title in titles[row]]
    if unknown:
        said.append(f"{steps} nothing is known of {', '.join(unknown)}: too many would be needed")
    return ". ".join(said)


def finer_sums(problem: Problem, rows: IntArray, parameters: FloatArray) -> FinerSums | None:
    """Score models with the finest steps that all of them can be simulated with.

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
    tolerance_mV, scores = finer_scores(problem, parameters)
    if tolerance_mV is None:
        return None
    sums = problem.whole.mode_sums(scores)
    known: list[bool] = np.atleast_1d(np.isfinite(scores).all(axis=1)).tolist()
    return FinerSums(
        tolerance_mV,
        {
            int(row): {code: float(of_mode[place]) for code, of_mode in sums.items()}
            if known[place]
            else {}
            for place, row in enumerate(rows.tolist())
        },
    )


def finer_scores(problem: Problem, parameters: FloatArray) -> tuple[float | None, FloatArray]:
    """Return the tolerance of finer steps, mV, and the scores of models with them.

    Returns
    -------
    float or None
        None where there are no finer steps.
    FloatArray, shape (n_model, n_score)
        nan where a model cannot be simulated with them.
    """
    used, scores = None, np.full((len(parameters), len(problem.whole.markers)), np.nan)
    # A parameter may decide which channels there are, and NEURON have simulated these; or they were
    # simulated elsewhere, and there is no compiler here.
    with contextlib.suppress(UnsupportedModel, KernelBuildError):
        for tolerance_mV, finer in problem.with_finer_steps(parameters).items():
            found = finer.evaluate_here(parameters)
            used, scores = tolerance_mV, found.scores
            if RunStatus.TOO_MANY_STEPS not in found.status:
                break
    return used, scores
