"""BluePyOpt: parameters.json and mechanisms.json, as in its examples, with a morphology."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.json_file import read_json
from pyneuronautofit.importers.mods import find_mods
from pyneuronautofit.importers.project import REGIONS, ImportedModel, ImportSettings, Row
from pyneuronautofit.importers.reconstructed import on_morphology

PARAMETERS, MECHANISMS = "parameters.json", "mechanisms.json"
_FUNCTIONS = frozenset({"exp", "log", "sqrt", "tanh"})
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd)
# A logarithm is searched where the bounds are so far apart.
_WIDE = 1000.0


def is_bluepyopt(path: Path) -> bool:
    """Say whether a folder has such files, itself or in `config`."""
    return _folder(path) is not None


def import_bluepyopt(path: Path, settings: ImportSettings) -> ImportedModel:
    """Read such a model.

    Raises
    ------
    ModelError
        If something of it cannot be understood.
    """
    folder = _folder(path)
    if folder is None:
        raise ModelError(f"{path}: there is no {PARAMETERS} with a {MECHANISMS}")
    inserted = _inserted(folder / MECHANISMS)
    read = _Parameters(folder / PARAMETERS)
    root = path if folder != path else folder
    lists = dict.fromkeys(_list(each, folder / MECHANISMS) for each in inserted)
    used = {name for names in inserted.values() for name in names}
    lines = [
        f"        for section in self.{name}:\n"
        + "".join(f"            section.insert({mechanism!r})\n" for mechanism in mechanisms)
        for name in lists
        if (mechanisms := _of_list(inserted, name))
    ]
    notes = list(read.notes)
    if not settings.axon:
        notes.append(
            "the axon is that of the morphology; BluePyOpt's do_replace_axon is --axon stub"
        )
    said = ImportedModel(
        f"A cell of BluePyOpt, from {folder / PARAMETERS}",
        "".join([*lines, *read.fixed]),
        read.rows,
        read.profiles,
        mods=find_mods(root, settings.mods, used),
        temperature_degC=read.temperature_degC,
        notes=notes,
    )
    return on_morphology(said, root, settings, stub=settings.axon == "stub")


def _folder(path: Path) -> Path | None:
    for folder in (path, path / "config", path.parent if path.is_file() else path):
        if (folder / PARAMETERS).is_file() and (folder / MECHANISMS).is_file():
            return folder
    return None


def _inserted(path: Path) -> Mapping[str, Sequence[str]]:
    found = read_json(path)
    if not isinstance(found, dict) or not all(isinstance(each, list) for each in found.values()):
        raise ModelError(
            f"{path}: expected an object of lists of mechanisms, as "
            '{"all": ["pas"], "somatic": ["NaTs2_t"]}'
        )
    return {name: [str(each) for each in names] for name, names in found.items()}


def _of_list(inserted: Mapping[str, Sequence[str]], name: str) -> list[str]:
    return [each for key, names in inserted.items() if REGIONS.get(key) == name for each in names]


def _list(name: str, where: Path) -> str:
    """Return the attribute of the cell for a section list of BluePyOpt's."""
    if name not in REGIONS or REGIONS[name] == "myelin":
        known = [key for key in REGIONS if key not in {"soma", "dend", "apic", "axon"}]
        raise ModelError(
            f"{where}: the section list {name!r} is not known here; expected one of "
            f"{quoted(known[:5])}"
        )
    return REGIONS[name]


