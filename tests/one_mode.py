"""A plug-in for tests: an evaluation mode."""

from pyneuronautofit.plugins import objective


@objective(unit="mV")
def highest(voltage_mV):
    """Highest voltage."""
    return voltage_mV.max(axis=1)
