"""Choosing the voltage and the current among the signals of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit.errors import UsageError


@dataclass(frozen=True)
class Signal:
    """One channel of a file: its number from 0, and the name and the unit that it was given."""

    index: int
    name: str
    unit: str

    def __str__(self) -> str:
        return f"{self.index} '{self.name}' in {self.unit or 'no unit'}"


def choose(
    signals: Sequence[Signal],
    wanted: int | str | None,
    factors: Mapping[str, float],
    flag: str,
    name: str,
) -> Signal | None:
    """Return the wanted signal, or the first one whose unit is among `factors`.

    Parameters
    ----------
    signals : sequence of Signal
        What the file has.
    wanted : int, str or None
        A number, a name (a number in digits where no signal is called so), or None. Behind either a
        colon and a unit, which the signal then has whatever the file says: `0:mV`.
    factors : mapping
        Units that will do, as in `units.TO_MV`.
    flag : str
        The option that `wanted` comes from, for messages.
    name : str
        The file's name, for messages.

    Raises
    ------
    UsageError
        If the wanted signal does not exist, or has another kind of unit.
    """
    if wanted is None:
        return next((signal for signal in signals if signal.unit in factors), None)
    signal = named(signals, wanted)
    if signal is None:
        signal = _with_unit(signals, str(wanted), factors)
    if signal is None:
        guess = nearest(str(wanted), [each.name for each in signals])
        raise UsageError(
            f"{flag} {wanted}: {name} has no such channel; it has {listed(signals)}."
            + (f" Did you mean {guess}?" if guess else "")
        )
    if signal.unit not in factors:
        raise UsageError(
            f"{flag} {wanted}: a channel in one of the units {quoted(factors)} is needed, but in "
            f"{name} this is channel {signal}. It has {listed(signals)}."
        )
    return signal


def _with_unit(
    signals: Sequence[Signal], wanted: str, factors: Mapping[str, float]
) -> Signal | None:
    """Return the signal that is named before a colon, with the unit behind it; None: it is none."""
    before, _, unit = wanted.rpartition(":")
    signal = named(signals, before) if unit.strip() in factors else None
    return None if signal is None else replace(signal, unit=unit.strip())


def refuse_choice(
    voltage: int | str | None, current: int | str | None, name: str, has: str
) -> None:
    """Refuse channels that are asked for of a file without any.

    Parameters
    ----------
    voltage, current
        What is asked for; None: nothing.
    name, has
        The file's name, and what it has instead.
    """
    for flag, wanted in (("--voltage-channel", voltage), ("--current-channel", current)):
        if wanted is not None:
            raise UsageError(
                f"{flag} {wanted}: {name} has no channels to choose from, only {has}. "
                f"Leave {flag} out."
            )


def named(signals: Sequence[Signal], wanted: int | str) -> Signal | None:
    """Return the signal of this number or name, or None."""
    text = str(wanted).strip()
    if isinstance(wanted, str):
        for signal in signals:
            if signal.name.casefold() == text.casefold():
                return signal
    number = int(text) if text.isascii() and text.isdigit() else None
    return next((signal for signal in signals if signal.index == number), None)


def listed(signals: Sequence[Signal]) -> str:
    """Return `channel 0 'IN 0' in mV, channel 1 'IN 1' in pA`."""
    return quoted(f"channel {signal}" for signal in signals)
