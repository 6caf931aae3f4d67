"""How a database's parameters are distributed: kernel densities and principal components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.database.database import Database
from pyneuronautofit.database.labels import Units, label_of
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.plots import Components, Density
from pyneuronautofit.space import Parameter, ParameterSpace
from pyneuronautofit.space.scales import FIXED, LOG10

N_POINT = 21
N_COMPONENT = 6
_LEAST_MODELS = 3


@dataclass(frozen=True)
class ParameterSample:
    """Models as points: coordinates of the searched parameters, and groups by target.

    Attributes
    ----------
    parameters
        The columns.
    coordinates : FloatArray, shape (n_model, n_param)
        Values, or their decimal logarithms for `log` parameters.
    groups
        Names of the targets, in the order in which the file names them.
    group : IntArray, shape (n_model,)
        Which target every model has.
    """

    parameters: tuple[Parameter, ...]
    coordinates: FloatArray
    groups: tuple[str, ...]
    group: IntArray

    @property
    def group_labels(self) -> list[str]:
        """The targets, each with how many models it has."""
        return [f"{name} ({(self.group == k).sum()})" for k, name in enumerate(self.groups)]

    def within_groups(self) -> ParameterSample:
        """Return the models with the mean of their group taken away: how each varies by itself."""
        centred = np.array(self.coordinates)
        for k in range(len(self.groups)):
            members = self.group == k
            if members.any():
                centred[members] -= centred[members].mean(axis=0)
        return replace(self, coordinates=centred)


def population_of(database: Database) -> ParameterSample:
    """Return a database's models as points.

    Raises
    ------
    DatabaseError
        If the header declares no parameters, a model lacks one, there are too few models, or a
        value has no logarithm.
    """
    parameters = tuple(p for p in database.space() if p.scale is not FIXED)
    if not parameters:
        raise DatabaseError(
            f"{database.path}: its header declares no searched parameters; expected under "
            '"parameters" a list of [name, scale, low, high]'
        )
    database.require_complete()
    stored = database.stored
    if len(stored.models) < _LEAST_MODELS:
        raise DatabaseError(
            f"{database.path} has {len(stored.models)} model(s); distributions need at least "
            f"{_LEAST_MODELS}"
        )
    values = stored.values_for(ParameterSpace(parameters))
    coordinates = np.array(values)
    for column, parameter in enumerate(parameters):
        if parameter.scale is LOG10:
            coordinates[:, column] = _logarithms(database, parameter, values[:, column])
    names = [model.target or "no target" for model in stored.models]
    listed = [name for name in database.content.get("targets") or [] if name in names]
    groups = tuple(dict.fromkeys([*listed, *names]))
    group = np.array([groups.index(name) for name in names], dtype=np.int64)
    return ParameterSample(parameters, coordinates, groups, group)


def densities(population: ParameterSample, units: Units, *, bounds: bool = False) -> list[Density]:
    """Return the distribution of every parameter: a Gaussian kernel density at `N_POINT` points.

    The width of the kernel is Scott's rule's.

    Parameters
    ----------
    bounds
        Whether to show between which bounds parameters were searched.
    """
    found = []
    for column, parameter in enumerate(population.parameters):
        values = population.coordinates[:, column]
        grid = np.linspace(values.min(), values.max(), N_POINT)
        of_groups = tuple(
            _density(values[population.group == k], grid) for k in range(len(population.groups))
        )
        found.append(
            Density(
                label_of(parameter, units),
                parameter.scale is LOG10,
                values,
                grid,
                _density(values, grid),
                of_groups if len(of_groups) > 1 else (),
                _bounds(parameter) if bounds else None,
            )
        )
    return found


def components(population: ParameterSample) -> Components:
    """Return the principal components of the standardised coordinates, whitened.

    Raises
    ------
    DatabaseError
        If the models do not differ in two directions.
    """
    # They take a second to import, which no other command should wait for.
    from sklearn.decomposition import PCA  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    standardised = StandardScaler().fit_transform(population.coordinates)
    # Directions in which models do not differ have no variance that could be made 1.
    rank = int(np.linalg.matrix_rank(standardised))
    if rank < 2:
        raise DatabaseError(
            "principal components need models that differ in at least two directions, but these "
            f"differ in {rank}"
        )
    analysis = PCA(min(N_COMPONENT, rank), svd_solver="full", whiten=True)
    scores = analysis.fit_transform(standardised)
    return Components(
        np.asarray(scores),
        population.group,
        np.asarray(analysis.singular_values_),
        np.asarray(analysis.explained_variance_ratio_),
    )


def _logarithms(database: Database, parameter: Parameter, values: FloatArray) -> FloatArray:
    low = np.flatnonzero(values <= 0)
    if len(low):
        number = database.stored.models[int(low[0])].number
        raise DatabaseError(
            f"{database.path}, model {number}: the 'log' parameter {parameter.name} is "
            f"{values[low[0]]:g}, which has no logarithm; correct the value, or the scale in the "
            "header"
        )
    return np.asarray(np.log10(values))


def _density(values: FloatArray, grid: FloatArray) -> FloatArray | None:
    from scipy.stats import gaussian_kde  # noqa: PLC0415 (slow to import; see `components`)

    # Values that differ by rounding only are one value, which has no width.
    if len(values) < 2 or np.ptp(values) <= 1e-9 * max(np.abs(values).max(), 1e-300):
        return None
    return np.asarray(gaussian_kde(values)(grid), dtype=np.float64)


def _bounds(parameter: Parameter) -> tuple[float, float] | None:
    """Return the bounds as coordinates; None where one is another parameter's value."""
    ends: Sequence[object] = (parameter.low, parameter.high)
    numbers = sorted(end for end in ends if isinstance(end, float))
    if len(numbers) < 2:
        return None
    if parameter.scale is LOG10:
        numbers = [float(np.log10(end)) for end in numbers]
    return numbers[0], numbers[1]
