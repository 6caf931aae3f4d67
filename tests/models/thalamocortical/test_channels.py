"""Every channel against its published equations, written here a second time, in NumPy."""

import numpy as np
import pytest

CELSIUS = 33.0
F = 96485.33
R = 8.314462618
VOLTAGES = np.concatenate(
    [
        np.arange(-110.0, 60.5, 6.1),
        # Where a quotient of the rates is 0/0, and a little beside it.
        [-38, -17, -64.4, 1.31, 0],
        np.add.outer([-38.0, -17, -64.4, 1.31, 0], [-1e-9, 1e-9, -1e-4, 1e-4]).ravel(),
        # vtraub -55.5: u = 13 and 40; vtraub2 -45.5: u = 15. And the corners of iA and iT.
        [-42.5, -15.5, -30.5, -62.999, -63.001, -72.999, -73.001, -81.999, -82.001],
    ]
)


def sigmoid(x):
    return 1 / (1 + np.exp(x))


def linoid(x, c):
    """x / (1 - exp(-x/c)), with its limit at 0."""
    small = np.abs(x / c) < 1e-6
    safe = np.where(small, 1.0, x)
    return np.where(small, c + x / 2, safe / -np.expm1(-safe / c))


def tc_hh(v):
    q = 3 ** ((CELSIUS - 36) / 10)
    u, w = v + 55.5, v + 45.5
    rates = {
        "m": (0.32 * linoid(u - 13, 4), 0.28 * linoid(40 - u, 5)),
        "h": (0.128 * np.exp((17 - u) / 18), 4 * sigmoid((40 - u) / 5)),
        "n": (0.032 * linoid(w - 15, 5), 0.5 * np.exp((10 - w) / 40)),
    }
    inf = {f"{x}_inf": a / (a + b) for x, (a, b) in rates.items()}
    return inf | {f"tau_{x}": 1 / (a + b) / q for x, (a, b) in rates.items()}


def tc_it(v):
    q = 2.5 ** ((CELSIUS - 24) / 10)
    w = v + 2
    slow = np.where(w < -80, np.exp((w + 467) / 66.6), 28 + np.exp(-(w + 22) / 10.5))
    fast = 0.612 + 1 / (np.exp(-(w + 132) / 16.7) + np.exp((w + 16.8) / 18.2))
    return {
        "m_inf": sigmoid(-(w + 57) / 6.2),
        "h_inf": sigmoid((w + 81) / 4),
        "tau_m": fast / q,
        "tau_h": slow / q,
    }


def tc_ih(v):
    tau = 1 / (np.exp(-14.59 - 0.086 * v) + np.exp(-1.87 + 0.0701 * v))
    return {"m_inf": sigmoid((v + 86.4) / 11.2), "tau_m": tau / 4 ** ((CELSIUS - 34) / 10)}


def tc_nap(v):
    q = 2.3 ** ((CELSIUS - 22) / 10)
    fast = 0.182 * linoid(v + 38, 6) + 0.124 * linoid(-(v + 38), 6)
    slow = 2.88e-6 * linoid(-(v + 17), 4.63) + 6.94e-6 * linoid(v + 64.4, 2.63)
    return {
        "m_inf": sigmoid(-(v + 56.93) / 9.09),
        "h_inf": sigmoid((v + 58.7) / 14.2),
        "tau_m": 6 / fast / q,
        "tau_h": 1 / slow / q,
    }


def tc_ia(v):
    q = 2.8 ** ((CELSIUS - 23) / 10)
    fast = 0.37 + 1 / (np.exp((v + 35.8) / 19.7) + np.exp(-(v + 79.7) / 12.7))
    slow = 1 / (np.exp((v + 46) / 5) + np.exp(-(v + 238) / 37.5))
    return {
        "m1_inf": sigmoid(-(v + 60) / 8.5),
        "m2_inf": sigmoid(-(v + 36) / 20),
        "h_inf": sigmoid((v + 78) / 6),
        "tau_m": fast / q,
        "tau_h1": np.where(v < -63, slow, 19) / q,
        "tau_h2": np.where(v < -73, slow, 60) / q,
    }


