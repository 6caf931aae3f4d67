"""Which cells go together, chunk after chunk; with kernels and work made up here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.simulators import Adaptive, RunStatus, TraceBlock, Traces
from pyneuronautofit.simulators.cells.image import Cable, CellImage, Signature
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.lanes import engines
from pyneuronautofit.simulators.lanes.adaptive_kernel import LaneUse
from pyneuronautofit.simulators.lanes.engines import AdaptiveEngine, FixedEngine
from pyneuronautofit.simulators.lanes.lanes import Cell
from pyneuronautofit.simulators.lanes.library import LoadedKernel

N_SWEEP, N_SAMPLE = 2, 10
LEAK, CHANNEL = NodeKind(("pas",), ()), NodeKind(("hh",), ())
ONE, TWO = Signature((-1,), (0,), (LEAK,)), Signature((-1, 0), (0, 1), (LEAK, CHANNEL))
LONGER = Signature((-1, 0, 1), (0, 1, 1), (LEAK, CHANNEL))
EXPERIMENT = Experiment(
    np.zeros((N_SWEEP, N_SAMPLE)), np.array([1.0, 2.0]), Clock(0.1, 2), 35.0, transient_ms=1.0
)


def cell(candidate, signature):
    n = len(signature.parents)
    ones = np.ones(n)
    return Cell(candidate, CellImage.of(signature, Cable(ones, ones, ones), ones, candidate * ones))


@dataclass(eq=False)
class FakeKernel:
    """Four lanes whose voltage is the candidate's number."""

    n_lane: int = 4
    n_call: int = 0

    def aligned(self, array):
        return np.array(array)

    def settle(self, group, holding_nA, dt_ms, n_step, stop):
        return group.values[:1].copy()

    def respond(self, group, state, current_nA, voltage_mV, *, dt_ms, substeps, stop):
        self.n_call += 1
        for lane, voltage in enumerate(voltage_mV):
            voltage[:] = state[0, lane]


@dataclass
class Kernels:
    """A library that loads a kernel for every combination of kinds, once."""

    loaded: dict = field(default_factory=dict)

    def kernel_for(self, kinds):
        wanted = frozenset(kinds)
        if wanted not in self.loaded:
            numbers = {kind: k for k, kind in enumerate(sorted(wanted, key=repr))}
            given = dict.fromkeys(wanted, ("one value",))
            self.loaded[wanted] = LoadedKernel(FakeKernel(), "key", numbers, given, {})
        return self.loaded[wanted]


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as made:
        yield made


def candidates_of(blocks):
    return [block.candidates.tolist() for block in blocks]


# --- the fixed step


@pytest.fixture
def fixed(threads):
    return FixedEngine(threads, Kernels(), EXPERIMENT)


def test_all_cells_are_simulated_each_with_its_signature(fixed):
    cells = {ONE: [cell(5, ONE), cell(2, ONE)], TWO: [cell(3, TWO)]}
    blocks = list(fixed.simulate(cells))
    assert candidates_of(blocks) == [[5, 2], [3]]
    for block in blocks:
        for candidate, voltage in zip(block.candidates, block.traces.voltage_mV, strict=True):
            assert (voltage == candidate).all()
        assert set(block.traces.status) == {RunStatus.OK}


def test_a_chunk_has_so_many_bytes(fixed, monkeypatch):
    of_one = N_SWEEP * N_SAMPLE * 8
    monkeypatch.setattr(engines, "_CHUNK_BYTES", 3 * of_one + 7)
    cells = {ONE: [cell(k, ONE) for k in range(8)]}
    assert candidates_of(fixed.simulate(cells)) == [[0, 1, 2], [3, 4, 5], [6, 7]]
    monkeypatch.setattr(engines, "_CHUNK_BYTES", 1)
    assert len(candidates_of(fixed.simulate(cells))) == 8, "one cell at the least"


