"""The source of one class or function, checked against the thing itself."""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import linecache
import symtable
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from pyneuronautofit.errors import UsageError

_FUTURE = __future__.annotations.compiler_flag
_REMEDY = "Write the model as a project file (a project.py), and give its path"
# What a class statement makes by itself.
_MADE = frozenset(
    [
        "__module__",
        "__qualname__",
        "__doc__",
        "__dict__",
        "__weakref__",
        "__annotations__",
        "__static_attributes__",
        "__firstlineno__",
        "__orig_bases__",
        "__parameters__",
        "__abstractmethods__",
        "_abc_impl",
        "__annotate_func__",
        "__annotations_cache__",
        "__conditional_annotations__",
        "__type_params__",
        "__slots__",
    ]
)


@dataclass(frozen=True)
class Definition:
    """A class or function as text.

    Attributes
    ----------
    name
        What its statement defines.
    source
        The statement, with its decorators.
    uses
        Names that it takes from its module.
    namespace
        That module's.
    annotations_are_text
        Whether it was made under `from __future__ import annotations`.
    """

    name: str
    source: str
    uses: frozenset[str]
    namespace: Mapping[str, Any]
    annotations_are_text: bool


def definition_of(thing: Any) -> Definition:
    """Return the source of a class or function of the top level of a notebook or script.

    Raises
    ------
    UsageError
        If it has none, is defined within something else, or is not what its source says.
    """
    name = getattr(thing, "__name__", repr(thing))
    codes = list(_codes(thing))
    _check_place(thing, name, codes)
    source = _source_of(thing, name, codes)
    text_flag = _FUTURE if any(code.co_flags & _FUTURE for code in codes) else 0
    if not _is_as_written(codes, text_flag):
        raise UsageError(
            f"{name} is not what its source says: it was changed after it was defined. Run the "
            "cell, or the script, that defines it again"
        )
    if isinstance(thing, type):
        _check_attributes(thing, source)
    space = _namespace(thing, codes)
    read = f"from __future__ import annotations\n{source}" if text_flag else source
    return Definition(name, source, _uses(read, name, space), space, bool(text_flag))


def _refusal(name: str, why: str) -> str:
    return f"{name} cannot be given to other processes: {why}. {_REMEDY}"


def _functions(thing: Any) -> Iterator[FunctionType]:
    """Yield a function, or those that the statement of a class defines."""
    if isinstance(thing, FunctionType):
        yield thing
        return
    for value in vars(thing).values():
        found = value
        for inner in ("fget", "__func__", "func", "__wrapped__"):
            found = getattr(found, inner, found)
        if isinstance(found, FunctionType):
            yield found


def _codes(thing: Any) -> Iterator[CodeType]:
    prefix = thing.__qualname__ + "."
    for function in _functions(thing):
        # Others were given to the class from outside, or made by a decorator.
        own = function is thing or function.__qualname__.startswith(prefix)
        if own and function.__code__.co_filename != "<string>":
            yield function.__code__


def _check_place(thing: Any, name: str, codes: list[CodeType]) -> None:
    if name == "<lambda>":
        raise UsageError(_refusal("a lambda", "it has no name; define it with def"))
    if "." in thing.__qualname__:
        raise UsageError(
            _refusal(name, f"it is defined within {thing.__qualname__.rpartition('.')[0]}")
            + ", or define it at the top level of the notebook or script"
        )
    for code in codes:
        outer = [each for each in code.co_freevars if each != "__class__"]
        if outer:
            raise UsageError(_refusal(name, f"it uses the variable {outer[0]} of a function"))


def _source_of(thing: Any, name: str, codes: list[CodeType]) -> str:
    if isinstance(thing, FunctionType):
        try:
            return textwrap.dedent(inspect.getsource(thing))
        except (OSError, TypeError) as error:
            raise UsageError(_refusal(name, "its source is not known")) from error
    for file in dict.fromkeys(code.co_filename for code in codes):
        lines = linecache.getlines(file, vars(inspect.getmodule(thing)) if _module(thing) else None)
        wanted = {code.co_firstlineno for code in codes if code.co_filename == file}
        for node in _classes("".join(lines), name):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if all(first <= line <= (node.end_lineno or first) for line in wanted):
                return textwrap.dedent("".join(lines[first - 1 : node.end_lineno]))
    found = None if codes else _without_functions(thing, name)
    if found is not None:
        return found
    try:
        return textwrap.dedent(inspect.getsource(thing))
    except (OSError, TypeError) as error:
        raise UsageError(_refusal(name, "its source is not known")) from error


