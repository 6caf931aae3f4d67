"""What a file has, sweep by sweep, before anybody says that they belong together."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyneuronautofit._types import FloatArray


@dataclass(frozen=True, eq=False)
class RawSweep:
    """One sweep as its file has it.

    Attributes
    ----------
    number
        Its number in the file.
    voltage_mV, current_pA : FloatArray, shape (n_sample,), mV and pA; or None
        What was recorded; samples may be nan. None where the sweep is `unusable`.
    step_ms
        Time between two samples, ms; nan where nothing is known of it.
    command_pA : FloatArray, shape (n_sample,), pA, or None
        The command beside a current that was recorded, where the two agree.
    stimulus
        What the file calls its stimulus; empty: nothing.
    unusable
        Why it is no current-clamp sweep that can be used; empty: it may be one.
    """

    number: int
    voltage_mV: FloatArray | None = field(default=None, repr=False)
    current_pA: FloatArray | None = field(default=None, repr=False)
    step_ms: float = float("nan")
    command_pA: FloatArray | None = field(default=None, repr=False)
    stimulus: str = ""
    unusable: str = ""


@dataclass(frozen=True, eq=False)
class RawRecording:
    """The sweeps of a file.

    Attributes
    ----------
    name
        The file's name, for messages.
    sweeps
        In the order of the file.
    channels
        A sentence that says which channels were taken, for the log.
    current_is_command
        As of `Recording`.
    """

    name: str
    sweeps: tuple[RawSweep, ...]
    channels: str = ""
    current_is_command: bool = False


def raw_of_matrices(
    name: str,
    voltage_mV: FloatArray,
    current_pA: FloatArray,
    step_ms: float,
    command_pA: FloatArray | None = None,
    *,
    numbers: tuple[int, ...] = (),
    channels: str = "",
    current_is_command: bool = False,
) -> RawRecording:
    """Return the sweeps of matrices.

    Parameters
    ----------
    voltage_mV, current_pA, command_pA : FloatArray, shape (n_sweep, n_sample)
        Of equal shape.
    numbers
        Of the sweeps; none: they are counted from 0.
    """
    sweeps = tuple(
        RawSweep(
            number,
            voltage_mV[place],
            current_pA[place],
            step_ms,
            None if command_pA is None else command_pA[place],
        )
        for place, number in enumerate(numbers or range(len(voltage_mV)))
    )
    return RawRecording(name, sweeps, channels, current_is_command)
