"""What is read from live cells, against NEURON's own simulation of them and by hand."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyneuronautofit.codegen.kinds import IonUse, NodeKind, NodeVariable
from pyneuronautofit.models import CellSource, compiled_library
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import NeuronSimulator, RunStatus, plan_experiment
from pyneuronautofit.simulators.cells.image import NO_MEMBRANE, CellImage
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.branching import (
    SWC,
    SectionPlan,
    branching_cell,
    grow,
    swc_text,
    turned,
    write_project,
)
from simulators.cells import live_cells
from simulators.cells.live_cells import PassiveRun
from simulators.mechanism_cells import MODS

SOMA = SectionPlan("soma", L_um=20.0, diam_um=15.0)
BUILT_IN = (
    SectionPlan("soma", L_um=100.0, diam_um=70.0),
    SectionPlan("axon", 0, 0.0, end=1, L_um=100.0, diam_um=1.0, nseg=9, Ra_ohm_cm=300.0),
)


class Worker:
    """Calls functions of `live_cells` where NEURON is."""

    def __init__(self, library):
        self._pool = WorkerPool(Job(live_cells.make_handler, library), 1, 60.0, 10**6)

    def outcome(self, *task):
        return next(iter(self._pool.map([task])))

    def __call__(self, *task):
        outcome = self.outcome(*task)
        assert outcome.status is RunStatus.OK, outcome.message
        return outcome.value

    def close(self):
        self._pool.close()


@pytest.fixture(scope="module")
def worker():
    made = Worker(None)
    yield made
    made.close()


@pytest.fixture(scope="module")
def worker_with_mods():
    made = Worker(compiled_library(MODS))
    yield made
    made.close()


# --- the cable


def passive_voltages(image: CellImage, run: PassiveRun):
    """Take NEURON's implicit steps for a cell that has only a leak.

    (C/dt + g + axial) dv = I - g (v - e) - axial v, with C in nF and conductances in uS; solved by
    elimination from the leaves (Hines 1984).
    """
    signature, cable = image.signature, image.cable
    child, parent = np.arange(1, len(signature.parents)), np.array(signature.parents[1:], dtype=int)
    axial_uS = cable.conductance_uS[1:]
    covered = np.array(signature.kinds) != NO_MEMBRANE
    leak_uS, reversal_mV = np.zeros((2, len(covered)))
    density, reversal_mV[covered] = image.values.reshape(-1, 2).T
    leak_uS[covered] = 1e-2 * density * cable.area_um2[covered]
    pivot = cable.capacitance_nF / run.dt_ms + leak_uS
    np.add.at(pivot, child, axial_uS)
    np.add.at(pivot, parent, axial_uS)
    for node in child[::-1]:
        pivot[parent[node - 1]] -= axial_uS[node - 1] ** 2 / pivot[node]
    voltage_mV, recorded = image.voltage_mV.copy(), []
    for _ in range(run.n_step):
        flowing = leak_uS * (reversal_mV - voltage_mV)
        flowing[0] += run.current_nA
        outward = axial_uS * (voltage_mV[parent] - voltage_mV[child])
        np.add.at(flowing, child, outward)
        np.subtract.at(flowing, parent, outward)
        for node in child[::-1]:
            flowing[parent[node - 1]] += axial_uS[node - 1] / pivot[node] * flowing[node]
        change = flowing / pivot
        for node in child:
            change[node] += axial_uS[node - 1] / pivot[node] * change[parent[node - 1]]
        voltage_mV += change
        recorded.append(voltage_mV[0])
    return np.array(recorded)


def agrees(worker, sections, run=PassiveRun()):  # noqa: B008 (frozen)
    image, expected = worker(live_cells.passive_response, tuple(sections), run)
    np.testing.assert_allclose(passive_voltages(image, run), expected, rtol=0, atol=1e-9)
    assert np.ptp(expected) > 1e-3
    return image.signature


def test_one_compartment(worker):
    signature = agrees(worker, [SOMA])
    assert (signature.parents, signature.kinds) == ((-1,), (0,))


def test_topology_of_the_built_in_cell(worker):
    signature = agrees(worker, BUILT_IN, PassiveRun(current_nA=1.0, n_step=500))
    # The axon hangs from the soma by its end 1: a single chain, and no node without membrane.
    assert signature.parents == tuple(range(-1, 9))
    assert NO_MEMBRANE not in signature.kinds


def test_a_tapering_neurite(worker):
    points = tuple((10.0 * n, 5.0 * math.sin(n), 0.0, 3.0 / (1 + n)) for n in range(7))
    agrees(worker, [SOMA, SectionPlan("dend", 0, 1.0, nseg=5, points=points)])


def test_a_branching_cell_from_a_file(worker):
    sections = branching_cell()
    assert len(sections) >= 60
    signature = agrees(worker, sections, PassiveRun(n_step=400))
    assert NO_MEMBRANE in signature.kinds
    agrees(worker, with_segments(sections, (1, 3, 5)), PassiveRun(n_step=300))


def with_segments(sections, counts):
    return [
        SectionPlan(**{**vars(plan), "nseg": counts[number % len(counts)]})
        for number, plan in enumerate(sections)
    ]


def test_a_turned_section_is_the_same_cable(worker):
    sections = (
        SOMA,
        SectionPlan("dend", 0, 1.0, nseg=3, points=((0, 0, 0, 4.0), (50, 0, 0, 1.0))),
        SectionPlan("spine", 1, 0.2, L_um=2.0, diam_um=0.5),
    )
    _signature, straight, _names = worker(live_cells.structure, sections)
    _signature, round_, names = worker(live_cells.structure, turned(sections, 1))
    np.testing.assert_allclose(straight.area_um2, round_.area_um2, rtol=1e-12)
    np.testing.assert_allclose(straight.conductance_uS, round_.conductance_uS, rtol=1e-12)
    assert names[0].endswith("soma_0(0.5)")
    assert names[1].endswith("dend_1(0.833333)")


def test_places_where_sections_meet(worker):
    sections = (
        SOMA,
        SectionPlan("dend", 0, 1.0, nseg=2),  # with the next: three meet at soma(1)
        SectionPlan("dend", 0, 1.0),
        SectionPlan("dend", 0, 0.0),  # with the next: three meet at the root's end 0
        SectionPlan("dend", 0, 0.0, end=1),
        SectionPlan("spine", 1, 0.5),  # into a segment
        SectionPlan("spine", 1, 0.0),  # at the near end of its parent: also at soma(1)
    )
    signature, cable, names = worker(live_cells.structure, sections, None, True)
    assert names.count(None) == 2
    assert not any(name and "orphan" in name for name in names)
    joints = [node for node, kind in enumerate(signature.kinds) if kind == NO_MEMBRANE]
    neighbours = [
        (signature.parents[joint] >= 0) + signature.parents.count(joint) for joint in joints
    ]
    assert sorted(neighbours) == [3, 4]
    assert all(cable.area_um2[joint] == cable.capacitance_nF[joint] == 0 for joint in joints)
    assert all(parent < node for node, parent in enumerate(signature.parents))
    agrees(worker, sections)


def test_the_soma_need_not_be_the_root(worker):
    sections = (
        SectionPlan("dend", nseg=3),
        SectionPlan("soma", 0, 0.5, L_um=20.0, diam_um=15.0, nseg=2),
        SectionPlan("axon", 1, 1.0, end=1, diam_um=1.0, nseg=4),
        SectionPlan("dend", 2, 0.0),
    )
    agrees(worker, sections)
    _signature, _cable, names = worker(live_cells.structure, sections)
    assert names[0].endswith("soma_1(0.75)")  # soma(0.5), as NEURON rounds it


def test_cylinders_by_hand(worker):
    _signature, cable, _names = worker(live_cells.structure, BUILT_IN)
    area = math.pi * 100.0 * 1.0 / 9
    np.testing.assert_allclose(cable.area_um2[1:], area, rtol=1e-12)
    np.testing.assert_allclose(cable.capacitance_nF[1:], area * 1e-5, rtol=1e-12)
    # Ohm cm over um is 1e4 ohm: a ninth of the axon, and half of it with half of the soma.
    between = 1e-2 * 300 * (100 / 9) / (math.pi / 4)
    first = between / 2 + 1e-2 * 150 * 50 / (math.pi / 4 * 70**2)
    np.testing.assert_allclose(cable.conductance_uS[:3], [0, 1 / first, 1 / between], rtol=1e-12)


@st.composite
def random_cells(draw):
    n_section = draw(st.integers(1, 8))
    soma = draw(st.integers(0, n_section - 1))
    return tuple(
        SectionPlan(
            "soma" if number == soma else "dend",
            parent=draw(st.integers(0, number - 1)) if number else -1,
            parent_x=draw(st.sampled_from([0.0, 0.2, 0.5, 0.5001, 1.0])),
            end=draw(st.sampled_from([0, 1])) if number else 0,
            L_um=draw(st.floats(5.0, 300.0)),
            diam_um=draw(st.floats(0.2, 20.0)),
            nseg=draw(st.integers(1, 6)),
            Ra_ohm_cm=draw(st.floats(50.0, 300.0)),
            cm_uF=draw(st.floats(0.5, 2.0)),
        )
        for number in range(n_section)
    )


@settings(max_examples=80)
@given(random_cells())
def test_random_trees(worker, sections):
    soma = next(plan for plan in sections if plan.region == "soma")
    # Whatever its size, its voltage changes by some mV.
    run = PassiveRun(current_nA=2e-5 * math.pi * soma.L_um * soma.diam_um)
    signature = agrees(worker, sections, run)
    assert len(signature.parents) >= sum(plan.nseg for plan in sections)


# --- kinds and values

SHELLS = (
    SOMA,
    SectionPlan("dend", 0, 1.0, nseg=2, diam_um=3.0),
)
CHANNELS = {
    "soma": {"pas": {"g": 2e-4}, "tnat": {}, "tcash": {"ca0": 7e-5}},
    "dend": {"pas": {"g": 1e-4}},
}
SOMA_KIND = NodeKind(
    ("pas", "tcash", "tnat"),
    (IonUse("na", 1.0, 0, 0, 1, 0, 0), IonUse("ca", 2.0, 3, 1, 2, 1, 1)),
    tabulated=("tnat",),
)
DEND_KIND = NodeKind(("pas",), ())


def test_kinds(worker_with_mods):
    signature, _cable, _names = worker_with_mods(live_cells.structure, SHELLS, CHANNELS)
    order = worker_with_mods(live_cells.order)
    assert order[:2] == ("morphology", "capacitance")
    assert order.index("pas") < order.index("na_ion") < order.index("tcash") < order.index("tnat")
    assert signature.kinds == (0, 1, 1)
    assert signature.node_kinds == (SOMA_KIND, DEND_KIND)


def image_of(worker, soma_variables, dend_variables=()):
    plan = {SOMA_KIND: soma_variables, DEND_KIND: dend_variables}
    task = (live_cells.image, SHELLS, CHANNELS, {"ena": 47.0}, plan, 31.5)
    return worker.outcome(*task)


def test_values_in_the_order_of_the_plan(worker_with_mods):
    leak = NodeVariable("mechanism", "pas", "g", None)
    outcome = image_of(
        worker_with_mods,
        (
            NodeVariable("mechanism", "tcash", "ca", 2),
            NodeVariable("segment", "", "area", None),
            leak,
            NodeVariable("global", "", "celsius", None),
            NodeVariable("ion", "na", "ena", None),
            NodeVariable("global", "tcash", "vrat", 0),
            NodeVariable("segment", "", "v", None),
            NodeVariable("ion", "ca", "cai", None),
        ),
        (NodeVariable("segment", "", "diam", None), leak, NodeVariable("segment", "", "cm", None)),
    )
    image = outcome.value
    area = math.pi * 20.0 * 15.0
    # In these shells the outermost has half the thickness of the others: r = 1/2, dr = 1/6.
    thickness = 1 / 6
    shell = math.pi * (0.5 - thickness / 4) * 2 * thickness / 2
    soma = [7e-5, area, 2e-4, 31.5, 47.0, shell, -71.0, 7e-5]
    np.testing.assert_allclose(image.values, [*soma, *[3.0, 1e-4, 1.0] * 2], rtol=1e-9)
    np.testing.assert_array_equal(image.voltage_mV, -71.0)
    assert len(pickle.dumps(image)) < 10_000


def test_a_variable_that_has_to_be_something(worker_with_mods):
    def read(expected):
        return image_of(
            worker_with_mods,
            (NodeVariable("mechanism", "pas", "g", None, expected),),
            (NodeVariable("segment", "", "diam", None),),
        )

    assert read(2e-4).message == ""
    message = read(2.0).message
    assert "g of the mechanism pas is 0.0002 in this cell and 2 in its .mod file" in message


def test_a_variable_that_was_not_compiled(worker_with_mods):
    outcome = image_of(worker_with_mods, (NodeVariable("mechanism", "tnat", "nosuch", None),))
    assert "the compiled tnat has no variable 'nosuch', but its .mod file has" in outcome.message
    outcome = image_of(worker_with_mods, (NodeVariable("global", "tnat", "nosuch", None),))
    assert "the compiled tnat has no variable 'nosuch', but its .mod file has" in outcome.message
    outcome = image_of(worker_with_mods, (NodeVariable("segment", "", "nosuch", None),))
    assert "has no variable 'nosuch'" in outcome.message


def test_a_kind_that_the_plan_lacks(worker_with_mods):
    task = (live_cells.image, SHELLS, CHANNELS, {}, {SOMA_KIND: ()}, 31.5)
    message = worker_with_mods.outcome(*task).message
    assert "LackingKindError: nothing is known of what to read at nodes with" in message
    assert "NodeKind(mechanisms=('pas',)" in message


# --- refusals


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (live_cells.a_synapse_at_an_end, "dend_1 has the point process ExpSyn at 1"),
        (live_cells.a_space_outside, "dend_1 has the mechanism extracellular"),
        (live_cells.a_wrong_branch, "dend_1 has rallbranch = 2 instead of 1"),
        (live_cells.a_linear_mechanism, "it makes a LinearMechanism"),
    ],
)
def test_more_than_membrane_is_refused(worker, spoil, found):
    outcome = worker.outcome(live_cells.refused, SHELLS, spoil)
    assert outcome.message.startswith("UnsupportedModel: the cell class PlannedCell: ")
    assert found in outcome.message
    assert "Use --simulator neuron for this model." in outcome.message


def test_membrane_is_not_refused(worker):
    worker(live_cells.refused, SHELLS, live_cells.nothing)


def test_current_into_an_end_is_refused(worker):
    message = worker.outcome(live_cells.structure_at, SHELLS, 1).message
    assert "which has no membrane; inject the current at a position between 0 and 1" in message


# --- the cell of the file


def test_the_file_is_what_the_script_grows():
    assert SWC.read_text() == swc_text(grow())


def test_the_cell_runs_from_a_project_file(tmp_path):
    mechanisms = {
        "soma": {"hh": {"gnabar": 0.6, "gkbar": 0.1}},
        "axon": {"hh": {"gnabar": 0.6, "gkbar": 0.1}},
        "dend": {"pas": {"g": 5e-5, "e": -68.0}},
        "spine": {"pas": {"g": 5e-5, "e": -68.0}},
    }
    project = write_project(tmp_path, branching_cell(), mechanisms, {"ena": 45.0}, 0.2)
    current_pA = np.zeros((1, 300))
    current_pA[:, 100:200] = 600.0
    recording = Recording("step.npz", np.zeros_like(current_pA), current_pA, 0.1)
    experiment = plan_experiment(recording, StimulusWindow(100, 199), [0], 0.025, 20.0)
    values = ParameterTable((_SOMA_CM, _DEND_RA), (False, False), np.array([[1.0, 120.0]]))
    with NeuronSimulator(CellSource(project, None, None), experiment, n_worker=1) as simulator:
        traces = simulator.run(values)
    assert traces.ok.all(), traces.messages
    assert traces.voltage_mV.max() > 0  # it makes a spike
    assert traces.voltage_mV[0, 0, 0] < -50


_SOMA_CM = (ParameterPath.parse("soma.cm"),)
_DEND_RA = (ParameterPath.parse("dend[3].Ra"),)
