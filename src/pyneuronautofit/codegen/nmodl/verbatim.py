"""C code between VERBATIM and ENDVERBATIM that has no effect on what is simulated.

Half of the files that have any include a header that NEURON has included already, declare functions
that nobody calls, carry a string with the file's version, or print. What else is there is C, and
refused. Outside of all blocks functions may be defined, too: whoever calls them does so in C that
is looked at in its own place, or by a name that is not known, and is refused there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
# Lines for the preprocessor that define nothing.
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?:include|if|ifdef|ifndef|elif|else|endif)\b[^\n]*$", re.M)

_RETURN = re.compile(r"return(?:\s*\(?\s*0(?:\.0*)?\s*\)?)?")
# `static const char *id = "..."`: strings have been taken out by then.
_TEXT = re.compile(r'(?:static\s+|const\s+)*char\s*(?:const\s*)?\*?\s*\w+\s*(?:\[\s*\])?\s*=\s*""')
# `extern double x, *y`, `static int n = 0`, and prototypes: a type before the name, and no body.
_VARIABLE = re.compile(r"extern\s+[\w\s*,\[\]]+")
_TYPE = r"(?:(?:static|const|unsigned|signed|long|short|struct)\s+)*[A-Za-z_]\w*"
_OWN = re.compile(
    rf"{_TYPE}[\s*]+[A-Za-z_]\w*(?:\s*\[\s*\w*\s*\])?(?:\s*=\s*-?[\d.]+(?:[eE][+-]?\d+)?)?"
)
_PROTOTYPE = re.compile(r"(?:[A-Za-z_]\w*[\s*]+)+[A-Za-z_]\w*\s*\([\w\s*,\[\]().]*\)")
_NO_TYPES = {
    *("return", "else", "if", "while", "for", "goto", "sizeof", "do", "switch", "case"),
    *("throw", "delete", "new", "break", "continue", "typedef", "using", "namespace"),
}
# What is printed may be any value, but nothing that has to be called or is assigned on the way.
_PRINT = re.compile(r'(?:printf|fprintf\s*\(\s*(?:stderr|stdout)\s*,)\s*\(?\s*""[^()=]*\)')
_CHANGES = re.compile(r"\+\+|--")
_ATTRIBUTE = re.compile(r"__\w+|\[\[")


def is_without_effect(code: str, *, outside: bool = False, ending: bool = False) -> bool:
    """Say whether C code changes nothing: it includes, declares, prints, or returns 0 at the end.

    Parameters
    ----------
    code
        What stands between VERBATIM and ENDVERBATIM.
    outside
        It stands outside of all blocks, where functions and variables may be defined.
    ending
        It is the last statement of a PROCEDURE: to return from there changes nothing.
    """
    # A comment may have quotes in it, and a string what looks like a comment: what begins first is.
    text = re.sub(f"{_COMMENT.pattern}|{_STRING.pattern}", _instead, code, flags=re.DOTALL)
    text = _DIRECTIVE.sub("", text)
    if outside and not _ATTRIBUTE.search(text):
        text = "".join(_without_functions(text))
    if re.search(r"[{}#]", text):
        return False
    statements = (" ".join(each.split()) for each in text.split(";"))
    return all(
        _is_harmless(each)
        or (outside and _is_variable(each))
        or (ending and _RETURN.fullmatch(each))
        for each in statements
    )


def _instead(found: re.Match[str]) -> str:
    return '""' if found[0].startswith('"') else " "


def _without_functions(text: str) -> Iterator[str]:
    """Yield what stands outside of the bodies of functions, of which prototypes are left."""
    depth, outer = 0, ""
    for character in text:
        if character == "{":
            if depth == 0:
                head = " ".join(re.split(r"[;}]", outer)[-1].split())
                if not _is_prototype(head):
                    yield f"{outer}{{"  # what is no function stays, and is refused
                    outer = ""
                    continue
            depth += 1
        elif character == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                yield f"{outer};"
                outer = ""
        elif depth == 0:
            outer += character
    yield outer if depth == 0 else "{"


def _is_harmless(statement: str) -> bool:
    if not statement or _TEXT.fullmatch(statement):
        return True
    if _VARIABLE.fullmatch(statement):
        return True
    if _PRINT.fullmatch(statement):
        return not _CHANGES.search(statement)
    return _is_prototype(statement)


def _is_prototype(statement: str) -> bool:
    return _first_word(statement) not in _NO_TYPES and bool(_PROTOTYPE.fullmatch(statement))


def _is_variable(statement: str) -> bool:
    """Say whether a variable is declared, with a number or nothing to begin with."""
    return _first_word(statement) not in _NO_TYPES and bool(_OWN.fullmatch(statement))


def _first_word(statement: str) -> str:
    return (statement.replace("*", " ").split() or [""])[0]
