"""The source of one class or function, checked against the thing itself."""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import linecache
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source.sameness import nested

_FUTURE = __future__.annotations.compiler_flag
_REMEDY = "Write the model as a project file (a project.py), and give its path"


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
    imports
        Modules that it imports when it is used.
    """

    name: str
    source: str
    uses: frozenset[str]
    namespace: Mapping[str, Any]
    annotations_are_text: bool
    imports: frozenset[str] = frozenset()


def definition_of(thing: Any, known_in: Mapping[str, Any] | None = None) -> Definition:
    """Return the source of a class or function of the top level of a notebook or script.

    Parameters
    ----------
    known_in
        The names of the module where it is used; None: it says itself of which module it is.

    Raises
    ------
    UsageError
        If it has none, is defined within something else, or is not what its source says.
    """
    name = getattr(thing, "__name__", repr(thing))
    codes = list(_codes(thing))
    _check_place(thing, name, codes)
    source = _source_of(thing, name, codes, known_in)
    text_flag = _FUTURE if any(code.co_flags & _FUTURE for code in codes) else 0
    if not _is_as_written(codes, text_flag):
        raise UsageError(
            f"{name} is not what its source says: it was changed after it was defined. Run the "
            "cell, or the script, that defines it again"
        )
    space = _namespace(thing, codes, known_in)
    read = f"from __future__ import annotations\n{source}" if text_flag else source
    uses, imports = _uses(read, name, space), _imports(source)
    return Definition(name, source, uses, space, bool(text_flag), imports)


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


def _source_of(
    thing: Any, name: str, codes: list[CodeType], known_in: Mapping[str, Any] | None
) -> str:
    if isinstance(thing, FunctionType):
        try:
            return _flush(inspect.getsource(thing))
        except (OSError, TypeError) as error:
            raise UsageError(_refusal(name, "its source is not known")) from error
    for file in dict.fromkeys(code.co_filename for code in codes):
        lines = linecache.getlines(file, vars(inspect.getmodule(thing)) if _module(thing) else None)
        wanted = {code.co_firstlineno for code in codes if code.co_filename == file}
        for node in _classes("".join(lines), name):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if all(first <= line <= (node.end_lineno or first) for line in wanted):
                return _flush("".join(lines[first - 1 : node.end_lineno]))
    found = None if codes else _without_functions(thing, name, known_in)
    if found is not None:
        return found
    try:
        return _flush(inspect.getsource(thing))
    except (OSError, TypeError) as error:
        raise UsageError(_refusal(name, "its source is not known")) from error


def _flush(source: str) -> str:
    """Return a statement so that it can stand at the left margin; texts in it stay as they are."""
    return f"if True:\n{source}" if source[:1].isspace() else source


def _without_functions(thing: Any, name: str, known_in: Mapping[str, Any] | None) -> str | None:
    """Return the source of a class of which no function says where it stands.

    It is sought in the cells of the notebook; the last one of its name is taken, and compared with
    the class when all is gathered.
    """
    files = {file for file in list(linecache.cache) if "ipykernel_" in file}
    for value in _namespace(thing, [], known_in).values():
        if isinstance(value, type | FunctionType):
            files |= {function.__code__.co_filename for function in _functions(value)}
    found = None
    # In the order in which cells were run.
    for file in [each for each in list(linecache.cache) if each in files] + sorted(files):
        lines = linecache.getlines(file)
        for node in _classes("".join(lines), name):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found = _flush("".join(lines[first - 1 : node.end_lineno]))
        if found is not None and file not in linecache.cache:
            break
    return found


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
            known += [_without_place(code) for code in nested(made)]
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


def _namespace(
    thing: Any, codes: list[CodeType], known_in: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    for function in _functions(thing):
        if function.__code__ in codes:
            return function.__globals__
    if known_in is not None and known_in.get(thing.__name__) is thing:
        return known_in
    module = inspect.getmodule(thing)
    bases = thing.__mro__[1:] if isinstance(thing, type) else ()
    near = [f.__globals__ for base in bases for f in _functions(base)]
    if near and near[0].get(thing.__name__) is thing:
        return near[0]
    return {} if module is None else vars(module)


def _imports(source: str) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return frozenset(found)


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
