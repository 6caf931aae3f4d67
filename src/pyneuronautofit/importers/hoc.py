"""A template of a hoc file, as cells on ModelDB are."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.mods import all_mods
from pyneuronautofit.importers.morphology import find_morphology, plain_name
from pyneuronautofit.importers.project import ImportedModel, ImportSettings

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TEMPLATE = re.compile(r"\bbegintemplate\s+(\w+)(.*?)\bendtemplate\b", re.DOTALL)
_LOADED = re.compile(r"\b(?:load_file|xopen)\s*\(\s*(?:\d\s*,\s*)?\"([^\"\n]+)\"")

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
        If there is none, or several and none was chosen.
    """
    text = _COMMENT.sub(" ", path.read_text(encoding="utf-8", errors="replace"))
    # A line goes on after a backslash.
    text = text.replace("\\\n", " ")
    name, inside = _template(path, text, settings.template)
    needs_file = "$s1" in inside
    files = {path.name: path}
    for other in _LOADED.findall(text):
        if (path.parent / other).is_file() and "/" not in other:
            files[other] = path.parent / other
    arguments = ""
    if needs_file:
        morphology = find_morphology(path.parent, settings.morphology)
        files[morphology.name] = morphology
        files.pop(morphology.name)
        files[plain_name(morphology)] = morphology
        arguments = json.dumps(plain_name(morphology))
    uses_import3d = "Import3d" in inside and "import3d.hoc" not in text
    body = _CELL.format(
        file=json.dumps(path.name),
        template=name,
        arguments=arguments,
        import3d='h.load_file("import3d.hoc")\n' if uses_import3d else "",
        attributes="".join(_attributes(path, inside)),
    )
    return ImportedModel(
        f"The template {name} of {path}.",
        body,
        [],
        files=files,
        mods=all_mods(path.parent, settings.mods),
    )


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
