"""Points of models that never were."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.database.populations import ModelPoints
from pyneuronautofit.space import parse_parameters


def points_of(unit, *, cell=None, totals=None, sums=None, source="db.json", rows=None):
    """Models by where they are in their ranges; the first parameter is searched linearly."""
    unit = np.asarray(unit, dtype=float)
    n_model, n_param = unit.shape
    names = [f"soma.p{k}" for k in range(n_param)]
    parameters = parse_parameters(rows or [[name, "lin", 0.0, 10.0] for name in names])
    cell = np.zeros(n_model, dtype=np.int64) if cell is None else np.asarray(cell)
    return ModelPoints(
        parameters=parameters,
        coordinates=10.0 * unit,
        low=np.zeros(n_param),
        high=np.full(n_param, 10.0),
        sources=(source,),
        source=np.zeros(n_model, dtype=np.int64),
        numbers=np.arange(n_model),
        cells=tuple(f"cell {k}.abf" for k in range(cell.max() + 1)),
        cell=cell,
        sums={} if sums is None else {code: np.asarray(v, float) for code, v in sums.items()},
        totals=np.full(n_model, np.nan) if totals is None else np.asarray(totals, dtype=float),
    )


def clouds(*centres, n=40, width=0.03, seed=1):
    """Draw models around centres: (units, which centre each is of)."""
    rng = np.random.default_rng(seed)
    centres = np.asarray(centres, dtype=float)
    units = [rng.normal(centre, width, (n, len(centre))) for centre in centres]
    return np.concatenate(units), np.repeat(np.arange(len(centres)), n)
