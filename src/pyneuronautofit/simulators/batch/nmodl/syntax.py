"""Reading a .mod file with NEURON's own parser.

`neuron.nmodl` gives a tree of its classes; here it becomes our records. What cannot be simulated
becomes a `Refused` statement at its place, or is refused at once where it concerns the whole file.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import neuron_files
from pyneuronautofit.simulators.batch.nmodl import tree
from pyneuronautofit.simulators.batch.nmodl.refusal import refusal
from pyneuronautofit.simulators.batch.nmodl.units import factor

# Blocks and declarations of a whole file that other equations would be needed for.
_REFUSED_BLOCKS = {
    "BeforeBlock": "BEFORE",
    "AfterBlock": "AFTER",
    "NonLinearBlock": "NONLINEAR",
    "DiscreteBlock": "DISCRETE",
    "FunctionTableBlock": "FUNCTION_TABLE",
    "NetReceiveBlock": "NET_RECEIVE",
    "LongitudinalDiffusionBlock": "LONGITUDINAL_DIFFUSION",
}
_REFUSED_DECLARATIONS = {
    "Pointer": "POINTER",
    "BbcorePointer": "BBCOREPOINTER",
    "ElectrodeCurrent": "ELECTRODE_CURRENT",
    "RandomVarList": "RANDOM",
    "External": "EXTERNAL",
}
_NAMED_BLOCKS = {
    "ProcedureBlock": "PROCEDURE",
    "FunctionBlock": "FUNCTION",
    "DerivativeBlock": "DERIVATIVE",
    "KineticBlock": "KINETIC",
    "LinearBlock": "LINEAR",
}
# What changes no number: what is written to users, to units, to other simulators.
_HARMLESS_NODES = frozenset(
    {
        *("Model", "BlockComment", "LineComment", "UnitState", "IndependentBlock", "Define"),
        *("TableStatement", "ConductanceHint", "MutexLock", "MutexUnlock", "Verbatim"),
    }
)
_PARENTHESES = frozenset({"WrappedExpression", "ParenExpression"})
# C code that has stood in published channels since before NMODL had another way to say it.
_HARMLESS_VERBATIM = {"return 0;", "return;", "return 0.0;", "return 0.;"}


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
    try:
        program = parser.NmodlDriver().parse_file(str(path))
    except Exception as error:
        text = " ".join(str(error).split())
        raise ModelError(f"{path}: NEURON's parser does not understand this file: {text}") from (
            error
        )
    return _Reader(parser, path, source).read(program)


def _parser() -> Any:
    # Its own helpers look for a library in the folder that this variable names.
    os.environ.setdefault("NMODLHOME", str(neuron_files()))
    return importlib.import_module("neuron.nmodl")


def _kind(node: Any) -> str:
    return str(node.get_node_type_name())


def _text(node: Any) -> str:
    return str(node.get_node_name())


class _Reader:
    """Turns one program into a `Mechanism`."""

    def __init__(self, parser: Any, path: Path, source: str) -> None:
        self._parser = parser
        self._path = path
        self._source = source
        self._defines: dict[str, float] = {}

    def read(self, program: Any) -> tree.Mechanism:
        found = tree.Mechanism(self._path, self._source, suffix="")
        nodes = list(_without_includes(program.blocks))
        for node in nodes:
            if _kind(node) == "Define":
                self._defines[_text(node.name)] = float(node.value.eval())
        found.constants.update(self._defines)
        for node in nodes:
            found = self._take(found, node, _kind(node))
        if not found.suffix:
            raise self._refuse("NEURON", "no SUFFIX: it is not a density mechanism")
        return found

    def _take(self, found: tree.Mechanism, node: Any, kind: str) -> tree.Mechanism:
        if kind in _REFUSED_BLOCKS:
            raise self._refuse(_REFUSED_BLOCKS[kind])
        if kind in _NAMED_BLOCKS:
            block = self._block(node, _NAMED_BLOCKS[kind])
            found.blocks[block.name] = block
            return replace(found, tables=found.tables or _has_table(node))
        takers = {
            "NeuronBlock": self._neuron,
            "UnitBlock": self._units,
            "ParamBlock": self._parameters,
            "ConstantBlock": self._constants,
            "AssignedBlock": self._assigned,
            "StateBlock": self._states,
        }
        if kind in takers:
            return takers[kind](found, node)
        if kind == "LocalListStatement":
            names = frozenset(name for name, _length in self._local(node).names)
            return replace(found, file_locals=found.file_locals | names)
        if kind == "InitialBlock":
            return replace(found, initial=self.body(node.statement_block))
        if kind == "BreakpointBlock":
            return replace(found, breakpoint=self.body(node.statement_block))
        if kind == "Verbatim" and not _is_harmless(node):
            raise refusal(self._path, self._source, "VERBATIM", place=_place_of(node))
        if kind not in _HARMLESS_NODES:
            raise self._refuse(self._first_line(node), "a block that is not known here")
        return found

    def _refuse(self, construct: str, reason: str = "") -> ModelError:
        return refusal(self._path, self._source, construct, reason)

    def _first_line(self, node: Any) -> str:
        lines = str(self._parser.to_nmodl(node)).strip().splitlines()
        return lines[0].rstrip(" {") if lines else _kind(node)

    # --- declarations

    def _neuron(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        for part in node.statement_block.statements:
            kind = _kind(part)
            if kind in _REFUSED_DECLARATIONS:
                raise self._refuse(_REFUSED_DECLARATIONS[kind])
            if kind == "Suffix":
                if _text(part.type) != "SUFFIX":
                    raise self._refuse(_text(part.type), "only density mechanisms can be")
                found = replace(found, suffix=_text(part.name))
            elif kind == "Useion":
                found = replace(found, ions=(*found.ions, self._ion(part)))
            elif kind == "Nonspecific":
                names = tuple(_text(current) for current in part.currents)
                found = replace(found, currents=found.currents + names)
            elif kind == "Range":
                found = replace(found, ranges=found.ranges | set(map(_text, part.variables)))
            elif kind == "Global":
                found = replace(found, globals_=found.globals_ | set(map(_text, part.variables)))
        return found

    def _ion(self, node: Any) -> tree.UsedIon:
        name = _text(node.name)
        reads = tuple(map(_text, node.readlist))
        writes = tuple(map(_text, node.writelist))
        if f"e{name}" in writes:
            raise self._refuse(f"WRITE e{name}", "a mechanism that sets a reversal potential")
        return tree.UsedIon(name, reads, writes)

    def _units(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        parts = list(node.definitions)
        definitions = {
            _text(part.unit1): _text(part.unit2) for part in parts if _kind(part) == "UnitDef"
        }
        for part in parts:
            if _kind(part) != "FactorDef":
                continue
            name = _text(part.name)
            if part.value is not None:
                found.constants[name] = float(part.value.eval())
            else:
                where = f"{self._path}, UNITS: {name}"
                left, right = _text(part.unit1), _text(part.unit2)
                found.constants[name] = factor(left, right, definitions, where)
        return found

    def _parameters(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        for part in node.statements:
            name = self._declared(found, part.name)
            value = None if part.value is None else float(self._number(part.value))
            found.parameters[name] = 0.0 if value is None else value
        return found

    def _constants(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        for part in node.statements:
            constant = part.constant
            found.constants[_text(constant.name)] = float(self._number(constant.value))
        return found

    def _assigned(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        names = [self._defined(found, part) for part in node.definitions]
        return replace(found, assigned=found.assigned | set(names))

    def _states(self, found: tree.Mechanism, node: Any) -> tree.Mechanism:
        names = tuple(self._defined(found, part) for part in node.definitions)
        return replace(found, states=found.states + names)

    def _defined(self, found: tree.Mechanism, part: Any) -> str:
        name = _text(part.name)
        if part.length is not None:
            found.lengths[name] = int(self._number(part.length))
        return name

    def _declared(self, found: tree.Mechanism, node: Any) -> str:
        if _kind(node) == "IndexedName":
            found.lengths[_text(node.name)] = int(self._number(node.length))
            return _text(node.name)
        return _text(node)

    def _number(self, node: Any) -> float:
        """Return a number that may be a name of DEFINE."""
        if _kind(node) == "DoubleUnit":
            node = node.value
        macro = getattr(node, "macro", None)
        if macro is not None:
            return self._defines[_text(macro)]
        if _kind(node) in {"Name", "VarName"}:
            return self._defines[_text(node)]
        if _kind(node) == "UnaryExpression":
            return -self._number(node.expression)
        return float(node.eval())

    # --- statements

    def _block(self, node: Any, keyword: str) -> tree.Block:
        arguments = tuple(_text(argument) for argument in getattr(node, "parameters", ()))
        return tree.Block(keyword, _text(node.name), arguments, self.body(node.statement_block))

    def body(self, node: Any) -> tree.Body:
        """Return the statements of a block."""
        made = (self._statement(part) for part in node.statements)
        return tuple(statement for statement in made if statement is not None)

    def _statement(self, node: Any) -> tree.Statement | None:
        kind = _kind(node)
        if kind == "ExpressionStatement":
            return self._expression_statement(node.expression)
        makers: dict[str, Callable[[Any], tree.Statement | None]] = {
            "LocalListStatement": self._local,
            "IfStatement": self._if,
            "WhileStatement": lambda n: tree.While(
                self._expression(n.condition), self.body(n.statement_block)
            ),
            "FromStatement": self._from,
            "ReactionStatement": self._reaction,
            "Conserve": self._conserve,
            "Compartment": self._compartment,
            "LinEquation": self._equation,
            "ProtectStatement": lambda n: self._expression_statement(n.expression),
            "SolveBlock": self._solve,
        }
        if kind in makers:
            return makers[kind](node)
        if kind == "Verbatim":
            return None if _is_harmless(node) else tree.Refused("VERBATIM", _place_of(node))
        refused = {
            "LonDiffuse": "LONGITUDINAL_DIFFUSION",
            "NonLinEquation": "NONLINEAR",
            "LagStatement": "LAG",
            "WatchStatement": "WATCH",
            "UpdateDt": "UPDATE",
        }
        if kind in refused:
            return tree.Refused(refused[kind])
        return None if kind in _HARMLESS_NODES else tree.Refused(self._first_line(node))

    def _expression_statement(self, node: Any) -> tree.Statement | None:
        kind = _kind(node)
        if kind in _PARENTHESES:
            return self._expression_statement(node.expression)
        if kind == "BinaryExpression" and node.op.eval() == "=":
            return tree.Assign(self._variable(node.lhs), self._expression(node.rhs))
        makers: dict[str, Callable[[Any], tree.Statement]] = {
            "SolveBlock": self._solve,
            "DiffEqExpression": lambda n: tree.Differential(
                self._variable(n.expression.lhs), self._expression(n.expression.rhs)
            ),
            "LinEquation": self._equation,
            "NonLinEquation": lambda _n: tree.Refused("NONLINEAR"),
            "FunctionCall": lambda n: tree.Run(self._call(n)),
        }
        # A value that nobody takes does nothing.
        return makers[kind](node) if kind in makers else None

    def _solve(self, node: Any) -> tree.Solve:
        method = _text(node.method) if node.method is not None else ""
        steady = node.steadystate is not None
        if steady:
            method = _text(node.steadystate)
        return tree.Solve(_text(node.block_name), method, steady)

    def _local(self, node: Any) -> tree.Local:
        names: list[tuple[str, tree.Expression | None]] = []
        for variable in node.variables:
            name = variable.name
            if _kind(name) == "IndexedName":
                names.append((_text(name.name), self._expression(name.length)))
            else:
                names.append((_text(name), None))
        return tree.Local(tuple(names))

    def _if(self, node: Any) -> tree.If:
        branches = [(self._expression(node.condition), self.body(node.statement_block))]
        branches += [
            (self._expression(part.condition), self.body(part.statement_block))
            for part in node.elseifs
        ]
        otherwise = () if node.elses is None else self.body(node.elses.statement_block)
        return tree.If(tuple(branches), otherwise)

    def _from(self, node: Any) -> tree.From:
        return tree.From(
            _text(node.name),
            self._expression(getattr(node, "from")),
            self._expression(node.to),
            None if node.increment is None else self._expression(node.increment),
            self.body(node.statement_block),
        )

    def _reaction(self, node: Any) -> tree.Reaction:
        backward = node.expression2
        return tree.Reaction(
            str(node.op.eval()),
            self._reactants(node.reaction1),
            () if node.reaction2 is None else self._reactants(node.reaction2),
            self._expression(node.expression1),
            None if backward is None else self._expression(backward),
        )

    def _conserve(self, node: Any) -> tree.Conserve:
        return tree.Conserve(self._reactants(node.react), self._expression(node.expr))

    def _compartment(self, node: Any) -> tree.Compartment:
        counter = None if node.index_name is None else _text(node.index_name)
        species = tuple(_text(name) for name in node.species)
        return tree.Compartment(counter, self._expression(node.volume), species)

    def _equation(self, node: Any) -> tree.Equation:
        return tree.Equation(self._expression(node.lhs), self._expression(node.rhs))

    def _reactants(self, node: Any) -> tuple[tuple[int, tree.Variable], ...]:
        kind = _kind(node)
        if kind in _PARENTHESES:
            return self._reactants(node.expression)
        if kind == "BinaryExpression" and node.op.eval() == "+":
            return self._reactants(node.lhs) + self._reactants(node.rhs)
        if kind == "ReactVarName":
            count = 1 if node.value is None else int(node.value.eval())
            return ((count, self._variable(node.name)),)
        return ((1, self._variable(node)),)

    # --- expressions

    def _expression(self, node: Any) -> tree.Expression:
        kind = _kind(node)
        if kind in _PARENTHESES:
            return self._expression(node.expression)
        if kind in {"Double", "Float", "Integer", "DoubleUnit"}:
            return tree.Number(self._number(node))
        if kind in {"VarName", "Name", "IndexedName", "PrimeName"}:
            return self._variable(node)
        if kind == "BinaryExpression":
            left, right = self._expression(node.lhs), self._expression(node.rhs)
            return tree.Binary(str(node.op.eval()), left, right)
        if kind == "UnaryExpression":
            return tree.Unary(str(node.op.eval()), self._expression(node.expression))
        if kind == "FunctionCall":
            return self._call(node)
        raise self._refuse(self._parser.to_nmodl(node), f"an expression of the kind {kind}")

    def _variable(self, node: Any) -> tree.Variable:
        if _kind(node) == "VarName":
            if node.index is not None:
                return tree.Variable(_text(node.name), self._expression(node.index))
            node = node.name
        if _kind(node) == "IndexedName":
            return tree.Variable(_text(node.name), self._expression(node.length))
        return tree.Variable(_text(node))

    def _call(self, node: Any) -> tree.Call:
        # A text as an argument (of printf) has no meaning for the numbers.
        arguments = (a for a in node.arguments if _kind(a) != "String")
        return tree.Call(_text(node.name), tuple(self._expression(a) for a in arguments))


def _without_includes(nodes: Iterable[Any]) -> Iterable[Any]:
    for node in nodes:
        if _kind(node) == "Include":
            yield from _without_includes(node.blocks)
        else:
            yield node


def _is_harmless(node: Any) -> bool:
    return " ".join(_code_of(node)) in _HARMLESS_VERBATIM | {""}


def _code_of(node: Any) -> list[str]:
    return str(node.statement.eval()).split()


def _place_of(node: Any) -> str:
    """Return the text by which a VERBATIM is told from others: its first word of C."""
    return " ".join(["VERBATIM", *_code_of(node)[:1]])


def _has_table(node: Any) -> bool:
    return any(_kind(part) == "TableStatement" for part in node.statement_block.statements)
