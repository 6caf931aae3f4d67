"""What a class or function has that its source does not give: it is written behind it.

Nothing is executed for it. A method has to be one of the source; a plain value that the statement
may give another (it was set later, or made from what has changed since) is written as it is now.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any, TypeAlias

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source.values import literal

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
# Where other things keep the function that they are about.
_WITHIN = ("fget", "__func__", "func", "__wrapped__", "function")


def additions(thing: Any, name: str, source: str, namespace: Mapping[str, Any]) -> list[str]:
    """Return statements that make what a source defines what is there.

    Parameters
    ----------
    thing
        The class or function.
    namespace
        The names of its module.

    Raises
    ------
    UsageError
        If it is another than its source in what cannot be written.
    """
    code = compile(source, "<source>", "exec", dont_inherit=True)
    known = [meaning(each) for each in nested(code)]
    node = _statement(source, name)
    if isinstance(thing, FunctionType):
        own = node if isinstance(node, _Function) else None
        return _of_function(thing, name, own, known)
    if not isinstance(node, ast.ClassDef):
        raise UsageError(_changed(name))
    _check_bases(thing, node, namespace)
    found: list[str] = []
    own_names = {each for each, value in _given(node)}
    for attribute in own_names - vars(thing).keys():
        raise UsageError(f"{name} lacks {attribute}, which its source has. {_AGAIN}")
    for attribute, value in vars(thing).items():
        found += _of_attribute(f"{name}.{attribute}", attribute, value, node, known)
    return found


_AGAIN = "Run the cells, or the script, that define it again"


def _changed(where: str) -> str:
    return f"{where} is not what its source says: it was changed after it was defined. {_AGAIN}"


def _statement(source: str, name: str) -> ast.stmt | None:
    """Return the statement that defines a name."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (each for each in ast.walk(ast.parse(source)) if isinstance(each, kinds))
    return next((each for each in nodes if each.name == name), None)


def _check_bases(thing: type, node: ast.ClassDef, namespace: Mapping[str, Any]) -> None:
    for base, written in zip(thing.__bases__, node.bases, strict=False):
        if isinstance(written, ast.Name) and namespace.get(written.id, base) is not base:
            raise UsageError(
                f"{written.id} was defined again after {thing.__name__}, whose base it was. "
                f"{_AGAIN}"
            )


def _of_attribute(
    where: str, attribute: str, value: Any, node: ast.ClassDef, known: list[Any]
) -> list[str]:
    if attribute.startswith("__") and attribute.endswith("__") and not callable(value):
        return []  # Python's own
    function = _function_in(value)
    if function is not None:
        methods = (each for each in ast.walk(node) if isinstance(each, _Function))
        own = next((each for each in methods if each.name == function.__name__), None)
        return _of_function(function, where, own, known, is_bare=value is function)
    written = literal(value)
    given = dict(_given(node))
    if written is None:
        if attribute not in _assigned(node) and not node.decorator_list and "__" not in attribute:
            raise UsageError(f"{where} was set after its class was defined. {_AGAIN}")
        return []
    return [] if _text_of(given.get(attribute)) == written else [f"{where} = {written}"]


def _of_function(
    function: FunctionType, where: str, node: Any, known: list[Any], *, is_bare: bool = True
) -> list[str]:
    if function.__code__.co_filename == "<string>":
        return []  # a decorator's, such as that of dataclasses
    if node is None or meaning(function.__code__) not in known:
        raise UsageError(_changed(where))
    found = []
    pairs = (
        ("__defaults__", function.__defaults__, node.args.defaults),
        (
            "__kwdefaults__",
            function.__kwdefaults__,
            [each for each in node.args.kw_defaults if each is not None],
        ),
    )
    for kept, values, nodes in pairs:
        listed = list(values.values()) if isinstance(values, dict) else list(values or ())
        texts = [literal(each) for each in listed]
        if texts == [_text_of(each) for each in nodes] or None in texts:
            continue
        if not is_bare or node.decorator_list:
            raise UsageError(f"a default of {where} may be another now. Write it as a plain value")
        found.append(f"{where}.{kept} = {literal(values)}")
    return found


def _function_in(value: Any) -> FunctionType | None:
    for inner in _WITHIN:
        value = getattr(value, inner, value)
    return value if isinstance(value, FunctionType) else None


def _given(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """Yield what the statements of a class name, one by one, and what it is there."""
    deleted = {
        each.id
        for inner in node.body
        if isinstance(inner, ast.Delete)
        for each in inner.targets
        if isinstance(each, ast.Name)
    }
    for inner in node.body:
        targets: list[ast.expr] = []
        if isinstance(inner, ast.Assign):
            targets = inner.targets
        elif isinstance(inner, ast.AnnAssign) and inner.value is not None:
            targets = [inner.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id not in deleted:
                # Names that begin with two underscores are the class's own.
                private = target.id.startswith("__") and not target.id.endswith("__")
                owned = f"_{node.name.lstrip('_')}{target.id}" if private else target.id
                is_field = isinstance(inner, ast.AnnAssign) and bool(node.decorator_list)
                if not is_field:
                    yield owned, getattr(inner, "value", None)


def _assigned(node: ast.ClassDef) -> set[str]:
    """Return all names that the statement of a class may bind."""
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found |= {each.name for each in ast.walk(node) if isinstance(each, kinds)}
    imported = (ast.Import, ast.ImportFrom)
    for each in ast.walk(node):
        if isinstance(each, imported):
            found |= {(name.asname or name.name).partition(".")[0] for name in each.names}
    return found


def _text_of(node: Any) -> str | None:
    """Return the plain value that stands in a source, as `literal` writes it; None: it is none."""
    if node is None:
        return None
    try:
        return literal(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def meaning(code: CodeType) -> tuple[Any, ...]:
    """Return a function without its place, and without what depends on where names are from."""
    constants = tuple(
        meaning(each) if isinstance(each, CodeType) else (type(each), repr(each))
        for each in code.co_consts
    )
    names = (code.co_name, code.co_names, code.co_varnames, code.co_freevars)
    return (*names, code.co_argcount, code.co_kwonlyargcount, constants)


def nested(code: CodeType) -> Iterator[CodeType]:
    """Yield the functions within a piece of code, and those within them."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from nested(constant)
