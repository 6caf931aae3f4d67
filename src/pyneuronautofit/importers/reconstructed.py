"""Models of tools that keep a morphology beside what they say of the cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pyneuronautofit.importers.morphology import (
    find_morphology,
    in_regions,
    morphology_text,
    plain_name,
)
from pyneuronautofit.importers.project import ImportedModel, ImportSettings

_CELL = """

class Cell:
    def __init__(self, nid=0):
        read_morphology(self)
{axon}        self.all = [*self.soma, *self.dend, *self.apic, *self.axon]
        for section in self.all:
            section.nseg = 1 + 2 * int(section.L / 40)
{statements}
    def setcable(self):
        pass
"""


def on_morphology(
    said: ImportedModel,
    folder: Path,
    settings: ImportSettings,
    *,
    stub: bool,
    stub_um: float | None = None,
) -> ImportedModel:
    """Return a model with its morphology, and what is searched in the regions that this has.

    Parameters
    ----------
    said
        What the tool's files say; its body are the statements that follow those that read the
        morphology, in `__init__`.
    folder
        Of the model, below which the morphology is looked for.
    stub
        Whether two short sections take the place of the axon.
    stub_um
        How thick they are; None: as the axon was there.

    Raises
    ------
    ModelError
        If there is no morphology, or it is not known which, or NEURON cannot read it.
    """
    morphology = find_morphology(folder, settings.morphology)
    there = in_regions(morphology, [row[0] for row in said.rows], stub=stub)
    uses_math = any("math." in text for text in (*said.profiles.values(), said.body))
    reading = morphology_text(morphology, stub=stub, stub_um=stub_um, math=uses_math)
    axon = "        replace_axon(self)\n" if stub else ""
    return replace(
        said,
        origin=f"{said.origin} and {morphology.name}.",
        body=reading + _CELL.format(axon=axon, statements=said.body),
        rows=[row for row in said.rows if row[0] in there],
        profiles={name: text for name, text in said.profiles.items() if name in there},
        values={name: value for name, value in said.values.items() if name in there},
        files={plain_name(morphology): morphology},
    )
