import json
import math

import pytest

from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS


@pytest.fixture(scope="module")
def make_cell(built_in):
    return built_in.cell_source.load()


def test_sections_and_their_connection(make_cell):
    cell = make_cell(3)
    assert (cell.soma.diam, cell.soma.L, cell.soma.nseg, cell.soma.cm) == (70, 100, 1, 1)
    assert (cell.axon.diam, cell.axon.L, cell.axon.nseg, cell.axon.cm) == (1, 100, 1, 1)
    assert cell.axon.parentseg() == cell.soma(0)
    assert cell.axon.orientation() == 1
    assert str(cell.soma) == "ThalamocorticalCell[3].soma"
    assert repr(cell) == "ThalamocorticalCell[3]"


def test_mechanisms(make_cell):
    cell = make_cell(0)

    def channels(section):
        return {m.name() for m in section(0.5) if not m.is_ion()}

    everything = "pas TC_cad TC_ih_Bud97 TC_Nap_Et2 TC_iA TC_iL SK_E2 TC_HH TC_iT_Des98"
    assert channels(cell.soma) == set(everything.split())
    assert channels(cell.axon) == {"TC_HH"}


@pytest.mark.parametrize(
    ("section", "mechanism", "name", "value"),
    [
        ("soma", "pas", "e", -80),
        ("soma", "pas", "g", 3.2505679e-5),
        ("soma", "TC_iT_Des98", "pcabar", 8.94876e-5),
        ("soma", "TC_iT_Des98", "shift", 2),
        ("soma", "TC_iT_Des98", "actshift", 0),
        ("soma", "TC_iT_Des98", "qm", 2.5),
        ("soma", "TC_iT_Des98", "qh", 2.5),
        ("soma", "TC_ih_Bud97", "gh_max", 4.75048e-5),
        ("soma", "TC_ih_Bud97", "e_h", -43),
        ("soma", "TC_Nap_Et2", "gNap_Et2bar", 1.33895e-5),
        ("soma", "TC_iA", "gk_max", 0.0637459),
        ("soma", "TC_HH", "gk_max", 0.116169),
        ("soma", "TC_HH", "gna_max", 0.091137),
        ("soma", "TC_HH", "vtraub", -55.5),
        ("soma", "TC_HH", "vtraub2", -45.5),
        ("soma", "TC_iL", "pcabar", 4.98113e-4),
        ("soma", "SK_E2", "gSK_E2bar", 1.28328e-3),
        ("soma", "SK_E2", "zTau", 1),
        ("soma", "TC_cad", "taur", 11.0056),
        ("soma", "TC_cad", "gamma", 6.74012e-3),
        ("soma", "TC_cad", "depth", 0.1),
        ("soma", "TC_cad", "cainf", 5e-5),
        ("axon", "TC_HH", "gk_max", 0.0257434),
        ("axon", "TC_HH", "gna_max", 0.1902906),
    ],
)
def test_default_values(make_cell, section, mechanism, name, value):
    segment = getattr(make_cell(0), section)(0.5)
    assert getattr(getattr(segment, mechanism), name) == value


def test_reversal_potentials(make_cell):
    cell = make_cell(0)
    assert [(s.ena, s.ek) for s in (cell.soma, cell.axon)] == [(50, -90), (50, -90)]


@pytest.mark.parametrize(
    ("length", "diameter", "resistance", "segments"),
    [(100, 1, 35.4, 3), (300, 1, 100, 11), (1000, 0.5, 120, 55), (20, 5, 20, 1), (640, 2, 77, 15)],
)
def test_setcable(make_cell, length, diameter, resistance, segments):
    cell = make_cell(0)
    axon = cell.axon
    axon.L, axon.diam, axon.Ra = length, diameter, resistance
    # The length constant as NEURON's own lambda_f(100) has it.
    constant = 1e5 * math.sqrt(diameter / (4 * math.pi * 100 * resistance * axon.cm))
    cell.setcable()
    assert axon.nseg == int((length / (0.1 * constant) + 0.9) / 2) * 2 + 1
    assert axon.nseg == segments
    assert cell.soma.nseg == 1
    # Densities that were set before hold along the whole axon.
    assert {segment.TC_HH.gna_max for segment in axon} == {0.1902906}


def test_calcium_outside_is_reset_when_a_simulation_is_initialised(make_cell):
    from neuron import h

    cell = make_cell(0)
    cell.soma.cao = 5
    h.finitialize(-76)
    assert (cell.soma.cao, cell.soma.cai) == (2, 5e-5)


def test_searched_parameters_are_the_published_ones(shared):
    published = json.loads((shared / "data" / "P07-models-sample.json").read_text())["parameters"]
    rows = [[list(n) if isinstance(n, tuple) else n, *rest] for n, *rest in PARAMETERS]
    assert rows == published
