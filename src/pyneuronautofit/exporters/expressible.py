"""Models whose channels are known to engines that have no .mod files: hh, pas, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import UsageError
from pyneuronautofit.exporters.kind import Exported

HH, PAS = "hh", "pas"
#: The temperature at which the rates of hh are those that its paper gives.
HH_DEGC = 6.3


def refuse_channels(export: Exported, kind: str) -> None:
    """Raise UsageError if there is a channel that the engine does not have."""
    others = sorted({*export.cell.mechanisms} - {HH, PAS})
    if others:
        raise UsageError(
            f"--as {kind}: the model has the channel(s) {quoted(others)}, which {kind} does not "
            f"have; it has those of {HH} and {PAS} alone. neuron, hoc and bluepyopt take any"
        )


def refuse_other_temperature(export: Exported, kind: str) -> None:
    """Raise UsageError if the rates of hh are not those of 6.3 degC."""
    temperature_degC = export.protocol.experiment.temperature_degC
    if HH in export.cell.mechanisms and temperature_degC != HH_DEGC:
        raise UsageError(
            f"--as {kind}: the model was fitted at {temperature_degC:g} degC, and the channels "
            f"{HH} of {kind} know {HH_DEGC:g} degC alone. neuron, hoc and bluepyopt take any"
        )


def refuse_joints(export: Exported, kind: str, places: Iterable[float]) -> None:
    """Raise UsageError unless sections are joined by their beginnings, at these places."""
    for section in export.cell.sections:
        if section.parent < 0:
            continue
        if section.own_x != 0.0 or section.parent_x not in places:
            parent = export.cell.sections[section.parent].name
            raise UsageError(
                f"--as {kind}: {section.name}({section.own_x:g}) is joined to "
                f"{parent}({section.parent_x:g}), and {kind} joins beginnings to ends: "
                "neuron, hoc and bluepyopt take any shape"
            )
