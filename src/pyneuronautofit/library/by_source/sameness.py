"""Whether what a text defines is what is there: classes and functions, in all that they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source.values import literal

# What a class statement makes by itself, or Python when the class is used.
_MADE = frozenset(
    (
        *("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__"),
        *("__static_attributes__", "__firstlineno__", "__orig_bases__", "__parameters__"),
        *("__abstractmethods__", "_abc_impl", "__annotate_func__", "__annotations_cache__"),
        *("__conditional_annotations__", "__type_params__", "__slots__", "__match_args__"),
        *("__dataclass_fields__", "__dataclass_params__"),
    )
)
# Where other things keep the function that they are about.
_WITHIN = ("fget", "fset", "__func__", "func", "__wrapped__", "function")


def check_same(text: str, things: Mapping[str, Any]) -> None:
    """Execute a text of definitions, and refuse it if they are not those that are there.

    Parameters
    ----------
    text
        Definitions that were executed here already, as they stand in their files or cells now.
    things
        What they are to define, by name.

    Raises
    ------
    UsageError
        If something is another; it says what.
    """
    space: dict[str, Any] = {"__name__": "pyneuronautofit_source"}
    try:
        exec(compile(text, "<source>", "exec", dont_inherit=True), space)  # noqa: S102 (the user's own)
    except Exception as error:
        raise UsageError(
            f"what the model is made of cannot be defined again: {type(error).__name__}: {error}. "
            "Write the model as a project file (a project.py), and give its path"
        ) from error
    comparing = _Comparing()
    for name, thing in things.items():
        different = comparing.difference(thing, space.get(name), name)
        if different:
            raise UsageError(
                f"{different}: it was changed after it was defined, or what it was made from was. "
                "Run the cells, or the script, that define it again"
            )


class _Comparing:
    """Compares what is there with what was made; things that contain each other once."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()

    def difference(self, here: Any, made: Any, where: str) -> str:
        """Say what is different; "" where nothing is."""
        if here is made or (id(here), id(made)) in self._seen:
            return ""
        self._seen.add((id(here), id(made)))
        if isinstance(here, FunctionType) and isinstance(made, FunctionType):
            return self._functions(here, made, where)
        if isinstance(here, type) and isinstance(made, type):
            return self._classes(here, made, where)
        if isinstance(here, ModuleType):
            return f"{where} is another module than its source says"
        within = self._within(here, made)
        return self.difference(*within, where) if within else self._values(here, made, where)

    def _within(self, here: Any, made: Any) -> tuple[Any, Any] | None:
        """Return the functions that two things are about; None: they are about none."""
        for inner in _WITHIN:
            if isinstance(here, FunctionType) and hasattr(made, inner):
                # What a decorator has made of it, which it was taken out of.
                return here, getattr(made, inner)
            if getattr(here, inner, None) is not None and hasattr(made, inner):
                return getattr(here, inner), getattr(made, inner)
        return None

    def _values(self, here: Any, made: Any, where: str) -> str:
        texts = literal(here), literal(made)
        if texts == (None, None):
            # Nothing can be said of others but what they are.
            same = type(here).__qualname__ == type(made).__qualname__
        else:
            same = texts[0] == texts[1]
        if same:
            return ""
        return f"{where} is {here!r:.60}, but its source gives {made!r:.60}"

    def _functions(self, here: FunctionType, made: FunctionType, where: str) -> str:
        if meaning(here.__code__) != meaning(made.__code__):
            return f"{where} is not what its source says"
        one, other = _defaults(here), _defaults(made)
        if len(one) != len(other):
            return f"{where} has other defaults than its source says"
        for value, again in zip(one, other, strict=True):
            different = self.difference(value, again, f"a default of {where}")
            if different:
                return different
        return ""

    def _classes(self, here: type, made: type, where: str) -> str:
        bases = [(base, again) for base, again in zip(here.__bases__, made.__bases__, strict=False)]
        if len(here.__bases__) != len(made.__bases__):
            return f"{where} has other bases than its source says"
        for base, again in bases:
            different = self.difference(base, again, f"{base.__name__}, a base of {where},")
            if different:
                return different
        own, others = _attributes(here), _attributes(made)
        for name in own.keys() | others.keys():
            if name not in own:
                return f"{where} lacks {name}, which its source has"
            if name not in others:
                return f"{where}.{name} is not in its source"
            different = self.difference(own[name], others[name], f"{where}.{name}")
            if different:
                return different
        return ""


def _defaults(function: FunctionType) -> list[Any]:
    return [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _attributes(thing: type) -> dict[str, Any]:
    return {name: value for name, value in vars(thing).items() if name not in _MADE}


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
