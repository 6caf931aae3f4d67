"""What models score with the fixed steps that exports are replayed with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pyneuronautofit.fitting import BestModel, Problem, reference_sums
from pyneuronautofit.fitting.finer import far_apart
from pyneuronautofit.runs import RunReader


def about_fixed_steps(run: RunReader, problem: Problem, rows: Sequence[int]) -> Iterator[str]:
    """Yield of every model that scores otherwise with fixed steps what it scores with them.

    Nothing where the run has fixed steps itself. NEURON simulates the models for it.

    Parameters
    ----------
    problem
        The run's; it need not be open.
    rows
        Evaluations.
    """
    if problem.reference is None:
        return
    found = run.evaluations(np.array(rows, dtype=np.int64))
    sums = problem.whole.mode_sums(found.scores)
    models = [
        BestModel(
            f"model {row}",
            row,
            found.parameters[place],
            {code: float(values[place]) for code, values in sums.items()},
        )
        for place, row in enumerate(rows)
    ]
    # Nothing comes back where that would take minutes, which is said.
    for model, own in zip(models, reference_sums(problem, models), strict=False):
        apart = far_apart(model.mode_sums, own)
        if apart:
            yield (
                f"{model.title} has fixed steps of {problem.reference.step_ms:g} ms in other "
                f"programs, with which it scores {_listed(apart)} (in the run "
                f"{_listed({code: model.mode_sums[code] for code in apart})})"
            )


def _listed(sums: dict[str, float]) -> str:
    return ", ".join(f"{code} {value:.4g}" for code, value in sums.items())
