"""A template of a hoc file, as cells on ModelDB are."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.mods import all_mods, find_mods
from pyneuronautofit.importers.morphology import READERS, find_morphology, plain_name
from pyneuronautofit.importers.project import ImportedModel, ImportSettings

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TEMPLATE = re.compile(r"\bbegintemplate\s+(\w+)(.*?)\bendtemplate\b", re.DOTALL)
_STRING = re.compile(r"\"([^\"\n]+)\"")
_INIT = re.compile(r"\b(?:proc|func)\s+init\s*\(\s*\)\s*\{")
_ARGUMENT = re.compile(r"\$[so]?\d+")
_INSERTED = re.compile(r"\binsert\s+(\w+)")

_CELL = '''\
import os

from neuron import h

h.load_file("stdrun.hoc")
HERE = os.path.dirname(os.path.abspath(__file__))
{import3d}before = os.getcwd()
os.chdir(HERE)  # hoc looks for the files that a file loads in the working directory
try:
    h.load_file({file})
finally:
    os.chdir(before)


def listed(found):
    """Return the sections of an array or a SectionList, or of one section, as a list."""
    return [found] if hasattr(found, "wholetree") else list(found)


class Cell:
    def __init__(self, nid=0):
        os.chdir(HERE)
        try:
            self.template = h.{template}({arguments})
        finally:
            os.chdir(before)
{attributes}
    def setcable(self):
        pass
'''


def is_hoc(path: Path) -> bool:
    """Say whether a file is one of hoc."""
    return path.is_file() and path.suffix.lower() == ".hoc"


def import_hoc(path: Path, settings: ImportSettings) -> ImportedModel:
    """Read a hoc file with a template.

    Raises
    ------
    ModelError
        If there is none, or several and none was chosen; if it needs arguments, mechanisms or a
        morphology that are not there.
    """
    text = _text(path)
    name, inside = _template(path, text, settings.template)
    files = {path.name: path}
    everything = text + _add_named(text, path.parent, files)
    arguments = ""
    if _takes_morphology(path, inside):
        morphology = find_morphology(path.parent, settings.morphology)
        files[plain_name(morphology)] = morphology
        arguments = json.dumps(plain_name(morphology))
    else:
        files.update(_named_morphologies(path, everything, settings.morphology))
    mods = all_mods(path.parent, settings.mods)
    used = {each for each in _INSERTED.findall(everything) if not each.endswith("_ion")}
    find_mods(path.parent, settings.mods, used)
    attributes = _attributes(path, inside)
    uses_import3d = "Import3d" in inside and "import3d.hoc" not in text
    body = _CELL.format(
        file=json.dumps(path.name),
        template=name,
        arguments=arguments,
        import3d='h.load_file("import3d.hoc")\n' if uses_import3d else "",
        attributes="".join(attributes),
    )
    first = re.search(r"self\.template\.(\w+)\)\[0\]  # for", attributes[0])
    notes = [f"the current goes into {first[1]!r}: the template has no soma"] if first else []
    return ImportedModel(
        f"The template {name} of {path}.",
        body,
        [],
        files=files,
        mods=mods,
        notes=notes,
    )


def _text(path: Path) -> str:
    """Return what a file says without its comments; a line goes on after a backslash."""
    text = _COMMENT.sub(" ", path.read_text(encoding="utf-8", errors="replace"))
    return text.replace("\\\n", " ")


def _add_named(text: str, folder: Path, files: dict[str, Path]) -> str:
    """Add the files that strings of a hoc file name, and those that these name.

    Returns
    -------
    str
        What the hoc files among them say.
    """
    said = ""
    for name in _STRING.findall(text):
        plain = not Path(name).is_absolute() and ".." not in Path(name).parts
        if plain and name not in files and (folder / name).is_file():
            files[name] = folder / name
            if is_hoc(folder / name):
                inner = _text(folder / name)
                said += "\n" + inner + _add_named(inner, folder, files)
    return said


def _takes_morphology(path: Path, inside: str) -> bool:
    """Say whether a template is given the name of a file when a cell is made.

    Raises
    ------
    ModelError
        If it needs something else.
    """
    start = _INIT.search(inside)
    if start is None:
        return False
    depth, end = 1, start.end()
    while depth and end < len(inside):
        depth += {"{": 1, "}": -1}.get(inside[end], 0)
        end += 1
    body = inside[start.end() : end]
    used = set(_ARGUMENT.findall(body))
    others = sorted(used - {"$s1"})
    if others and "numarg" not in body:
        raise ModelError(
            f"{path}: init of the template takes {quoted(others)}; expected no argument, or one, "
            "the name of its morphology ($s1). Write the values into init, or put a template "
            "around this one that makes it with them"
        )
    return "$s1" in used


def _named_morphologies(path: Path, text: str, given: Path | None) -> dict[str, Path]:
    """Return the morphologies that hoc names itself: the name -> where the file is.

    Raises
    ------
    ModelError
        If one is not there, or one is given that has no place.
    """
    named = {name for name in _STRING.findall(text) if Path(name).suffix.lower() in READERS}
    if given is not None:
        morphology = find_morphology(path.parent, given)
        if len(named) != 1:
            what = f"names several files, {quoted(sorted(named))}" if named else "names none"
            raise ModelError(
                f"{path}: --morphology has no place there: init takes no name of a file ($s1), and "
                f"the template {what}"
            )
        return {_inside(path, named.pop()): morphology}
    missing = sorted(name for name in named if not (path.parent / name).is_file())
    if missing:
        raise ModelError(
            f"{path} reads the morphology {quoted(missing)}, which is not there ({path.parent}); "
            "name the file with --morphology"
        )
    return {_inside(path, name): path.parent / name for name in named}


def _inside(path: Path, name: str) -> str:
    """Return the name of a file if it stays one in the folder of the project."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ModelError(
            f"{path} reads the morphology {name!r}, which is not in its own folder; expected a "
            "name without '..' that is not absolute: put the file beside it, and change the name"
        )
    return name


