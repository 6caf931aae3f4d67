"""Where the equations of mechanisms are: the model's .mod files, and NEURON's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.nmodl.refusal import ADVICE
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import declared_mechanism, mod_files, neuron_files

_INCLUDE = re.compile(r'^\s*INCLUDE\s+"([^"\n]+)"', re.MULTILINE)


def find_sources(mods: Path | None, kinds: tuple[NodeKind, ...]) -> dict[str, Path]:
    """Return the .mod file of every mechanism of some kinds of nodes, by suffix.

    Parameters
    ----------
    mods
        The folder of the model's .mod files; None: it has none.

    Raises
    ------
    UnsupportedModel
        If there is none for some of them.
    """
    wanted = {suffix for kind in kinds for suffix in kind.sources}
    found: dict[str, Path] = {}
    for folder in (mods, neuron_files() / "share" / "modfile"):
        for path in () if folder is None else mod_files(folder):
            suffix = declared_mechanism(path)
            if suffix in wanted:
                found.setdefault(suffix, path)
    missing = sorted(wanted - set(found))
    if missing:
        where = "the model has no folder of .mod files" if mods is None else f"not in {mods}"
        raise UnsupportedModel(
            f"the equations of {quoted(missing)} are needed as .mod files, and are not there "
            f"({where}): a compiled library cannot be read by --simulator batch. {ADVICE}"
        )
    return found


def included_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that some .mod files include, and those that these include, once each.

    NEURON's parser looks for them beside the file that includes them, and beside those that include
    that one.
    """
    found: dict[Path, None] = {}
    waiting: list[tuple[Path, tuple[Path, ...]]] = [(path, (path.parent,)) for path in paths]
    while waiting:
        path, folders = waiting.pop()
        for name in _INCLUDE.findall(path.read_text("utf-8", errors="replace")):
            for included in (folder / name for folder in folders):
                if included.is_file() and included not in found:
                    found[included] = None
                    waiting.append((included, (*folders, included.parent)))
    return sorted(found)
