"""Families: clusters of models that are parted by a gap.

Models are joined by robust single linkage (Chaudhuri & Dasgupta 2010; scipy's linkage on the mutual
reachability distances of HDBSCAN, Campello, Moulavi & Sander 2013). Two branches of that tree are
two families if the step from one to the other is `GAP` times as wide as the usual step (the median)
within either. Nobody has to say how many there are, a continuum is one family, whatever its form,
and no random number is drawn. HDBSCAN's own choice among the branches was tried: of a single cloud
it leaves most models out, and clouds that touch nowhere are one to it if their gap is less than
about twice the usual step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray

#: A family has as many models, and a step is wide enough for so many neighbours.
LEAST_MODELS = 5
#: A gap is so many times as wide as the usual step within a family.
GAP = 1.6
#: Few models are outliers of a family if the step to them is so many times as wide: of a cloud the
#: outer ones are not.
FAR = 2.5
#: In the place of a family's number: a model by itself.
ALONE = -1
#: Families are sought among so many models: their distances to each other are in memory.
MOST_MODELS = 4000
_LEAST_COMPONENTS = 2


@dataclass(frozen=True)
class Families:
    """The families of a population.

    Attributes
    ----------
    labels : IntArray, shape (n_model,)
        0 for the largest family, then 1, ..; `ALONE` for models by themselves.
    silhouette
        Mean silhouette (Rousseeuw 1987) of the models that are in families: near 1 where these are
        far apart, 0 where they touch; nan for fewer than two families.
    least
        How many models a family has at least.
    """

    labels: IntArray
    silhouette: float
    least: int

    @property
    def n_family(self) -> int:
        """How many families there are."""
        return int(self.labels.max(initial=ALONE)) + 1

    @property
    def sizes(self) -> list[int]:
        """How many models every family has."""
        return [int((self.labels == k).sum()) for k in range(self.n_family)]

    @property
    def n_alone(self) -> int:
        """How many models are in none."""
        return int((self.labels == ALONE).sum())


def find_families(unit: FloatArray, least: int = LEAST_MODELS) -> Families:
    """Find families among models.

    Parameters
    ----------
    unit : FloatArray, shape (n_model, n_param)
        Distinct models, scaled by the parameters' ranges, the best first: of more than
        `MOST_MODELS` the others are left by themselves.
    least
        How many models a family has at least.

    Returns
    -------
    Families
        All models by themselves where there are fewer than `least`.
    """
    labels = np.full(len(unit), ALONE, dtype=np.int64)
    if len(unit) < max(least, 2):
        return Families(labels, np.nan, least)
    # It takes a second to import, which no other command should wait for.
    from sklearn.metrics import silhouette_score  # noqa: PLC0415

    points = leading_components(unit[:MOST_MODELS])
    tree = _JoinTree(points, min(LEAST_MODELS, least, len(points) - 1), least)
    groups = [tree.without_outliers(node) for node in tree.families()]
    for number, members in enumerate(_by_size(groups)):
        labels[members] = number
    members = np.flatnonzero(labels[: len(points)] != ALONE)
    silhouette = np.nan
    if len(groups) > 1:
        silhouette = float(silhouette_score(points[members], labels[members]))
    return Families(labels, silhouette, least)


def leading_components(unit: FloatArray) -> FloatArray:
    """Return models in the principal components that have more than the mean variance.

    Without the others the parameters that nothing fixes would hide every gap: among thirty that are
    anywhere, all models are equally far from each other. There are two at least, where two exist.

    Parameters
    ----------
    unit : FloatArray, shape (n_model, n_param)

    Returns
    -------
    FloatArray, shape (n_model, n_component)
    """
    left, values, _right = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)
    variances = values**2
    n_kept = max(int((variances > variances.mean()).sum()), min(_LEAST_COMPONENTS, len(values)))
    return np.asarray(left[:, :n_kept] * values[:n_kept])


class _JoinTree:
    """A tree of models: who is joined with whom, by steps of which width.

    Nodes below n are models; node n + k is the k-th pair that is joined, shortest step first.

    Parameters
    ----------
    points : FloatArray, shape (n_model, n_component)
    n_near
        How many neighbours a step has to reach.
    least
        How many models a family has.
    """

    def __init__(self, points: FloatArray, n_near: int, least: int) -> None:
        from scipy.cluster.hierarchy import linkage  # noqa: PLC0415 (slow to import)
        from scipy.spatial.distance import pdist, squareform  # noqa: PLC0415

        apart = squareform(pdist(points))
        core = np.partition(apart, n_near, axis=1)[:, n_near]
        reach = np.maximum(apart, np.maximum(core[:, None], core[None]))
        np.fill_diagonal(reach, 0.0)
        joined = linkage(squareform(reach, checks=False), "single")
        self._n = len(points)
        self._least = least
        self._pairs = joined[:, :2].astype(np.int64).tolist()
        self._steps = joined[:, 2]
        self._sizes = np.concatenate([np.ones(self._n), joined[:, 3]]).astype(np.int64)

    def families(self) -> tuple[int, ...]:
        """Return the nodes that are families; the root where there is one family alone."""
        parts: dict[int, tuple[int, ...]] = {}
        for place, (one, other) in enumerate(self._pairs):
            inside = parts.get(one, ()) + parts.get(other, ())
            if min(self._sizes[one], self._sizes[other]) >= self._least and (
                inside or self._is_gap(self._steps[place], one, other)
            ):
                inside = parts.get(one, (one,)) + parts.get(other, (other,))
            if inside:
                parts[self._n + place] = inside
        root = self._n + len(self._pairs) - 1
        return parts.get(root, (root,))

    def without_outliers(self, node: int) -> IntArray:
        """Return the models of a family but for few ones that are far from it, ascending."""
        usual = self._usual_step(node)
        while node >= self._n and self._steps[node - self._n] >= FAR * usual:
            large, small = sorted(self._pairs[node - self._n], key=lambda k: -int(self._sizes[k]))
            if self._sizes[small] >= self._least or self._sizes[large] < self._least:
                break
            node = large
        return np.array(sorted(self._below(node)[0]), dtype=np.int64)

    def _is_gap(self, step: float, one: int, other: int) -> bool:
        return bool(step >= GAP * max(self._usual_step(one), self._usual_step(other)))

    def _usual_step(self, node: int) -> float:
        return float(np.median(self._steps[self._below(node)[1]]))

    def _below(self, node: int) -> tuple[list[int], list[int]]:
        """Return the models and the steps of a branch."""
        models: list[int] = []
        steps: list[int] = []
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if node < self._n:
                models.append(node)
            else:
                steps.append(node - self._n)
                waiting += self._pairs[node - self._n]
        return models, steps


def _by_size(groups: list[IntArray]) -> list[IntArray]:
    """Return groups, the largest first; of equals the one whose first model is the better."""
    return sorted(groups, key=lambda members: (-len(members), int(members[0])))
