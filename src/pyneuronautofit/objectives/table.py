"""The evaluation modes. Adding one: a class in its family's file, and a line in CLASSES.

Plug-ins are looked up beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyneuronautofit._options import field_names
from pyneuronautofit._plugins import OBJECTIVE, explicit_plug_ins, find_plug_in, usable_plug_ins
from pyneuronautofit._registry import table_by
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives._base import Objective
from pyneuronautofit.objectives.custom import mode_of
from pyneuronautofit.objectives.efel_ import efel_identity, efel_mode, is_efel
from pyneuronautofit.objectives.phase_plane import PhasePlane, StimulusPhasePlane
from pyneuronautofit.objectives.shapes import AverageSpikeShape, SpikeShapes
from pyneuronautofit.objectives.spikes import (
    FiringRate,
    SpikeCount,
    SpikeCounts,
    SpikeTimes,
    SpikeWidths,
)
from pyneuronautofit.objectives.statistics import AfterStimulus, RestingPotential, WithinStimulus
from pyneuronautofit.objectives.voltage import (
    LateVoltage,
    SmoothedVoltage,
    StimulusVoltage,
    SubthresholdVoltage,
    VoltageDistance,
    WeightedVoltage,
)

CLASSES: tuple[type[Objective], ...] = (
    SpikeCount,
    SpikeCounts,
    SpikeTimes,
    SpikeShapes,
    AverageSpikeShape,
    SpikeWidths,
    RestingPotential,
    AfterStimulus,
    WithinStimulus,
    SubthresholdVoltage,
    StimulusVoltage,
    LateVoltage,
    VoltageDistance,
    WeightedVoltage,
    PhasePlane,
    StimulusPhasePlane,
    FiringRate,
    SmoothedVoltage,
)


def _built_in() -> Mapping[str, type[Objective]]:
    return table_by(lambda mode: mode.code, CLASSES)


class _Modes(Mapping[str, type[Objective]]):
    """The built-in modes, and those of plug-ins: of these one is loaded when it is asked for."""

    def __getitem__(self, code: str) -> type[Objective]:
        built_in = _built_in()
        if code in built_in:
            _refuse_built_in(code)
            return built_in[code]
        plug_in = find_plug_in(OBJECTIVE, code)
        if plug_in is not None:
            return mode_of(plug_in)
        if is_efel(code):
            return efel_mode(code)
        raise KeyError(code)

    def __iter__(self) -> Iterator[str]:
        plugged = usable_plug_ins(OBJECTIVE, mode_of)
        return iter(dict.fromkeys([*_built_in(), *plugged]))

    def __len__(self) -> int:
        return sum(1 for _code in self)


class _Titles(Mapping[str, str]):
    """What modes compare; one is looked up without the others."""

    def __getitem__(self, code: str) -> str:
        return OBJECTIVES[code].title

    def __iter__(self) -> Iterator[str]:
        return iter(OBJECTIVES)

    def __len__(self) -> int:
        return len(OBJECTIVES)


#: The modes, by code: a letter, or a name in braces.
OBJECTIVES: Mapping[str, type[Objective]] = _Modes()

#: What each mode compares, by code.
ALL_MODES: Mapping[str, str] = _Titles()

# Two entries of one letter are found at import.
_built_in()


def built_in_modes() -> tuple[str, ...]:
    """Return the letters of the modes that are no plug-ins."""
    return tuple(_built_in())


def modes_that_read(setting: str, among: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the codes of the modes that read a setting of the evaluation; all: those of none.

    Parameters
    ----------
    among
        Codes, also of modes that are not there; None: those of all that are.
    """
    codes = OBJECTIVES if among is None else [c for c in dict.fromkeys(among) if c in OBJECTIVES]
    return tuple(code for code in codes if setting in field_names(OBJECTIVES[code]))


def identity_of_family(code: str) -> str:
    """Return by what a run knows that a mode is the same that is neither built in nor a plug-in.

    Empty where there is no such mode.
    """
    return efel_identity(code)


def _refuse_built_in(code: str) -> None:
    for plug_in in explicit_plug_ins(OBJECTIVE):
        if plug_in.code == code:
            raise UsageError(
                f"the evaluation mode {code} is built in, and another one is in {plug_in.origin}: "
                "leave that out, or give it a name of its own"
            )
