"""Statements that read a morphology, for the project files of tools that have one beside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit.errors import ModelError

_PLAIN = re.compile(r"[\w.+-]+", re.ASCII)
#: Ending of a file -> NEURON's reader of it.
READERS = {
    ".swc": "Import3d_SWC_read",
    ".asc": "Import3d_Neurolucida3",
}

# What sections are called in such files.
_SWC_KINDS = {"2": "axon", "3": "dend", "4": "apic"}
_ASC_WORDS = {"(Axon)": "axon", "(Dendrite)": "dend", "(Apical)": "apic"}

_HEAD = '''\
import os
{math}
from neuron import h

h.load_file("stdlib.hoc")
h.load_file("import3d.hoc")
HERE = os.path.dirname(os.path.abspath(__file__))
MORPHOLOGY = {name!r}


def read_morphology(cell):
    """Give a cell the lists soma, dend, apic and axon of its sections."""
    cell.soma, cell.dend, cell.apic, cell.axon = [], [], [], []
    reader = h.{reader}()
    reader.quiet = 1
    before = os.getcwd()
    os.chdir(HERE)  # NEURON takes names of plain letters alone: the folder's may have others
    try:
        reader.input(MORPHOLOGY)
    finally:
        os.chdir(before)
    h.Import3d_GUI(reader, False).instantiate(cell)
'''
_STUB = '''

def replace_axon(cell):
    """Put two sections of 30 um in the place of the axon, {told}."""
{thick}    for section in cell.axon:
        h.delete_section(sec=section)
    cell.axon = [h.Section(name=f"axon[{number}]", cell=cell) for number in range(2)]
{set}    cell.axon[0].connect(cell.soma[0](0.5), 0)
    cell.axon[1].connect(cell.axon[0](1), 0)
'''


_AS_IT_WAS = (
    "as thick as it was there",
    """\
    h.distance(0, cell.soma[0](0.5))
    thick = [cell.axon[0].diam, cell.axon[0].diam] if cell.axon else [1.0, 1.0]
    for section in cell.axon[1:]:
        if h.distance(section(0.5)) > 60.0:
            thick[1] = section.diam
            break
""",
    """\
    for section, diam in zip(cell.axon, thick):
        section.L, section.diam = 30.0, diam
""",
)
_FIXED = """\
    for section in cell.axon:
        section.L, section.diam = 30.0, {um}
"""


def morphology_text(
    path: Path, *, stub: bool, stub_um: float | None = None, math: bool = False
) -> str:
    """Return the statements that define `read_morphology`, and `replace_axon` if there is a stub.

    Parameters
    ----------
    stub_um
        The diameter of the stub's sections; None: that of the axon in whose place they are.
    math
        Whether the module `math` is needed.

    Raises
    ------
    ModelError
        If NEURON has no reader for such a file.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ModelError(
            f"{path}: NEURON's Import3d reads .swc and .asc files; convert this morphology, or "
            "name another one with --morphology"
        )
    text = _HEAD.format(name=plain_name(path), reader=reader, math="import math\n" if math else "")
    if not stub:
        return text
    told, thick, diam = _AS_IT_WAS if stub_um is None else (f"{stub_um} um thick", "", _FIXED)
    diam = diam.replace("{um}", repr(stub_um))
    stubbed = _STUB.replace("{told}", told).replace("{thick}", thick)
    return text + stubbed.replace("{set}", diam)


def plain_name(path: Path) -> str:
    """Return the name under which a morphology is copied: NEURON reads plain letters alone."""
    return path.name if _PLAIN.fullmatch(path.name) else f"morphology{path.suffix.lower()}"


def find_morphology(folder: Path, given: Path | None) -> Path:
    """Return the morphology of a model: the one that was given, or the only one below its folder.

    Raises
    ------
    ModelError
        If there is none, or there are several.
    """
    if given is not None:
        if not given.is_file():
            raise ModelError(f"there is no morphology {given}")
        return given
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in READERS and p.is_file())
    if len(found) == 1:
        return found[0]
    listed = ", ".join(str(path.relative_to(folder)) for path in found[:5])
    what = f"there are several: {listed}" if found else "there is none (.swc, .asc)"
    raise ModelError(f"{folder}: which morphology belongs to the model? {what}; use --morphology")


def in_regions(path: Path, names: Sequence[str], *, stub: bool) -> frozenset[str]:
    """Return those parameters whose sections a morphology has.

    Parameters
    ----------
    names
        Paths that begin with soma, dend, apic, axon or all.
    stub
        Whether there is an axon in any case.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix.lower() == ".swc":
        rows = (line.split() for line in text.splitlines() if not line.lstrip().startswith("#"))
        kinds = {row[1] for row in rows if len(row) > 1}
        there = {name for kind, name in _SWC_KINDS.items() if kind in kinds}
    else:
        there = {name for word, name in _ASC_WORDS.items() if word in text}
    there |= {"soma", "all"} | ({"axon"} if stub else set())
    return frozenset(name for name in names if name.partition("[")[0] in there)
