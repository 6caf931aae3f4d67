"""Reading a .mod file with NEURON's own parser.

`neuron.nmodl` gives a tree of its classes; here it becomes our records. What cannot be simulated
becomes a `Refused` statement at its place, or is refused at once where it concerns the whole file.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.refusal import refusal, without_comments
from pyneuronautofit.codegen.nmodl.statements import (
    HARMLESS_NODES,
    StatementReader,
    is_harmless,
    kind_of,
    place_of,
    said_of,
    text_of,
)
from pyneuronautofit.codegen.nmodl.units import factor
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import neuron_files

# Blocks and declarations of a whole file that other equations would be needed for.
_REFUSED_BLOCKS = {
    "NonLinearBlock": "NONLINEAR",
    "DiscreteBlock": "DISCRETE",
}
_REFUSED_DECLARATIONS = {
    "Pointer": "POINTER",
    "BbcorePointer": "BBCOREPOINTER",
    "ElectrodeCurrent": "ELECTRODE_CURRENT",
    "RandomVarList": "RANDOM",
    "External": "EXTERNAL",
}
# What NEURON executes at times of its own, and the field of `Mechanism` that it is for.
_TIMED_BLOCKS = {
    "BEFORE BREAKPOINT": "before_breakpoint",
    "AFTER SOLVE": "after_solve",
    "BEFORE STEP": "before_step",
}
_NAMED_BLOCKS = {
    "ProcedureBlock": "PROCEDURE",
    "FunctionBlock": "FUNCTION",
    "DerivativeBlock": "DERIVATIVE",
    "KineticBlock": "KINETIC",
    "LinearBlock": "LINEAR",
}


def read_mechanism(path: Path) -> tree.Mechanism:
    """Parse a .mod file.

    Raises
    ------
    ModelError
        If NEURON's parser does not understand it.
    UnsupportedModel
        If it has a declaration that cannot be simulated.
    """
    source = path.read_text(encoding="utf-8", errors="replace")
    parser = _parser()
    # The parser takes VERBATIM within a comment for C, and does not find the end of the comment.
    plain = without_comments(source) if "VERBATIM" in source else source
    try:
        if plain == source:
            program = parser.NmodlDriver().parse_file(str(path))
        else:
            with _including_from(path.parent):
                program = parser.NmodlDriver().parse_string(plain)
    except Exception as error:
        text = " ".join(str(error).split())
        raise ModelError(f"{path}: NEURON's parser does not understand this file: {text}") from (
            error
        )
    return _Reader(parser, path, source).read(program)


@contextlib.contextmanager
def _including_from(folder: Path) -> Iterator[None]:
    """Let the parser find what a text without a file of its own includes."""
    before = os.environ.get("NMODL_PATH")
    os.environ["NMODL_PATH"] = str(folder)
    try:
        yield
    finally:
        del os.environ["NMODL_PATH"]
        if before is not None:
            os.environ["NMODL_PATH"] = before


def _parser() -> Any:
    # Its own helpers look for a library in the folder that this variable names.
    os.environ.setdefault("NMODLHOME", str(neuron_files()))
    return importlib.import_module("neuron.nmodl")


class _Reader:
    """Turns one program into a `Mechanism`."""

    def __init__(self, parser: Any, path: Path, source: str) -> None:
        self._path = path
        self._source = source
        self._defines: dict[str, float] = {}
        # In the order in which NEURON executes them.
        self._initially: dict[str, tree.Body] = {
            "BEFORE INITIAL": (),
            "INITIAL": (),
            "AFTER INITIAL": (),
        }
        self._statements = StatementReader(parser, self._refuse, self._defines)

    def read(self, program: Any) -> tree.Mechanism:
        found = tree.Mechanism(self._path, self._source, suffix="")
        nodes = list(_without_includes(program.blocks))
        for node in nodes:
            if kind_of(node) == "Define":
                self._defines[text_of(node.name)] = float(node.value.eval())
        found.constants.update(self._defines)
        for node in nodes:
            found = self._take(found, node, kind_of(node))
        if not found.suffix:
            raise self._refuse("NEURON", "no SUFFIX and no POINT_PROCESS")
        return replace(found, initial=sum(self._initially.values(), ()))

    def _take(self, found: tree.Mechanism, node: Any, kind: str) -> tree.Mechanism:
        if kind in _REFUSED_BLOCKS:
            raise self._refuse(_REFUSED_BLOCKS[kind])
        if kind in _NAMED_BLOCKS:
            block = self._statements.block(node, _NAMED_BLOCKS[kind])
            found.blocks[block.name] = block
            return found
        takers = {
            "NeuronBlock": self._neuron,
            "UnitBlock": self._units,
            "ParamBlock": self._parameters,
            "ConstantBlock": self._constants,
            "AssignedBlock": self._assigned,
            "StateBlock": self._states,
            "BreakpointBlock": self._breakpoint,
            "NetReceiveBlock": self._receive,
            "BeforeBlock": self._before,
            "AfterBlock": self._after,
            "FunctionTableBlock": self._function_table,
        }
        if kind in takers:
            return takers[kind](found, node)
        if kind == "LocalListStatement":
            names = frozenset(name for name, _length in self._statements.local(node).names)
            return replace(found, file_locals=found.file_locals | names)
        if kind == "InitialBlock":
            self._initially["INITIAL"] += self._statements.body(node.statement_block)
            return found
        if kind == "Verbatim" and not is_harmless(node, outside=True):
            raise refusal(self._path, self._source, "VERBATIM", said_of(node), place=place_of(node))
        if kind not in HARMLESS_NODES:
            raise self._refuse(self._statements.first_line(node), "a block that is not known here")
        return found

    def _breakpoint(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        return replace(found, breakpoint=self._statements.body(node.statement_block))

    def _before(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        return self._timed(found, node, "BEFORE")

    def _after(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        return self._timed(found, node, "AFTER")

    def _timed(self, found: tree.Mechanism, node: Any, word: str) -> tree.Mechanism:
        block = node.bablock
        when = f"{word} {block.type.eval()}"
        body = self._statements.body(block.statement_block)
        if when in self._initially:
            self._initially[when] += body
            return found
        field = _TIMED_BLOCKS.get(when)
        if field is None:
            known = ", ".join([*_TIMED_BLOCKS, "BEFORE INITIAL", "AFTER INITIAL"])
            raise self._refuse(when, f"NEURON has no such block, but {known}")
        changed: dict[str, Any] = {field: getattr(found, field) + body}
        return replace(found, **changed)

    def _function_table(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        name = text_of(node.name)
        found.function_tables[name] = tuple(text_of(each) for each in node.parameters)
        return found

    def _receive(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        return replace(found, receive=self._statements.receive(node))

    def _refuse(self, construct: str, reason: str = "") -> ModelError:
        return refusal(self._path, self._source, construct, reason)

    # --- declarations

    def _neuron(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        for part in node.statement_block.statements:
            kind = kind_of(part)
            if kind in _REFUSED_DECLARATIONS:
                raise self._refuse(_REFUSED_DECLARATIONS[kind])
            if kind == "Suffix":
                word = text_of(part.type)
                if word not in {"SUFFIX", "POINT_PROCESS"}:
                    raise self._refuse(word, "it is no membrane")
                is_process = word == "POINT_PROCESS"
                found = replace(found, suffix=text_of(part.name), is_process=is_process)
            elif kind == "Useion":
                found = replace(found, ions=(*found.ions, self._ion(part)))
            elif kind == "Nonspecific":
                names = tuple(text_of(current) for current in part.currents)
                found = replace(found, currents=found.currents + names)
            elif kind == "Range":
                found = replace(found, ranges=found.ranges | set(map(text_of, part.variables)))
            elif kind == "Global":
                found = replace(found, globals_=found.globals_ | set(map(text_of, part.variables)))
        return found

    def _ion(self, node: Any) -> tree.UsedIon:
        name = text_of(node.name)
        reads = tuple(map(text_of, node.readlist))
        writes = tuple(map(text_of, node.writelist))
        return tree.UsedIon(name, reads, writes)

    def _units(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        parts = list(node.definitions)
        definitions = {
            text_of(part.unit1): text_of(part.unit2) for part in parts if kind_of(part) == "UnitDef"
        }
        for part in parts:
            if kind_of(part) != "FactorDef":
                continue
            name = text_of(part.name)
            if part.value is not None:
                found.constants[name] = float(part.value.eval())
            else:
                where = f"{self._path}, UNITS: {name}"
                left, right = text_of(part.unit1), text_of(part.unit2)
                found.constants[name] = factor(left, right, definitions, where)
        return found

    def _parameters(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        for part in node.statements:
            name = self._declared(found, part.name)
            value = None if part.value is None else float(self._statements.number(part.value))
            found.parameters[name] = 0.0 if value is None else value
        return found

    def _constants(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        for part in node.statements:
            constant = part.constant
            found.constants[text_of(constant.name)] = float(self._statements.number(constant.value))
        return found

    def _assigned(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        names = [self._defined(found, part) for part in node.definitions]
        return replace(found, assigned=found.assigned | set(names))

    def _states(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        names = tuple(self._defined(found, part) for part in node.definitions)
        return replace(found, states=found.states + names)

    def _defined(self, found: tree.Mechanism, part: Any) -> str:
        name = text_of(part.name)
        if part.length is not None:
            found.lengths[name] = int(self._statements.number(part.length))
        return name

    def _declared(self, found: tree.Mechanism, node: Any) -> str:
        if kind_of(node) == "IndexedName":
            found.lengths[text_of(node.name)] = int(self._statements.number(node.length))
            return text_of(node.name)
        return text_of(node)


def _without_includes(nodes: Iterable[Any]) -> Iterable[Any]:
    for node in nodes:
        if kind_of(node) == "Include":
            yield from _without_includes(node.blocks)
        else:
            yield node
