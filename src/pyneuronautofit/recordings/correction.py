"""What is added to a recording before anything is done with it."""

from __future__ import annotations

import logging
from dataclasses import replace

from pyneuronautofit.recordings._base import Recording

_log = logging.getLogger(__name__)


def corrected(recording: Recording, offset_mV: float, added_pA: float) -> Recording:
    """Return a recording with corrected voltages and currents, and log what was done.

    Parameters
    ----------
    offset_mV
        Added to the voltage: a liquid junction potential.
    added_pA
        Added to the current: a holding current that the file does not have.
    """
    if not offset_mV and not added_pA:
        return recording
    command = recording.command_pA
    _log.info(
        "%s: corrected by %g mV (--voltage-offset) and %g pA (--add-current)",
        recording.name, offset_mV, added_pA,
    )  # fmt: skip
    return replace(
        recording,
        voltage_mV=recording.voltage_mV + offset_mV,
        current_pA=recording.current_pA + added_pA,
        command_pA=None if command is None else command + added_pA,
    )