def _template(path: Path, text: str, wanted: str) -> tuple[str, str]:
    found = dict(_TEMPLATE.findall(text))
    if not found:
        raise ModelError(
            f"{path}: there is no template (begintemplate ... endtemplate). Sections outside of "
            "one are made once, and a fit needs a cell for every candidate: put a template "
            "around them"
        )
    if wanted and wanted not in found:
        raise ModelError(f"{path} has no template {wanted!r}; it has {quoted(found)}")
    if not wanted and len(found) > 1:
        raise ModelError(
            f"{path} has several templates, {quoted(found)}; choose one with --template"
        )
    name = wanted or next(iter(found))
    return name, str(found[name])


def _attributes(path: Path, inside: str) -> Sequence[str]:
    """Return statements that give a cell the public sections of its template."""
    public = _names(r"\bpublic\s+([^\n]+)", inside)
    created = _names(r"\bcreate\s+([^\n{}]+)", inside)
    lists = set(re.findall(r"\b(\w+)\s*=\s*new\s+SectionList\b", inside))
    shown = [name for name in public if name in created or name in lists]
    if "soma" in shown:
        first = "        self.soma = listed(self.template.soma)[0]\n"
    elif "somatic" in shown:
        first = "        self.soma = listed(self.template.somatic)[0]\n"
    elif shown and shown[0] in created:
        first = f"        self.soma = listed(self.template.{shown[0]})[0]  # for the current\n"
    else:
        raise ModelError(
            f"{path}: the template has no public section 'soma', and no public section at all; "
            "make it public"
        )
    others = [
        f"        self.{name} = listed(self.template.{name})\n" for name in shown if name != "soma"
    ]
    return [first, *others]


def _names(pattern: str, text: str) -> list[str]:
    found: dict[str, None] = {}
    for line in re.findall(pattern, text):
        for part in line.split(","):
            word = re.match(r"\s*([A-Za-z_]\w*)", part)
            if word:
                found.setdefault(word[1])
    return list(found)
