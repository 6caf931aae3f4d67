"""What a cell may not have, if generated code is to simulate it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.simulators.neuron.hoc import neuron

_ADVICE = "Use --simulator neuron for this model."
# NEURON's own that inject current, or watch.
_ELECTRODES = frozenset({"IClamp", "SEClamp", "VClamp", "APCount"})


def refuse_unsupported(cell: Any, soma_segment: Any) -> None:
    """Raise UnsupportedModel if there is more to a cell than membrane and axial current.

    Call it before anything of one's own is put into the cell.
    """
    owner = f"the cell class {type(cell).__name__}"
    for section in soma_segment.sec.wholetree():
        for what in _unsupported(section):
            raise UnsupportedModel(
                f"{owner}: section {_name_of(section)} has {what}, which --simulator batch cannot "
                f"simulate. {_ADVICE}"
            )
    if neuron().List("NetCon").count():
        raise UnsupportedModel(
            f"{owner}: it makes a NetCon, whose events --simulator batch cannot see. {_ADVICE}"
        )
    if neuron().List("LinearMechanism").count():
        raise UnsupportedModel(
            f"{owner}: it makes a LinearMechanism, whose equations --simulator batch cannot "
            f"see. {_ADVICE}"
        )


def _name_of(section: Any) -> str:
    """Return a section's name without the cell's, which may be an address in memory."""
    return str(section.name()).rpartition(".")[2]


def _unsupported(section: Any) -> Iterator[str]:
    if section.has_membrane("extracellular"):
        yield "the mechanism extracellular"
    if section.rallbranch != 1:
        yield f"rallbranch = {section.rallbranch:g} instead of 1"
    for segment in section.allseg():
        at_end = segment.x in {0.0, 1.0}
        for process in segment.point_processes():
            # Without its number, which counts those of all cells that there were.
            kind = process.hname().partition("[")[0]
            if at_end or kind in _ELECTRODES:
                yield f"the point process {kind} at {segment.x:g}"
