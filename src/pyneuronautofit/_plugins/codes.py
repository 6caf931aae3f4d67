"""What modes and searches are called: letters, and names in braces.

A built-in mode has a letter. One of a plug-in has a name in braces, `{latency}`, or a letter that
is free. A code is either of them, as it is typed: the codes of a mode string, one after the other,
are the string again.
"""

from __future__ import annotations

import re

from pyneuronautofit.errors import UsageError

_CODE = re.compile(r"\{([^{}]*)\}|([^{}])", re.DOTALL)
_NAME = re.compile(r"[A-Za-z]\w*(?:[.:-]\w+)*", re.ASCII)
_MOST_OF_NAME = 80
_MOST_OF_STAMP = 60
EXPECTED_NAME = (
    "two letters, digits or low lines at least, beginning with a letter, with single dots, colons "
    "or hyphens between them"
)


def codes_of(modes: str) -> tuple[str, ...]:
    """Return the codes of a mode string, in their order: `OV{latency}` has O, V and {latency}.

    Raises
    ------
    UsageError
        If braces do not match, or there is no name in them.
    """
    codes = split_modes(modes)
    for code in codes:
        if len(code) > 1 and not is_code(code):
            raise UsageError(
                f"-m {modes:.60}: {code:.60} has no name in its braces: expected {EXPECTED_NAME}, "
                "such as {latency}"
            )
    if "".join(codes) != modes:
        raise UsageError(
            f"-m {modes:.60}: a brace has no other one: expected letters, and names in braces such "
            "as {latency}"
        )
    return codes


def split_modes(modes: str) -> tuple[str, ...]:
    """Return the codes of a mode string that somebody has stored; braces without others are out."""
    return tuple(found[0] for found in _CODE.finditer(modes))


def is_code(text: object) -> bool:
    """Tell whether something can be the code of a mode: a character, or a name in braces."""
    if not isinstance(text, str):
        return False
    return len(text) == 1 or (text[:1] == "{" and text[-1:] == "}" and is_name(text[1:-1]))


def is_name(text: str) -> bool:
    """Tell whether a plug-in can be called so."""
    return 1 < len(text) <= _MOST_OF_NAME and _NAME.fullmatch(text) is not None


def braced(name: str) -> str:
    """Return the code of a plug-in of this name: a letter is its own."""
    return name if len(name) == 1 else f"{{{name}}}"


def name_in(code: str) -> str:
    """Return the name that a code is made of."""
    return code[1:-1] if len(code) > 1 and code[0] == "{" else code


def for_file_name(codes: str) -> str:
    """Return codes as a part of a file's name: names stand between + instead of braces.

    Of very many the end is left out: what they are stands in the file.
    """
    text = re.sub(r"[^\w.+-]+", ".", codes.replace("{", "+").replace("}", "+"))
    text = re.sub(r"\++", "+", text).strip("+") if "{" in codes else codes
    return text if len(text) <= _MOST_OF_STAMP else f"{text[: _MOST_OF_STAMP - 4]}+etc"
