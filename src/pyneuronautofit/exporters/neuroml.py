"""A fitted cell in NeuroML 2, where its channels are hh and pas.

jNeuroML translates the cell for NEURON, which replays the sweeps. The NMODL that it writes takes the
gates of the step before for the conductance, so it comes near to the solution of the equations with
the length of the steps only: they are a sixteenth of usual ones, for both sides of the proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from pyneuronautofit._atomic import write_text
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import UsageError
from pyneuronautofit.exporters.expressible import HH, PAS, refuse_channels, refuse_joints
from pyneuronautofit.exporters.flat import FlatCell, FlatSection
from pyneuronautofit.exporters.kind import Exported, ExportKind

CELL = "fitted_cell"
_NML, _LEMS, _SCRIPT = "cell.nml", "LEMS_cell.xml", "run.py"
# Channel of NeuroML -> mechanism, its conductance and reversal potential, the ion.
_DENSITIES = {
    "naChan": (HH, "gnabar_hh", "ena", "na"),
    "kChan": (HH, "gkbar_hh", "ek", "k"),
    "hhLeak": (HH, "gl_hh", "el_hh", "non_specific"),
    "passive": (PAS, "g_pas", "e_pas", "non_specific"),
}
# What jNeuroML calls in a cell so itself.
_TAKEN = frozenset(
    ["all", "init", "topol", "basic_shape", "subsets", "geom", "memb", "x", "y", "z", "position", "toString", "netInfo", "synlist", "H", "biophys", "geom_nseg", "set_initial_v"]
)


def refuse_for_neuroml(export: Exported) -> None:
    """Raise UsageError for a model that is not written in NeuroML."""
    refuse_channels(export, "neuroml")
    refuse_joints(export, "neuroml", (1.0,))
    for section in export.cell.sections:
        varying = [name for name, values in section.ranges.items() if len(set(values)) > 1]
        if not section.points and len(set(section.diameter_um)) > 1:
            varying.append("diam")
        if varying:
            raise UsageError(
                f"--as neuroml: {varying[0]} differs from segment to segment of {section.name}, and "
                "only what is the same in all of a section is written in NeuroML: neuron, hoc and "
                "bluepyopt take any"
            )


def write_neuroml(export: Exported, folder: Path) -> None:
    """Write `cell.nml`, and what translates and replays it."""
    names = _names(export.cell)
    write_text(folder / _NML, "\n".join(_document(export, names)) + "\n")
    texts = resources.files(__package__).joinpath("texts")
    write_text(folder / _LEMS, texts.joinpath(_LEMS).read_text("utf-8"))
    script = Template(texts.joinpath("neuroml.py.txt").read_text("utf-8"))
    soma = repr(names[export.cell.soma])
    write_text(folder / _SCRIPT, script.substitute(version=__version__, soma=soma))


def _names(cell: FlatCell) -> list[str]:
    """Return what NeuroML may call the sections."""
    names = [re.sub(r"\W+", "_", section.name).rstrip("_") for section in cell.sections]
    if len(set(names)) < len(names) or _TAKEN & {*names}:
        return [f"{name}_{number}_" for number, name in enumerate(names)]
    return names


def _document(export: Exported, names: list[str]) -> Iterator[str]:
    cell = export.cell
    yield f'<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="{CELL}_document">'
    yield f"  <notes>{escape(_line(export.title))}. Written by pyneuronautofit {__version__}."
    yield "Proof: not made yet</notes>"
    yield resources.files(__package__).joinpath("texts/channels.nml").read_text("utf-8").rstrip()
    yield f'  <cell id="{CELL}">'
    yield '    <morphology id="morphology">'
    yield from _morphology(cell, names)
    yield "    </morphology>"
    yield '    <biophysicalProperties id="biophysics">'
    yield "      <membraneProperties>"
    for name, section in zip(names, cell.sections, strict=True):
        yield from _densities(name, section)
    yield '        <spikeThresh value="0mV"/>'
    for name, section in zip(names, cell.sections, strict=True):
        value = f"{section.cm[0]!r} uF_per_cm2"
        yield f'        <specificCapacitance value="{value}" segmentGroup="{name}"/>'
    initial_mV = export.protocol.experiment.initial_mV
    yield f'        <initMembPotential value="{initial_mV!r} mV"/>'
    yield "      </membraneProperties>"
    yield "      <intracellularProperties>"
    for name, section in zip(names, cell.sections, strict=True):
        value = f"{section.axial_ohm_cm!r} ohm_cm"
        yield f'        <resistivity value="{value}" segmentGroup="{name}"/>'
    yield "      </intracellularProperties>"
    yield "    </biophysicalProperties>"
    yield "  </cell>"
    temperature = f"{export.protocol.experiment.temperature_degC!r} degC"
    yield f'  <network id="network" type="networkWithTemperature" temperature="{temperature}">'
    yield f'    <population id="population" component="{CELL}" size="1"/>'
    yield "  </network>"
    yield "</neuroml>"


def _line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _morphology(cell: FlatCell, names: list[str]) -> Iterator[str]:
    """Yield the segments, parents before their children, and a group for every section."""
    points: dict[int, list[tuple[float, float, float, float]]] = {}
    last: dict[int, int] = {}
    groups = []
    waiting = [n for n, section in enumerate(cell.sections) if section.parent < 0]
    count = 0
    while waiting:
        number = waiting.pop(0)
        waiting += [n for n, section in enumerate(cell.sections) if section.parent == number]
        section, name = cell.sections[number], names[number]
        begin = points[section.parent][-1] if section.parent >= 0 else (0.0, 0.0, 0.0, 0.0)
        points[number] = _points(section, begin)
        members = []
        for one, other in zip(points[number][:-1], points[number][1:], strict=True):
            parent = count - 1 if members else last.get(section.parent, -1)
            yield f'      <segment id="{count}" name="{name}_part_{len(members)}">'
            yield from ([f'        <parent segment="{parent}"/>'] if parent >= 0 else [])
            # Where a section begins is not always where the one before ends.
            yield from ([] if members else [f"        <proximal {_point(one)}/>"])
            yield f"        <distal {_point(other)}/>"
            yield "      </segment>"
            members.append(count)
            count += 1
        last[number] = members[-1]
        groups.append((name, section.n_segment, members))
    for name, n_segment, members in groups:
        yield f'      <segmentGroup id="{name}" neuroLexId="sao864921383">'
        yield f'        <property tag="numberInternalDivisions" value="{n_segment}"/>'
        yield from (f'        <member segment="{member}"/>' for member in members)
        yield "      </segmentGroup>"


def _points(
    section: FlatSection, begin: tuple[float, float, float, float]
) -> list[tuple[float, float, float, float]]:
    if section.points:
        return list(section.points)
    x, y, z, _diameter = begin
    diameter = section.diameter_um[0]
    return [(x, y, z, diameter), (x + section.length_um, y, z, diameter)]


def _point(point: tuple[float, float, float, float]) -> str:
    x, y, z, diameter = point
    return f'x="{x!r}" y="{y!r}" z="{z!r}" diameter="{diameter!r}"'


def _densities(name: str, section: FlatSection) -> Iterator[str]:
    for channel, (mechanism, conductance, reversal, ion) in _DENSITIES.items():
        if mechanism in section.mechanisms:
            value, erev = section.ranges[conductance][0], section.ranges[reversal][0]
            yield (
                f'        <channelDensity id="{channel}_{name}" ionChannel="{channel}" '
                f'condDensity="{value!r} S_per_cm2" erev="{erev!r} mV" ion="{ion}" '
                f'segmentGroup="{name}"/>'
            )


NEUROML = ExportKind(
    name="neuroml",
    modules=("pyneuroml", "neuron", "numpy"),
    remedy="pip install 'pyneuronautofit[neuroml]'",
    programs={"java": "install a Java runtime (Debian: apt-get install default-jre-headless)"},
    write=write_neuroml,
    command=(_SCRIPT,),
    # jNeuroML writes numbers with seven digits, and its conductances are a step late.
    tolerance_mV=0.05,
    shift_ms=0.01,
    finer=16,
    commented=(_NML, _SCRIPT),
    refuse=refuse_for_neuroml,
    exact_tables=True,
)