def tc_il(v):
    a, b = 1.6 * sigmoid(-0.072 * (v - 5)), 0.02 * linoid(-(v - 1.31), 5.36)
    return {"m_inf": sigmoid(-(v + 10) / 10), "tau_m": 1 / (a + b) / 3 ** ((CELSIUS - 23.5) / 10)}


CHANNELS = {
    "TC_HH": tc_hh,
    "TC_iT_Des98": tc_it,
    "TC_ih_Bud97": tc_ih,
    "TC_Nap_Et2": tc_nap,
    "TC_iA": tc_ia,
    "TC_iL": tc_il,
}


@pytest.fixture
def soma(built_in):
    from neuron import h

    make_cell = built_in.cell_source.load()
    before = h.celsius
    h.celsius = CELSIUS
    cell = make_cell(0)
    # A membrane that no current can move keeps the voltage while the gates do their step.
    cell.soma.cm = cell.axon.cm = 1e12
    cell.soma.diam, cell.soma.L = 1, 1
    yield cell.soma
    h.celsius = before


def ghk(v, ci, co, r):
    z = 2e-3 * F * v / (r * (CELSIUS + 273.15))
    # z / (exp(z) - 1) is linoid(-z, 1)
    forward, backward = linoid(-z, 1), linoid(z, 1)
    return 2e-3 * F * (ci * backward - co * forward)


def hold(soma, voltage, steps=1):
    from neuron import h

    h.dt = 0.025
    h.finitialize(voltage)
    for _ in range(steps):
        h.fadvance()
    assert soma(0.5).v == pytest.approx(voltage, abs=1e-6)
    return soma(0.5)


@pytest.mark.parametrize("name", CHANNELS)
def test_steady_states_and_time_constants(soma, name):
    with np.errstate(all="ignore"):
        expected = CHANNELS[name](VOLTAGES)
    for index, voltage in enumerate(VOLTAGES):
        mechanism = getattr(hold(soma, voltage), name)
        for quantity, values in expected.items():
            found = getattr(mechanism, quantity)
            assert found == pytest.approx(values[index], rel=2e-6), (name, quantity, voltage)


@pytest.mark.parametrize("shift", [-13.0, 25.0])
def test_shifts_move_the_calcium_gates(soma, shift):
    mechanism = soma(0.5).TC_iT_Des98
    mechanism.shift, mechanism.actshift = shift, 7.0
    hold(soma, -71.3)
    assert mechanism.m_inf == pytest.approx(sigmoid(-(-71.3 + shift + 7 + 57) / 6.2))
    assert mechanism.h_inf == pytest.approx(sigmoid((-71.3 + shift + 81) / 4))


def test_initial_gates(soma):
    segment = hold(soma, -60.0, steps=0)
    assert [getattr(segment.TC_HH, gate) for gate in "mhn"] == [0, 0, 0]
    assert segment.TC_iL.m == 0
    expected = {name: channel(-60.0) for name, channel in CHANNELS.items()}
    assert segment.TC_iT_Des98.m == pytest.approx(expected["TC_iT_Des98"]["m_inf"])
    assert segment.TC_iT_Des98.h == pytest.approx(expected["TC_iT_Des98"]["h_inf"])
    assert segment.TC_ih_Bud97.m == pytest.approx(expected["TC_ih_Bud97"]["m_inf"])
    assert segment.TC_Nap_Et2.h == pytest.approx(expected["TC_Nap_Et2"]["h_inf"])
    assert segment.TC_iA.m2 == pytest.approx(expected["TC_iA"]["m2_inf"])
    assert segment.TC_iA.h1 == segment.TC_iA.h2 == pytest.approx(expected["TC_iA"]["h_inf"])
    assert segment.SK_E2.z == pytest.approx(1 / (1 + (0.00043 / 5e-5) ** 4.8))
    assert segment.cai == 5e-5