class _Parameters:
    """What parameters.json says: what is searched, what is fixed, how it is distributed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows: list[Row] = []
        self.profiles: dict[str, str] = {}
        self.fixed: list[str] = []
        self.temperature_degC: float | None = None
        self.notes: list[str] = []
        found = read_json(path)
        if not isinstance(found, list):
            raise ModelError(
                f"{path}: expected a list of parameters, as the examples of BluePyOpt have it; "
                "found an object, which other tools write"
            )
        for number, entry in enumerate(found):
            self._take(number, entry)
        if not self.rows:
            raise ModelError(f"{path}: no parameter has 'bounds', so there is nothing to search")

    def _take(self, number: int, entry: Any) -> None:
        where = f"{self._path}: parameter {number}"
        if not isinstance(entry, dict) or "param_name" not in entry:
            raise ModelError(f"{where} has no 'param_name'")
        name = str(entry["param_name"])
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ModelError(f"{where} is called {name!r}, which is no name of NEURON's")
        where += f" ({name})"
        _refuse_contradiction(where, name, entry)
        if entry.get("type") == "global":
            self._take_global(where, name, entry)
            return
        if "sectionlist" not in entry:
            raise ModelError(f"{where} has no 'sectionlist'")
        sections = _list(str(entry["sectionlist"]), self._path)
        profile = self._profile(where, entry)
        if "bounds" in entry:
            low, high = self._bounds(where, entry["bounds"])
            place = f"{sections}[*]" if profile is None else f"{sections}[*](*)"
            full = f"{place}.{name}"
            scale = "log" if low > 0 and high / low >= _WIDE else "lin"
            self.rows.append((full, scale, low, high))
            if profile is not None:
                self.profiles[full] = f"lambda x: {profile}"
            return
        value = _number(where, "value", entry.get("value"))
        if profile is None:
            self.fixed.append(
                f"        for section in self.{sections}:\n            section.{name} = {value!r}\n"
            )
            return
        self.fixed.append(
            "        h.distance(0, self.soma[0](0.5))\n"
            f"        for section in self.{sections}:\n"
            "            for segment in section:\n"
            "                x = h.distance(segment)\n"
            f"                segment.{name} = {value!r} * ({profile})\n"
        )

    def _take_global(self, where: str, name: str, entry: Mapping[str, Any]) -> None:
        value = _number(where, "value", entry.get("value"))
        if name == "celsius":
            self.temperature_degC = value
        elif name == "v_init":
            self.notes.append(
                f"v_init = {value:g} mV is not used: a simulation begins at -76 mV and rests first"
            )
        else:
            self.fixed.append(f"        h.{name} = {value!r}\n")

    def _bounds(self, where: str, bounds: Any) -> tuple[float, float]:
        if not isinstance(bounds, list) or len(bounds) != 2:
            raise ModelError(f"{where}: expected as 'bounds' two numbers, found {bounds!r:.60}")
        low, high = (_number(where, "bounds", each) for each in bounds)
        return low, high

    def _profile(self, where: str, entry: Mapping[str, Any]) -> str | None:
        """Return an expression of the distance x, by which a value is multiplied; None: by 1."""
        if entry.get("dist_type", "uniform") == "uniform":
            return None
        text = str(entry.get("dist", ""))
        written = text.replace("%f", "value").replace("{value}", "value").replace("{distance}", "x")
        return distribution(where, written)


def _refuse_contradiction(where: str, name: str, entry: Mapping[str, Any]) -> None:
    """Refuse a name that is another one than mechanism and parameter of its entry make.

    Raises
    ------
    ModelError
        If it is. BluePyOpt sets `param_name`, whatever stands beside it; which of the two was meant
        only its author knows.
    """
    mechanism, parameter = (entry.get(key) for key in ("mech", "mech_param"))
    if not isinstance(parameter, str):
        return
    meant = parameter if not isinstance(mechanism, str) else f"{parameter}_{mechanism}"
    if name != meant and not (mechanism is None and name.startswith(f"{parameter}_")):
        beside = quoted(
            f"{key!r}: {entry[key]!r}" for key in ("mech", "mech_param") if key in entry
        )
        raise ModelError(
            f"{where}: beside 'param_name': {name!r} stands {beside}, which is {meant!r}. Correct "
            "the one that is wrong"
        )


def distribution(where: str, text: str) -> str:
    """Return by what a value is multiplied in `formula * value`, as an expression of x.

    Parameters
    ----------
    text
        The formula of the distance `x` and the `value`. Only numbers, + - * / **, and some
        functions may be in it: it becomes a part of the project file.

    Raises
    ------
    ModelError
        If anything else is.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ModelError(f"{where}: the distribution {text!r} cannot be read") from error
    factors = list(_factors(tree))
    values = [each for each in factors if isinstance(each, ast.Name) and each.id == "value"]
    others = [each for each in factors if each not in values]
    if len(values) != 1 or any(_mentions_value(each) for each in others):
        raise ModelError(
            f"{where}: the distribution {text!r} is not a formula of the distance times the value"
        )
    for each in others:
        for node in ast.walk(each):
            _check(where, text, node)
    return " * ".join(f"({_plain(each)})" for each in others) or "1.0"


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from _factors(node.left)
        yield from _factors(node.right)
    else:
        yield node


def _mentions_value(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "value" for each in ast.walk(node))


def _check(where: str, text: str, node: ast.AST) -> None:
    known = isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Load, *_OPERATORS))
    known |= isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    known |= isinstance(node, ast.Name) and node.id in {"x", "math", *_FUNCTIONS}
    known |= isinstance(node, ast.Attribute) and node.attr in _FUNCTIONS
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        known &= isinstance(node.right, ast.Constant | ast.UnaryOp)
    known |= isinstance(node, ast.Call) and not node.keywords and len(node.args) == 1
    if not known:
        raise ModelError(
            f"{where}: the distribution {text!r} has {ast.unparse(node)!r:.40}; expected numbers, "
            f"the distance, + - * / ** and {quoted(sorted(_FUNCTIONS))}"
        )


def _plain(node: ast.expr) -> str:
    """Return an expression in which functions are those of `math`."""
    # Of whole numbers powers may be too long for any memory.
    for each in ast.walk(node):
        if isinstance(each, ast.Constant):
            each.value = float(each.value)  # type: ignore[arg-type]
    text = ast.unparse(node)
    return re.sub(r"(?<![\w.])(exp|log|sqrt|tanh)\(", r"math.\1(", text)


def _number(where: str, what: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_finite(value):
        raise ModelError(f"{where}: expected as {what!r} a finite number, found {value!r:.60}")
    return float(value)


def is_finite(value: float) -> bool:
    """Say whether a number can be counted with: JSON has longer ones, and such that are none."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
