import numpy as np

from pyneuronautofit.plugins import objective


@objective(unit="ms")
def latency(voltage_mV, step_ms, stimulus, spike_threshold_mV):
    """Time from the stimulus to the first spike."""
    above = voltage_mV[:, stimulus.first :] > spike_threshold_mV
    return np.where(above.any(axis=1), above.argmax(axis=1) * step_ms, 1000.0)