@pytest.mark.parametrize("voltage", [-90.0, -38.0, -1e-6, 0.0, 1e-6, 20.0])
def test_currents(soma, voltage):
    # Without change of calcium, the currents of the first step are those of the initial gates.
    soma(0.5).TC_cad.gamma = 0
    segment = hold(soma, voltage, steps=0)
    t, leak, nap, a, sk = (
        getattr(segment, m) for m in ("TC_iT_Des98", "TC_ih_Bud97", "TC_Nap_Et2", "TC_iA", "SK_E2")
    )
    co, ci = 2.0, 5e-5
    calcium = t.pcabar * t.m**2 * t.h * ghk(voltage, ci, co, R)
    assert segment.ica == pytest.approx(calcium, rel=1e-9)
    assert leak.ih == pytest.approx(leak.gh_max * leak.m * (voltage + 43), rel=1e-9)
    sodium = nap.gNap_Et2bar * nap.m**3 * nap.h * (voltage - 50)
    assert segment.ina == pytest.approx(sodium, rel=1e-9)
    potassium = a.gk_max * (0.6 * a.h1 * a.m1**4 + 0.4 * a.h2 * a.m2**4) + sk.gSK_E2bar * sk.z
    assert segment.ik == pytest.approx(potassium * (voltage + 90), rel=1e-9)


def test_currents_of_gates_that_start_closed(soma):
    from neuron import h

    soma(0.5).TC_iT_Des98.pcabar = soma(0.5).TC_Nap_Et2.gNap_Et2bar = 0
    soma(0.5).TC_iA.gk_max = soma(0.5).SK_E2.gSK_E2bar = soma(0.5).TC_cad.gamma = 0
    voltage = -20.0
    segment = hold(soma, voltage, steps=40)
    h.fcurrent()
    hh, calcium = segment.TC_HH, segment.TC_iL
    # After 1 ms: x = inf (1 - exp(-t / tau)), which cnexp integrates exactly.
    expected = tc_hh(voltage)
    for gate in "mhn":
        reached = expected[f"{gate}_inf"] * -np.expm1(-1 / expected[f"tau_{gate}"])
        assert getattr(hh, gate) == pytest.approx(reached, rel=1e-6)
    assert segment.ina == pytest.approx(hh.gna_max * hh.m**3 * hh.h * (voltage - 50), rel=1e-6)
    assert segment.ik == pytest.approx(hh.gk_max * hh.n**4 * (voltage + 90), rel=1e-6)
    flux = ghk(voltage, 5e-5, 2.0, 8.314)
    assert segment.ica == pytest.approx(calcium.pcabar * calcium.m**2 * flux, rel=1e-6)


def test_calcium_pool(soma):
    pool = soma(0.5).TC_cad
    # Implicit Euler: one step with the current of that step.
    segment = hold(soma, -60.0, steps=1)
    inflow = -1e4 * segment.ica * pool.gamma / (2 * F * pool.depth)
    expected = (5e-5 + 0.025 * (inflow + pool.cainf / pool.taur)) / (1 + 0.025 / pool.taur)
    assert segment.cai == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("calcium", [0.0, 1e-9, 5e-5, 4.3e-4, 1e-2])
def test_calcium_activation(soma, calcium):
    soma(0.5).TC_cad.cainf, soma(0.5).TC_cad.gamma = calcium, 0
    segment = hold(soma, -60.0)
    expected = 1 / (1 + (0.00043 / max(calcium, 1e-7)) ** 4.8)
    assert segment.SK_E2.z_inf == pytest.approx(expected)


def test_temperature_coefficient_of_ih_is_global(soma):
    from neuron import h

    assert h.q10_TC_ih_Bud97 == 4