def test_the_next_chunk_is_begun_before_the_first_is_given(fixed, monkeypatch):
    monkeypatch.setattr(engines, "_CHUNK_BYTES", 1)
    started = []
    original = engines.LaneWork.start
    monkeypatch.setattr(engines.LaneWork, "start", lambda *a: started.append(a[2]) or original(*a))
    going = fixed.simulate({ONE: [cell(k, ONE) for k in range(5)]})
    next(going)
    assert len(started) == 2
    next(going)
    assert len(started) == 3
    ended = []

    def end(work):
        ended.append(work)

    monkeypatch.setattr(engines.LaneWork, "end", end)
    going.close()
    assert len(ended) == 1, "whoever leaves early ends the work"
    assert not fixed._at_work


def test_a_kernel_is_asked_for_once_for_every_signature(fixed):
    list(fixed.simulate({ONE: [cell(1, ONE)], TWO: [cell(2, TWO)]}))
    runner = fixed._runners[ONE]
    list(fixed.simulate({ONE: [cell(1, ONE)], TWO: [cell(2, TWO)]}))
    assert fixed._runners[ONE] is runner
    assert len(fixed._kernels.loaded) == 2
    assert len(fixed._runners) == 2
    # Two sweeps of one cell fit into four lanes.
    assert [loaded.kernel.n_call for loaded in fixed._kernels.loaded.values()] == [2, 2]


def test_nothing_is_simulated_of_nothing(fixed):
    assert list(fixed.simulate({})) == []
    fixed.abandon()


# --- the adaptive integrator


@dataclass(eq=False)
class FakeWork:
    """Gives every group as a block, and notes what it was given."""

    made: list
    memories: list
    use: LaneUse = field(default_factory=lambda: LaneUse(10, 8, 1))

    def run(self, groups):
        for loaded, cells in groups:
            self.made.append((loaded, [each.candidate for each in cells]))
            numbers = np.array([each.candidate for each in cells])
            n = len(numbers)
            voltage = np.zeros((n, N_SWEEP, N_SAMPLE))
            yield TraceBlock(numbers, Traces(voltage, (RunStatus.OK,) * n, ("",) * n, np.zeros(n)))

    def end(self):
        self.made.append("ended")

    def abandon(self):
        self.made.append("abandoned")


@pytest.fixture
def adaptive(threads, monkeypatch):
    made = []
    works = []

    def work(_threads, n_thread, _plan, _layouts, memories):
        assert n_thread == 3
        works.append(FakeWork(made, memories))
        return works[-1]

    monkeypatch.setattr(engines, "AdaptiveWork", work)
    engine = AdaptiveEngine(threads, Kernels(), 3, EXPERIMENT, Adaptive())
    engine.made, engine.works = made, works
    return engine


def test_cells_of_one_kernel_go_together_whatever_their_trees(adaptive):
    cells = {
        ONE: [cell(0, ONE)],
        TWO: [cell(1, TWO), cell(4, TWO)],
        LONGER: [cell(2, LONGER)],
    }
    assert candidates_of(adaptive.simulate(cells)) == [[0], [1, 4, 2]]
    groups = [numbers for each in adaptive.made if each != "ended" for numbers in [each[1]]]
    assert groups == [[0], [1, 4, 2]]
    assert adaptive.made[-1] == "ended"


def test_memory_is_used_again_but_not_by_two_at_a_time(adaptive):
    cells = {ONE: [cell(0, ONE)]}
    list(adaptive.simulate(cells))
    list(adaptive.simulate(cells))
    first, second = adaptive.works
    assert first.memories is second.memories
    assert len(first.memories) == 4, "one more than threads"
    one, other = adaptive.simulate(cells), adaptive.simulate(cells)
    next(one), next(other)
    assert adaptive.works[2].memories is not adaptive.works[3].memories
    one.close()
    other.close()


def test_what_lanes_were_used_for_adds_up(adaptive):
    assert adaptive.use == LaneUse()
    for _call in range(3):
        list(adaptive.simulate({ONE: [cell(0, ONE)]}))
    assert adaptive.use == LaneUse(30, 24, 3)


def test_whoever_leaves_early_ends_the_work(adaptive):
    going = adaptive.simulate({ONE: [cell(0, ONE)], TWO: [cell(1, TWO)]})
    next(going)
    adaptive.abandon()
    going.close()
    assert adaptive.made[-2:] == ["abandoned", "ended"]
    assert adaptive.use == LaneUse(10, 8, 1)
    assert not adaptive._at_work