def _without_functions(thing: Any, name: str) -> str | None:
    """Return the source of a class of which no function says where it stands.

    It is sought in the cells of the notebook, and has to be the only one of its name there.
    """
    files = {file for file in list(linecache.cache) if "ipykernel_" in file}
    for value in _namespace(thing, []).values():
        if isinstance(value, type | FunctionType):
            files |= {function.__code__.co_filename for function in _functions(value)}
    found = set()
    for file in files:
        text = "".join(linecache.getlines(file))
        for node in _classes(text, name):
            source = ast.get_source_segment(text, node, padded=True)
            found.add(textwrap.dedent(source or ""))
    return found.pop() if len(found) == 1 else None


def _module(thing: Any) -> bool:
    return inspect.getmodule(thing) is not None


def _classes(text: str, name: str) -> Iterator[ast.ClassDef]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == name:
            yield node


def _is_as_written(codes: list[CodeType], flags: int) -> bool:
    """Tell whether functions are what their files, or the cells of a notebook, say now."""
    known: list[tuple[Any, ...]] = []
    for file in dict.fromkeys(code.co_filename for code in codes):
        for made in _compiled("".join(linecache.getlines(file)), file, flags):
            known += [_without_place(code) for code in _nested(made)]
    return all(_without_place(code) in known for code in codes)


def _compiled(text: str, file: str, flags: int) -> Iterator[CodeType]:
    """Yield a text as a script is compiled, as a whole, and as a notebook is, by its statements.

    It makes a difference: a name is taken otherwise where its import was compiled with it.
    """
    # Notebooks may await in their cells.
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        whole = compile(text, file, "exec", ast.PyCF_ONLY_AST | flags, dont_inherit=True)
        yield compile(whole, file, "exec", flags, dont_inherit=True)
        for statement in whole.body:
            alone = ast.Module([statement], [])
            yield compile(alone, file, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)


def _without_place(code: CodeType) -> tuple[Any, ...]:
    """Return what a function does, wherever it stands."""
    constants = tuple(
        _without_place(each) if isinstance(each, CodeType) else (type(each), repr(each))
        for each in code.co_consts
    )
    return (
        code.co_name,
        code.co_code,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_argcount,
        code.co_kwonlyargcount,
        constants,
    )


def _check_attributes(thing: type, source: str) -> None:
    """Refuse a class that was given attributes which its statement does not have."""
    node = ast.parse(source).body[0]
    if not isinstance(node, ast.ClassDef) or node.decorator_list or node.keywords:
        return  # decorators and metaclasses may add what they like
    table = symtable.symtable(source, "<source>", "exec").get_children()[-1]
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    own |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()}
    own |= {f"_{thing.__name__.lstrip('_')}{each}" for each in own if each.startswith("__")}
    added = [each for each in vars(thing) if each not in own and each not in _MADE]
    if added:
        raise UsageError(
            _refusal(thing.__name__, f"its attribute {added[0]} was set after it was defined")
            + f", or set {added[0]} within the class"
        )


def _namespace(thing: Any, codes: list[CodeType]) -> Mapping[str, Any]:
    for function in _functions(thing):
        if function.__code__ in codes:
            return function.__globals__
    module = inspect.getmodule(thing)
    bases = thing.__mro__[1:] if isinstance(thing, type) else ()
    near = [f.__globals__ for base in bases for f in _functions(base)]
    if near and near[0].get(thing.__name__) is thing:
        return near[0]
    return {} if module is None else vars(module)


def _uses(source: str, own: str, namespace: Mapping[str, Any]) -> frozenset[str]:
    top = symtable.symtable(source, "<source>", "exec")
    found: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        for symbol in table.get_symbols():
            if table is top:
                taken = symbol.is_referenced() and not symbol.is_assigned()
            else:
                taken = symbol.is_global()
            if taken:
                found.add(symbol.get_name())
    found.discard(own)
    known = vars(builtins)
    return frozenset(each for each in found if each in namespace or each not in known)
