"""A fitted cell as a hoc template, with a hoc file that replays the sweeps."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from string import Template

from pyneuronautofit._atomic import write_text
from pyneuronautofit._version import __version__
from pyneuronautofit.exporters.flat import FlatCell, FlatSection, Numbers
from pyneuronautofit.exporters.kind import Exported, ExportKind, copy_mods
from pyneuronautofit.units import PA_PER_NA

TEMPLATE = "FittedCell"
_CELL, _RUN, _CURRENTS = "cell.hoc", "run.hoc", "currents"
# A procedure of hoc may not be long.
_POINTS_EACH = 500
# Bits of NEURON's ion_style; see `ion_style` in its reference.
_STYLE = ((0, 3), (3, 3), (5, 1), (6, 1), (2, 1))


def write_hoc(export: Exported, folder: Path) -> None:
    """Write `cell.hoc`, `run.hoc` and the currents."""
    cell, protocol = export.cell, export.protocol
    copy_mods(export, folder)
    write_text(folder / _CELL, "\n".join(_template(export.title, cell)) + "\n")
    (folder / _CURRENTS).mkdir()
    for number, current_pA in zip(protocol.numbers, protocol.experiment.current_pA, strict=True):
        amplitudes = (current_pA / PA_PER_NA).tolist()
        text = "\n".join(map(repr, amplitudes))
        write_text(folder / _CURRENTS / f"{number}.txt", f"{text}\n")
    experiment = protocol.experiment
    runner = Template(resources.files(__package__).joinpath("texts/run.hoc").read_text("utf-8"))
    write_text(
        folder / _RUN,
        runner.substitute(
            version=__version__,
            template=TEMPLATE,
            soma=cell.sections[cell.soma].name,
            temperature=repr(experiment.temperature_degC),
            initial=repr(experiment.initial_mV),
            step=repr(experiment.clock.step_ms),
            dt=repr(experiment.clock.dt_ms),
            substeps=experiment.clock.substeps,
            n_transient=experiment.n_transient_step,
            n_sample=experiment.n_sample,
            n_sweep=len(protocol.numbers),
            numbers="\n".join(
                f"numbers.append({number})  holding_nA.append({holding_nA!r})"
                for number, holding_nA in zip(
                    protocol.numbers, (experiment.holding_pA / PA_PER_NA).tolist(), strict=True
                )
            ),
        ),
    )


def _template(title: str, cell: FlatCell) -> Iterator[str]:
    yield "// A fitted cell as a template of hoc: cell = new FittedCell()"
    yield f"// {_comment(title)}"
    yield f"// Written by pyneuronautofit {__version__}."
    yield "// Proof: not made yet"
    yield "// In cell.all are all sections; in run.hoc is how it was simulated."
    yield ""
    yield "// What mechanisms have once for all cells"
    yield from (f"{name} = {value!r}" for name, value in cell.global_values.items())
    yield ""
    yield f"begintemplate {TEMPLATE}"
    names = [each.name for each in cell.sections]
    bases = list(dict.fromkeys(name.partition("[")[0] for name in names))
    yield f"public all, {', '.join(bases)}"
    yield "objref all"
    sizes = {base: sum(name.startswith(f"{base}[") for name in names) for base in bases}
    yield "create " + ", ".join(f"{base}[{n}]" if n else base for base, n in sizes.items())
    yield ""
    for number, section in enumerate(cell.sections):
        yield from _section(number, section)
    yield "proc init() {"
    yield "    all = new SectionList()"
    for section in cell.sections:
        yield f"    {section.name} all.append()"
    for section in cell.sections:
        if section.parent >= 0:
            parent = cell.sections[section.parent].name
            yield (f"    connect {section.name}({section.own_x!r}), {parent}({section.parent_x!r})")
    yield from (f"    section_{number}()" for number in range(len(cell.sections)))
    yield "}"
    yield f"endtemplate {TEMPLATE}"


def _section(number: int, section: FlatSection) -> Iterator[str]:
    """Yield the procedures that make one section what it is."""
    starts = range(0, len(section.points), _POINTS_EACH)
    for start in starts:
        yield f"proc points_{number}_{start}() {{ {section.name} {{"
        if not start:
            yield "    pt3dclear()"
        for point in section.points[start : start + _POINTS_EACH]:
            yield f"    pt3dadd({', '.join(map(repr, point))})"
        yield "}}"
    yield f"proc section_{number}() {{"
    yield from (f"    points_{number}_{start}()" for start in starts)
    yield f"    {section.name} {{"
    yield from (f"        {line}" for line in _lines(section))
    yield "    }"
    yield "}"


def _lines(section: FlatSection) -> Iterator[str]:
    yield f"nseg = {section.n_segment}"
    yield f"Ra = {section.axial_ohm_cm!r}"
    if not section.points:
        yield f"L = {section.length_um!r}"
        yield from _values(section, "diam", section.diameter_um)
    yield from (f"insert {name}" for name in section.mechanisms)
    for ion, style in section.ions.items():
        words = ", ".join(str(style >> shift & mask) for shift, mask in _STYLE)
        yield f'ion_style("{ion}", {words})'
    for name, values in section.ranges.items():
        yield from _values(section, name, values)


def _values(section: FlatSection, name: str, values: Numbers) -> Iterator[str]:
    if len(set(values)) == 1:
        yield f"{name} = {values[0]!r}"
        return
    for x, value in zip(section.positions, values, strict=True):
        yield f"{name}({x!r}) = {value!r}"


def _comment(text: str) -> str:
    """Return a text that stays within a comment of one line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


HOC = ExportKind(
    name="hoc",
    modules=("neuron",),
    remedy="pip install neuron",
    write=write_hoc,
    command=("-c", "from neuron import h; h.load_file('run.hoc')"),
    # The same equations, solved by the same steps: only the order of additions may differ, which
    # spikes, and what is near to one, amplify.
    tolerance_mV=1e-4,
    commented=(_CELL,),
    needs_channels=True,
)
