"""Statements and expressions of NEURON's parser as our records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pyneuronautofit._text import shortened
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.verbatim import is_without_effect
from pyneuronautofit.errors import ModelError

# What changes no number: what is written to users, to units, to other simulators.
HARMLESS_NODES = frozenset(
    {
        *("Model", "BlockComment", "LineComment", "UnitState", "IndependentBlock", "Define"),
        *("TableStatement", "ConductanceHint", "MutexLock", "MutexUnlock", "Verbatim"),
    }
)
# So much C stands in a message.
_MOST_OF_CODE = 100
_PARENTHESES = frozenset({"WrappedExpression", "ParenExpression"})

#: Makes the error for a construct and the reason why it is refused.
Refuse = Callable[[str, str], ModelError]


def kind_of(node: Any) -> str:
    """Return the name of a node's class."""
    return str(node.get_node_type_name())


def text_of(node: Any) -> str:
    """Return the name that a node stands for."""
    return str(node.get_node_name())


class StatementReader:
    """Turns the parser's statements and expressions into records.

    Parameters
    ----------
    parser
        The module `neuron.nmodl`.
    refuse
        Makes the error for what cannot be simulated.
    defines
        Values of DEFINE.
    """

    def __init__(self, parser: Any, refuse: Refuse, defines: Mapping[str, float]) -> None:
        self._parser = parser
        self._refuse = refuse
        self._defines = defines

    def block(self, node: Any, keyword: str) -> tree.Block:
        """Return a named block."""
        arguments = tuple(text_of(argument) for argument in getattr(node, "parameters", ()))
        table = next(map(self._table, _tables(node)), None)
        body = self.body(node.statement_block, ending=keyword == "PROCEDURE")
        return tree.Block(keyword, text_of(node.name), arguments, body, table)

    def _table(self, node: Any) -> tree.Table:
        return tree.Table(
            frozenset(text_of(variable) for variable in node.table_vars),
            self._expression(getattr(node, "from")),
            self._expression(node.to),
            int(self.number(getattr(node, "with"))),
        )

    def receive(self, node: Any) -> tree.Receive:
        """Return a NET_RECEIVE block."""
        initial: tree.Body = ()
        for part in node.statement_block.statements:
            if kind_of(part) == "ExpressionStatement":
                inner = part.expression
                if kind_of(inner) == "InitialBlock":
                    initial = self.body(inner.statement_block)
        arguments = tuple(text_of(argument) for argument in node.parameters)
        return tree.Receive(arguments, initial, self.body(node.statement_block))

    def body(self, node: Any, *, ending: bool = False) -> tree.Body:
        """Return the statements of a block; `ending`: it may return at its end."""
        last = node.statements[-1] if ending and len(node.statements) else None
        made = (self._statement(part, ending=part is last) for part in node.statements)
        return tuple(statement for statement in made if statement is not None)

    def _statement(self, node: Any, *, ending: bool = False) -> tree.Statement | None:
        kind = kind_of(node)
        if kind == "ExpressionStatement":
            return self._expression_statement(node.expression)
        makers: dict[str, Callable[[Any], tree.Statement | None]] = {
            "LocalListStatement": self.local,
            "IfStatement": self._if,
            "WhileStatement": lambda n: tree.While(
                self._expression(n.condition), self.body(n.statement_block)
            ),
            "FromStatement": self._from,
            "ReactionStatement": self._reaction,
            "Conserve": self._conserve,
            "Compartment": self._compartment,
            "LonDiffuse": self._diffusion,
            "LinEquation": self._equation,
            "ProtectStatement": lambda n: self._expression_statement(n.expression),
            "SolveBlock": self._solve,
        }
        if kind in makers:
            return makers[kind](node)
        if kind == "Verbatim":
            if is_harmless(node, ending=ending):
                return None
            return tree.Refused("VERBATIM", place_of(node), said_of(node))
        refused = {
            "NonLinEquation": "NONLINEAR",
            "LagStatement": "LAG",
            "WatchStatement": "WATCH",
            "UpdateDt": "UPDATE",
        }
        if kind in refused:
            return tree.Refused(refused[kind])
        return None if kind in HARMLESS_NODES else tree.Refused(self.first_line(node))

    def _expression_statement(self, node: Any) -> tree.Statement | None:
        kind = kind_of(node)
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
        method = text_of(node.method) if node.method is not None else ""
        steady = node.steadystate is not None
        if steady:
            method = text_of(node.steadystate)
        return tree.Solve(text_of(node.block_name), method, steady)

    def local(self, node: Any) -> tree.Local:
        """Return a LOCAL statement."""
        names: list[tuple[str, tree.Expression | None]] = []
        for variable in node.variables:
            name = variable.name
            if kind_of(name) == "IndexedName":
                names.append((text_of(name.name), self._expression(name.length)))
            else:
                names.append((text_of(name), None))
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
            text_of(node.name),
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
        counter = None if node.index_name is None else text_of(node.index_name)
        species = tuple(text_of(name) for name in node.species)
        return tree.Compartment(counter, self._expression(node.volume), species)

    def _diffusion(self, node: Any) -> tree.Diffusion:
        return tree.Diffusion(tuple(text_of(name) for name in node.species))

    def _equation(self, node: Any) -> tree.Equation:
        return tree.Equation(self._expression(node.lhs), self._expression(node.rhs))

    def _reactants(self, node: Any) -> tuple[tuple[int, tree.Variable], ...]:
        kind = kind_of(node)
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
        kind = kind_of(node)
        if kind in _PARENTHESES:
            return self._expression(node.expression)
        if kind in {"Double", "Float", "Integer", "DoubleUnit"}:
            return tree.Number(self.number(node))
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
        if kind_of(node) == "VarName":
            if node.index is not None:
                return tree.Variable(text_of(node.name), self._expression(node.index))
            node = node.name
        if kind_of(node) == "IndexedName":
            return tree.Variable(text_of(node.name), self._expression(node.length))
        return tree.Variable(text_of(node))

    def _call(self, node: Any) -> tree.Call:
        # A text as an argument (of printf) has no meaning for the numbers.
        arguments = (a for a in node.arguments if kind_of(a) != "String")
        return tree.Call(text_of(node.name), tuple(self._expression(a) for a in arguments))

    def number(self, node: Any) -> float:
        """Return a number that may be a name of DEFINE."""
        if kind_of(node) == "DoubleUnit":
            node = node.value
        if kind_of(node) in {"Name", "VarName"}:
            return self._defines[text_of(node)]
        # Of a name of DEFINE, too; with its sign.
        return float(node.eval())

    def first_line(self, node: Any) -> str:
        """Return how a statement or a block begins, as text."""
        lines = str(self._parser.to_nmodl(node)).strip().splitlines()
        return lines[0].rstrip(" {") if lines else kind_of(node)


def _tables(block: Any) -> list[Any]:
    parts = block.statement_block.statements
    return [part for part in parts if kind_of(part) == "TableStatement"]


def is_harmless(node: Any, *, outside: bool = False, ending: bool = False) -> bool:
    """Say whether a VERBATIM block changes nothing; where it stands as of `is_without_effect`."""
    return is_without_effect(str(node.statement.eval()), outside=outside, ending=ending)


def _code_of(node: Any) -> list[str]:
    return str(node.statement.eval()).split()


def said_of(node: Any) -> str:
    """Return the C of a VERBATIM, as far as a message can show it: whoever reads it knows it."""
    return f"its C may do anything: {shortened(' '.join(_code_of(node)), _MOST_OF_CODE)}"


def place_of(node: Any) -> str:
    """Return the text by which a VERBATIM is told from others: its first word of C."""
    return " ".join(["VERBATIM", *_code_of(node)[:1]])
