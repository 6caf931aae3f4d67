"""What `--sweeps` may say: numbers and half-open ranges of numbers, or names of stimuli."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyneuronautofit._text import listed_numbers, nearest, quoted, shortened
from pyneuronautofit._words import whole_range
from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings.selection.raw import RawRecording, RawSweep

#: Endings that number stimuli of one name: `Long Square 3`, `C1LSCOARSE[12]`.
_NUMBERED = re.compile(r"(?:[\s_\-#]*\d+|\s*[\[(]\s*\d+\s*[\])])+$")


def family(stimulus: str) -> str:
    """Return the name of a stimulus without the number behind it, in lower case."""
    return (_NUMBERED.sub("", stimulus.strip()) or stimulus.strip()).casefold()


@dataclass(frozen=True)
class SweepChoice:
    """Sweeps of a file that somebody asked for.

    Attributes
    ----------
    text
        As it was written.
    flag
        The option, for messages.
    """

    text: str
    flag: str = "--sweeps"

    def of(self, raw: RawRecording) -> tuple[RawSweep, ...]:
        """Return the sweeps that are asked for, in the order of the file.

        Raises
        ------
        UsageError
            If a part of it is nothing that the file has.
        """
        chosen: set[int] = set()
        for word in self._words:
            found = self._found(word, raw)
            if not found:
                raise UsageError(self._not_there(word, raw))
            chosen.update(found)
        return tuple(sweep for sweep in raw.sweeps if sweep.number in chosen)

    def names(self, number: int) -> bool:
        """Say whether a sweep is asked for by its very number."""
        return any(word.isdecimal() and int(word) == number for word in self._words)

    @property
    def _words(self) -> Sequence[str]:
        words = [word.strip() for word in self.text.split(",")]
        if not all(words):
            raise UsageError(
                f"{self.flag} {shortened(self.text)}: sweeps were expected, such as 0,3,5:12, or "
                "the name of a stimulus; there is nothing between two commas, or nothing at all"
            )
        return words

    def _found(self, word: str, raw: RawRecording) -> list[int]:
        numbers = [sweep.number for sweep in raw.sweeps]
        named = [s.number for s in raw.sweeps if word.casefold() in _names_of(s.stimulus)]
        if named:
            return named
        try:
            wanted = whole_range(word) or ()
            return [number for number in numbers if number in wanted]
        except ArgumentTypeError as error:
            raise UsageError(f"{self.flag} {shortened(self.text)}: {error}") from None

    def _not_there(self, word: str, raw: RawRecording) -> str:
        said = f"{self.flag} {shortened(self.text)}: {raw.name} has no sweep {shortened(word)}"
        stimuli = stimuli_of(raw)
        known = f"it has the sweeps {listed_numbers(sweep.number for sweep in raw.sweeps)}"
        if stimuli:
            counted = (f"'{name}' ({n})" for name, n in stimuli.items())
            known += f", with the stimuli {quoted(counted)}"
        guess = nearest(word, list(stimuli))
        return f"{said}; {known}." + (f" Did you mean '{guess}'?" if guess else "")


def stimuli_of(raw: RawRecording) -> Mapping[str, int]:
    """Return the names of a file's stimuli, and how many sweeps have each."""
    counts: dict[str, int] = {}
    for sweep in raw.sweeps:
        if sweep.stimulus:
            counts[sweep.stimulus] = counts.get(sweep.stimulus, 0) + 1
    return counts


def _names_of(stimulus: str) -> set[str]:
    """Return by what a stimulus may be asked for: its name, also without its number."""
    return {stimulus.strip().casefold(), family(stimulus)} - {""}
