"""The synapse against its equations, written here a second time, in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

CELSIUS, F, R = 35.0, 96485.33, 8.314462618
DT_MS = 0.025
WEIGHT_US = 0.05
TIMES = {"AMPAt1": 1.0, "AMPAt2": 2.2, "NMDAt1": 1.0, "NMDAt2": 150.0}


class Clamped:
    """A small membrane that no current can move, with the synapse on it."""

    def __init__(self, voltage_mV, event_ms=(1.0,), weight_uS=WEIGHT_US, **settings):
        from neuron import h

        self.h = h
        self.section = h.Section(name="clamped")
        self.section.cm = 1e12
        self.section.insert("TC_cad")
        self.synapse = h.AMPAandNMDAwithTone(self.section(0.5))
        self.section.ek = -90.0
        for name, value in settings.items():
            setattr(self.synapse, name, value)
        self.connection = h.NetCon(None, self.synapse)
        self.connection.weight[0], self.connection.delay = weight_uS, 0.0
        h.celsius, h.dt = CELSIUS, DT_MS
        h.finitialize(voltage_mV)
        for time_ms in event_ms:
            self.connection.event(time_ms)

    def conductances(self, until_ms):
        """Return the times, and the AMPA and NMDA conductances then, uS."""
        found = []
        for _ in range(round(until_ms / DT_MS)):
            self.h.fadvance()
            s = self.synapse
            found.append((self.h.t, s.Bampa - s.Aampa, s.Bnmda - s.Anmda))
        return np.array(found).T


@pytest.fixture
def clamped(built_in):
    from neuron import h

    built_in.cell_source.load()
    before = h.celsius, h.dt
    yield Clamped
    h.celsius, h.dt = before


def course(since_ms, t1, t2):
    """The conductance after an event, its peak 1."""
    peak_ms = np.log(t2 / t1) / (1 / t1 - 1 / t2)
    shape = np.exp(-since_ms / t2) - np.exp(-since_ms / t1)
    peak = np.exp(-peak_ms / t2) - np.exp(-peak_ms / t1)
    return np.where(since_ms < 0, 0.0, shape / peak)


def test_the_defaults(clamped):
    expected = {
        "fracca": 0.13, "mgblockscaler": 1, "tau_1": 3, "tau_rec": 800, "u0": 0.04, "gsynmod": 1,
        "e": 0, "GLUTg": 0, "GABABg": 0, **TIMES,
    }  # fmt: skip
    made = clamped(-70.0)
    assert {name: getattr(made.synapse, name) for name in expected} == expected


def test_the_course_and_the_shares_of_ampa_and_nmda(clamped):
    made = clamped(-70.0, u0=0.3, AMPAp=1.0, NMDAp=3.0, **TIMES)
    time_ms, ampa, nmda = made.conductances(60.0)
    share = WEIGHT_US * 0.3 / 4.0
    np.testing.assert_allclose(ampa, share * course(time_ms - 1.0, 1.0, 2.2), atol=1e-13)
    np.testing.assert_allclose(nmda, 3 * share * course(time_ms - 1.0, 1.0, 150.0), atol=1e-13)
    assert ampa.max() == pytest.approx(share, rel=1e-4), "the peak is the weight's share"
    assert nmda.max() == pytest.approx(3 * share, rel=1e-4)


def test_a_rise_as_slow_as_the_decay(clamped):
    """Both times the same would be 0/0: the rise is kept a little faster."""
    made = clamped(-70.0, u0=1.0, AMPAp=1.0, NMDAp=0.0, AMPAt1=5.0, AMPAt2=5.0)
    time_ms, ampa, nmda = made.conductances(30.0)
    assert ampa.max() == pytest.approx(WEIGHT_US, rel=1e-4)
    assert time_ms[ampa.argmax()] - 1.0 == pytest.approx(5.0, abs=0.1)
    assert not nmda.any()


def test_depression_and_recovery(clamped):
    """Each event takes u0 of what the last ones left, and of what has come back since."""
    events_ms = (1.0, 3.0, 13.0, 213.0)
    made = clamped(-70.0, events_ms, u0=0.4, AMPAp=1.0, NMDAp=1.0, **TIMES)
    time_ms, ampa, _nmda = made.conductances(230.0)
    y = z = last_ms = 0.0
    expected = np.zeros(len(time_ms))
    for event_ms in events_ms:
        # Tsodyks and Markram: y' = -y / tau_1, z' = y / tau_1 - z / tau_rec, in small steps.
        for _ in range(round((event_ms - last_ms) / 1e-3)):
            y, z = y - 1e-3 * y / 3.0, z + 1e-3 * (y / 3.0 - z / 800.0)
        used = 0.4 * (1.0 - y - z)
        expected += 0.5 * WEIGHT_US * used * course(time_ms - event_ms, 1.0, 2.2)
        y, last_ms = y + used, event_ms
    np.testing.assert_allclose(ampa, expected, rtol=0, atol=1e-4 * ampa.max())
    assert expected[time_ms > 213.0].max() < 0.75 * expected.max(), "it is depressed"


@pytest.mark.parametrize("voltage_mV", [-90.0, -65.0, -30.0, 0.0, 1e-4, 25.0])
def test_the_currents(clamped, voltage_mV):
    settings = {"GLUTg": 3e-4, "GABABg": 7e-4, "e": -2.0, "gsynmod": 0.8, "fracca": 0.2}
    made = clamped(voltage_mV, u0=0.3, AMPAp=0.4, NMDAp=0.6, mgblockscaler=0.9, **settings)
    made.conductances(5.0)
    section, s = made.section(0.5), made.synapse
    ampa, nmda = 0.8 * (s.Bampa - s.Aampa), 0.8 * (s.Bnmda - s.Anmda)
    cai, cao = section.cai, section.cao
    made.h.fcurrent()  # the currents of these states: those of a step are of its beginning
    v, open_ = section.v, 0.1 + 0.9 / (1 + 0.28 * np.exp(-0.062 * voltage_mV))
    f = R * (CELSIUS + 273.15) / (2e-3 * F)
    x = v / f
    drive = f * (cai / cao * np.exp(x) - 1) * (1 - x / 2 if abs(x) < 1e-4 else x / np.expm1(x))
    assert s.i == pytest.approx((ampa + nmda * open_ * 0.8 + 3e-4) * (v + 2.0), rel=1e-9)
    # What the ions of the segment get are densities, mA/cm2 of nA and um2.
    density = 100.0 / section.area()
    assert section.ica == pytest.approx(nmda * open_ * 0.2 * drive * density, rel=1e-6)
    assert section.ik == pytest.approx(7e-4 * (v + 90.0) * density, rel=1e-9)
