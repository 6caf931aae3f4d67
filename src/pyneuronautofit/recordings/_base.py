"""What a recording is."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from pyneuronautofit._text import listed_numbers, quoted, told
from pyneuronautofit._types import FloatArray
from pyneuronautofit._words import unusable_name
from pyneuronautofit.errors import RecordingError

_MATRIX = 2


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """A current-clamp recording: what went into the cell, and what came out.

    It is checked once, here; whoever holds a `Recording` need not check again.

    Attributes
    ----------
    name : str
        The file's name, used in messages and stored in results.
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
        Membrane potential; read-only, C order.
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
        Injected current; read-only, C order.
    step_ms : float
        Time between two samples, ms.
    current_is_command : bool
        True if the current is the protocol's command waveform, without noise: the holding current
        is then its first sample. False for a current that was recorded.
    channels : str
        A sentence that says which channels were taken, for the log.
    command_pA : FloatArray, shape (n_sweep, n_sample), pA, or None
        The command waveform beside a current that was recorded, where the two agree: the stimulus
        is looked for in it.
    numbers : tuple of int, n_sweep
        The sweeps' numbers in the file, ascending: what masks, messages and results call them.
        Given none, they are counted from 0.

    Raises
    ------
    RecordingError
        If the arrays are not two matrices of finite numbers and equal shape, of at least one sweep
        and two samples, or if the step is not a positive number.
    """

    name: str
    voltage_mV: FloatArray = field(repr=False)
    current_pA: FloatArray = field(repr=False)
    step_ms: float
    current_is_command: bool = False
    channels: str = ""
    command_pA: FloatArray | None = field(default=None, repr=False)
    numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        voltage = finite_matrix(self.voltage_mV, "voltage", self.name)
        current = finite_matrix(self.current_pA, "current", self.name)
        if voltage.shape != current.shape:
            raise RecordingError(
                f"{self.name}: voltage and current must have the same shape (sweeps, samples), but "
                f"the voltage is {voltage.shape} and the current {current.shape}. Give one current "
                "sample for every voltage sample."
            )
        object.__setattr__(self, "voltage_mV", voltage)
        object.__setattr__(self, "current_pA", current)
        if self.command_pA is not None:
            command = finite_matrix(self.command_pA, "command", self.name)
            if command.shape != current.shape:
                raise ValueError(f"{self.name}: a command of another shape than its current")
            object.__setattr__(self, "command_pA", command)
        object.__setattr__(self, "step_ms", positive_step(self.step_ms, self.name))
        numbers = self.numbers or tuple(range(len(voltage)))
        if len(numbers) != len(voltage) or list(numbers) != sorted(set(numbers)):
            raise ValueError(f"{self.name}: {numbers} are no numbers of {len(voltage)} sweeps")
        object.__setattr__(self, "numbers", numbers)

    @classmethod
    def from_arrays(
        cls, voltage_mV: Any, current_pA: Any, *, dt_ms: float, name: str = "recording"
    ) -> Self:
        """Make a recording from arrays.

        Parameters
        ----------
        voltage_mV : array_like, shape (n_sweep, n_sample) or (n_sample,), mV
            Membrane potential.
        current_pA : array_like, shape (n_sweep, n_sample) or (n_sample,), pA
            Injected current.
        dt_ms : float
            Time between two samples, ms.
        name : str
            What messages, files and reports call it.

        Raises
        ------
        RecordingError
            As `Recording`, or if the name cannot be a part of a file's name.

        Examples
        --------
        >>> import numpy as np
        >>> current = np.zeros((2, 1000))
        >>> current[1, 200:800] = 50.0
        >>> Recording.from_arrays(current - 65.0, current, dt_ms=0.1, name="cell7")
        Recording(cell7: 2 sweeps of 100 ms, 0.1 ms apart)
        """
        if not isinstance(name, str) or not name or "/" in name or unusable_name(name):
            raise RecordingError(
                f"a recording's name becomes a part of the names of files: expected some text "
                f"without '/', found {name!r}"
            )
        voltage = _sweeps(voltage_mV, "voltage", name)
        return cls(name, voltage, _sweeps(current_pA, "current", name), dt_ms)

    def __repr__(self) -> str:
        return (
            f"Recording({self.name}: {self.n_sweep} sweeps of {self.duration_ms:g} ms, "
            f"{self.step_ms:g} ms apart)"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{number}</td><td>{v.min():.1f} to {v.max():.1f}</td>"
            f"<td>{i.min():.4g} to {i.max():.4g}</td></tr>"
            for number, v, i in zip(self.numbers, self.voltage_mV, self.current_pA, strict=True)
        )
        heads = "<tr><th>sweep</th><th>voltage (mV)</th><th>current (pA)</th></tr>"
        return f"<table><caption>{html.escape(repr(self))}</caption>{heads}{rows}</table>"

    @property
    def n_sweep(self) -> int:
        """Number of sweeps."""
        return int(self.voltage_mV.shape[0])

    @property
    def n_sample(self) -> int:
        """Number of samples in a sweep."""
        return int(self.voltage_mV.shape[1])

    @property
    def duration_ms(self) -> float:
        """Length of a sweep, ms."""
        return self.n_sample * self.step_ms


def _sweeps(values: Any, what: str, name: str) -> Any:
    """Return values with an axis for the sweeps, where there is but one."""
    found = _array(values, what, name)
    return found[None] if found.ndim == 1 else found


def _array(values: Any, what: str, name: str) -> np.ndarray[Any, Any]:
    """Return values as an array; raises RecordingError where they are none, or are masked."""
    if np.ma.is_masked(values):
        n_masked = int(np.sum(np.ma.getmask(values)))
        raise RecordingError(
            f"{name}: {n_masked} of {np.size(values)} values of the {what} are masked: expected a "
            "value for every sample. Leave out the sweeps that have them, or fill them: "
            "values.filled(..)"
        )
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise RecordingError(
            f"{name}: the {what} must be a matrix [sweep, sample] of numbers, with equally many "
            f"samples in every sweep, but {_lengths(values) or told(error)}"
        ) from error


def _lengths(values: Any) -> str:
    """Say which sweep has how many samples; nothing where they have no numbers of them."""
    sizes: dict[int, list[int]] = {}
    try:
        for number, sweep in enumerate(values):
            sizes.setdefault(len(sweep), []).append(number)
    except TypeError:
        return ""
    if len(sizes) < 2:
        return ""
    said = (f"{size} in sweep {listed_numbers(sweeps)}" for size, sweeps in sizes.items())
    return f"there are {quoted(said)} (sweeps from 0). Cut them to one length"


@dataclass(frozen=True)
class ChannelChoice:
    """Which channels of a file to take: a number (from 0), a name, or None for the usual one."""

    voltage: int | str | None = None
    current: int | str | None = None


def matrix(values: Any, what: str, name: str) -> FloatArray:
    """Return `values` as a checked, read-only copy, or itself where nobody can write to it.

    Parameters
    ----------
    values : array_like, shape (n_sweep, n_sample)
        Numbers of any real type and unit.
    what : str
        What the values are, for messages: "voltage" or "current".
    name : str
        Where they are from, for messages.

    Returns
    -------
    FloatArray, shape (n_sweep, n_sample)
        In the unit of `values`.
    """
    found = _array(values, what, name)
    if found.dtype.kind not in "fiu":
        raise RecordingError(
            f"{name}: the {what} must be numbers, but its values are of type {found.dtype}. "
            "Store it as an array of floating-point numbers."
        )
    if found.ndim != _MATRIX or found.shape[0] < 1 or found.shape[1] < 2:
        raise RecordingError(
            f"{name}: the {what} must be a matrix [sweep, sample] of at least one sweep and two "
            f"samples, but its shape is {found.shape}. "
            + ("A single sweep needs the shape (1, samples)." if found.ndim == 1 else "")
        )
    if _is_frozen(found):
        return found
    result = np.array(found, dtype=np.float64, order="C")
    result.setflags(write=False)
    return result


def finite_matrix(values: Any, what: str, name: str) -> FloatArray:
    """Return `values` as `matrix` does, after checking that all are finite numbers."""
    result = matrix(values, what, name)
    bad = np.argwhere(~np.isfinite(result))
    if len(bad):
        sweep, sample = bad[0]
        raise RecordingError(
            f"{name}: the {what} must be finite, but {len(bad)} of its {result.size} samples are "
            f"not; the first is {result[sweep, sample]} in sweep {sweep}, sample {sample} (both "
            "from 0). Leave that sweep out, or repair the samples."
        )
    return result


def _is_frozen(values: Any) -> bool:
    """Say whether an array is as a recording keeps it, with memory of its own."""
    flags = values.flags
    own = flags.owndata and flags.c_contiguous and not flags.writeable
    return bool(own and values.dtype == np.float64)


def positive_step(value: Any, name: str) -> float:
    """Return the sampling step, ms, after checking that it is a positive finite number."""
    try:
        # A text that is a number is none: whoever reads it has to say so.
        step = float("nan") if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError):
        step = float("nan")
    if not 0.0 < step < float("inf"):
        raise RecordingError(
            f"{name}: the time between two samples must be a positive number of ms, but it is "
            f"{value!r}. Correct it in the file; 20 kHz, for example, is 0.05."
        )
    return step
