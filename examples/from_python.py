"""A fit from Python: arrays, a cell class, an error of one's own, and what was found.

    python from_python.py

It writes into the folder `runs`. Needs pandas: pip install 'pyneuronautofit[notebook]'.
"""

import matplotlib
import numpy as np
from neuron import h

import pyneuronautofit as pnaf

matplotlib.use("Agg")  # no window: a script has nobody to close it


class MyCell:
    """A soma with the channels of Hodgkin and Huxley."""

    def __init__(self, nid=None):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 30
        self.soma.insert("hh")

    def setcable(self):
        """Nothing follows from the parameters."""


PARAMS = [
    ["soma(0.5).hh.gnabar", "log", 0.02, 0.5],  # S/cm2
    ["soma(0.5).hh.gkbar", "log", 0.005, 0.2],
    ["soma(0.5).hh.gl", "log", 1e-5, 1e-2],
]


def my_error(model_mV, recording_mV):
    """Difference of the highest voltages."""
    return np.abs(model_mV.max(axis=1) - recording_mV.max(axis=1))


def simulated(amplitudes_pA, dt_ms):
    """Return voltages (mV) and currents (pA), shape (n_sweep, n_sample): the cell to be fitted."""
    h.load_file("stdrun.hoc")
    h.celsius, h.dt, h.steps_per_ms = 35, 0.0125, 80
    cell = MyCell()
    clamp = h.IClamp(cell.soma(0.5))
    clamp.delay, clamp.dur = 20, 100
    recorded = h.Vector().record(cell.soma(0.5)._ref_v, dt_ms)
    voltages, currents = [], []
    for amplitude_pA in amplitudes_pA:
        clamp.amp = amplitude_pA / 1000
        h.finitialize(-65)
        h.continuerun(150)
        voltages.append(recorded.as_numpy()[:1500].copy())
        time_ms = np.arange(1500) * dt_ms
        currents.append(np.where((time_ms >= 20) & (time_ms < 120), amplitude_pA, 0.0))
    return np.array(voltages), np.array(currents)


v, i = simulated([-100, 200, 400, 600, 800], dt_ms=0.1)

rec = pnaf.Recording.from_arrays(v, i, dt_ms=0.1)
fit = pnaf.fit(rec, MyCell, PARAMS, modes="OV", objectives=[my_error], hold_out=[1, 3],
               generations=50, seed=1, output="runs")  # fmt: skip
table = fit.to_dataframe()
best = fit.best("compromise")
axes = fit.plot()
report = fit.report()

print(table.describe())
print(best)
axes[0].figure.savefig("runs/fit.png")
print(report)
