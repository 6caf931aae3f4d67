"""How the batch simulator goes through time: NEURON's fixed step, or steps of its own."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit.errors import UsageError

DEFAULT_TOLERANCE_MV = 0.003
_LEAST_TOLERANCE_MV, _MOST_TOLERANCE_MV = 1e-5, 1.0
# Of a tolerance: what is nearly free of what its steps leave.
_FINER_PARTS = (0.01, 0.1)


@dataclass(frozen=True)
class Adaptive:
    """Every cell takes steps of its own, as long as its voltage allows.

    Attributes
    ----------
    tolerance_mV
        What a step may be wrong by in any node; docs/integrators.md says what that comes to.

    Raises
    ------
    UsageError
        If the tolerance is out of the range for which the method is made.
    """

    tolerance_mV: float = DEFAULT_TOLERANCE_MV

    def __post_init__(self) -> None:
        if not _LEAST_TOLERANCE_MV <= self.tolerance_mV <= _MOST_TOLERANCE_MV:
            raise UsageError(
                f"--tolerance {self.tolerance_mV:g}: expected {_LEAST_TOLERANCE_MV:g} to "
                f"{_MOST_TOLERANCE_MV:g} mV; {DEFAULT_TOLERANCE_MV:g} is nearer to the truth than "
                "NEURON's fixed step of 0.025 ms"
            )


def finer_tolerances(tolerance_mV: float) -> tuple[float, ...]:
    """Return tolerances whose steps leave next to nothing beside those of a given one.

    Returns
    -------
    tuple of float, mV, the smallest first
        A hundredth, and a tenth for cells that would need too many steps; none that is smaller than
        the method is made for. Empty where the given one is the least of all.
    """
    finer = {max(part * tolerance_mV, _LEAST_TOLERANCE_MV) for part in _FINER_PARTS}
    return tuple(sorted(each for each in finer if each < tolerance_mV))
