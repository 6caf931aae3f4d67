"""Cells are read until all that has to be read of them is known, with workers made up here."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.lanes.cells import read_cells
from pyneuronautofit.simulators.processes.pool import Outcome

SOMA, AXON, SPINE = (NodeKind((name,), ()) for name in ("soma", "axon", "spine"))


def signature(*kinds):
    return Signature(
        parents=tuple(range(-1, len(kinds) - 1)),
        kinds=tuple(range(len(kinds))),
        node_kinds=kinds,
    )


@dataclass
class Kernels:
    """A library that knows how to read a kind once there is a kernel for it."""

    loaded: list[frozenset[NodeKind]] = field(default_factory=list)
    diffusing: tuple[str, ...] = ()

    @property
    def plan(self):
        kinds = {kind for each in self.loaded for kind in each}
        return {k: (NodeVariable("mechanism", k.mechanisms[0], "g", None),) for k in kinds}

    def kernel_for(self, kinds):
        if SPINE in kinds:
            raise UnsupportedModel("no spines")
        self.loaded.append(kinds)
        return SimpleNamespace(diffusing=self.diffusing)


@dataclass(frozen=True)
class Image:
    signature: Signature


@dataclass
class Workers:
    """Answer as those of NEURON do, the last task first.

    Attributes
    ----------
    cells
        By number: a signature, or what is answered whatever is asked.
    asked
        The numbers of every call.
    """

    cells: list
    asked: list[list[int]] = field(default_factory=list)
    together: list[int] = field(default_factory=list)

    def map(self, tasks, together=1):
        self.asked.append([number for number, _plan in tasks])
        self.together.append(together)
        for place in reversed(range(len(tasks))):
            number, plan = tasks[place]
            cell = self.cells[number]
            if cell is None:
                yield Outcome(place, RunStatus.CRASHED, "dead", None, 3.0)
                continue
            if isinstance(cell, Signature) and set(cell.node_kinds) <= set(pickle.loads(plan)):
                cell = Image(cell)
            yield Outcome(place, RunStatus.OK, "", cell, 1.0)


@pytest.fixture
def kernels():
    return Kernels()


@pytest.fixture
def read(kernels):
    with ThreadPoolExecutor(2) as threads:
        yield lambda workers, cells, **more: read_cells(
            cells, lambda number, plan: (number, plan), workers, kernels, threads, **more
        )


def test_cells_with_a_kind_that_is_new_are_read_again(read, kernels):
    one, both = signature(SOMA), signature(SOMA, AXON)
    workers = Workers([one, None, both, one])
    outcomes = read(workers, range(4))
    assert [outcome.task for outcome in outcomes] == [0, 1, 2, 3]
    assert [outcome.value for outcome in outcomes] == [Image(one), None, Image(both), Image(one)]
    assert outcomes[1].status is RunStatus.CRASHED
    assert outcomes[1].seconds == 3.0
    # What has failed is not asked again, and a kernel is loaded for either combination.
    assert [sorted(asked) for asked in workers.asked] == [[0, 1, 2, 3], [0, 2, 3]]
    assert set(kernels.loaded) == {frozenset({SOMA}), frozenset({SOMA, AXON})}


def test_what_is_known_is_read_once(read, kernels):
    kernels.loaded = [frozenset({SOMA, AXON})]
    workers = Workers([signature(SOMA), signature(SOMA, AXON)])
    assert all(isinstance(outcome.value, Image) for outcome in read(workers, range(2)))
    assert workers.asked == [[0, 1]]


def test_known_kinds_in_a_new_combination_have_a_kernel_when_reading_ends(read, kernels):
    kernels.loaded = [frozenset({SOMA, AXON})]
    read(Workers([signature(AXON)]), [0])
    assert frozenset({AXON}) in kernels.loaded


def test_numbers_are_the_caller_s(read):
    cells = [signature(SOMA)] * 9
    cells[7] = signature(AXON)
    outcomes = read(Workers(cells), [8, 3, 7])
    assert [(o.task, o.value.signature) for o in outcomes] == [
        (3, cells[3]), (7, cells[7]), (8, cells[8])
    ]  # fmt: skip


def test_nobody_is_asked_about_nothing(read, kernels):
    workers = Workers([])
    assert read(workers, []) == []
    assert not workers.asked
    assert not kernels.loaded


def test_tasks_travel_together_where_the_caller_says_so(read):
    workers = Workers([signature(SOMA)])
    read(workers, [0])
    read(workers, [0], together=64)
    assert workers.together == [1, 1, 64]


def test_an_error_of_the_reading_ends_it(read):
    with pytest.raises(UnsupportedModel, match="a clamp"):
        read(Workers([signature(SOMA), UnsupportedModel("a clamp")]), range(2))


def test_an_error_of_a_kernel_ends_it(read):
    with pytest.raises(UnsupportedModel, match="no spines"):
        read(Workers([signature(SOMA), signature(SPINE)]), range(2))


def test_what_would_diffuse_to_a_neighbour_is_refused(read, kernels):
    kernels.diffusing = ("axon",)
    read(Workers([signature(SOMA, AXON)]), [0])
    with pytest.raises(UnsupportedModel, match="axon has LONGITUDINAL_DIFFUSION and stands in"):
        read(Workers([Signature((-1, 0), (0, 0), (AXON,))]), [0])
