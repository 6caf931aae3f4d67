"""C code between VERBATIM and ENDVERBATIM that has no effect on what is simulated.

Half of the files that have any include a header that NEURON has included already, declare functions
that nobody calls, or carry a string with the file's version. What else is there is C, and refused.
"""

from __future__ import annotations

import re

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
# Lines for the preprocessor that define nothing.
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?:include|if|ifdef|ifndef|elif|else|endif)\b[^\n]*$", re.M)

_RETURN = re.compile(r"return(?:\s*\(?\s*0(?:\.0*)?\s*\)?)?")
# `static const char *id = "..."`: strings have been taken out by then.
_TEXT = re.compile(r'(?:static\s+|const\s+)*char\s*(?:const\s*)?\*?\s*\w+\s*(?:\[\s*\])?\s*=\s*""')
# `extern double x, *y`, and prototypes: a type before the name, and no body.
_VARIABLE = re.compile(r"extern\s+[\w\s*,\[\]]+")
_PROTOTYPE = re.compile(r"(?:[A-Za-z_]\w*[\s*]+)+[A-Za-z_]\w*\s*\([\w\s*,\[\]().]*\)")
_NO_TYPES = {"return", "else", "if", "while", "for", "goto", "sizeof", "do", "switch", "case"}


def is_without_effect(code: str) -> bool:
    """Say whether C code changes nothing: it includes, declares, or returns 0.

    Parameters
    ----------
    code
        What stands between VERBATIM and ENDVERBATIM.
    """
    # A comment may have quotes in it, and a string what looks like a comment: what begins first is.
    text = re.sub(f"{_COMMENT.pattern}|{_STRING.pattern}", _instead, code, flags=re.DOTALL)
    text = _DIRECTIVE.sub("", text)
    if re.search(r"[{}#]", text):
        return False
    return all(_is_harmless(" ".join(each.split())) for each in text.split(";"))


def _instead(found: re.Match[str]) -> str:
    return '""' if found[0].startswith('"') else " "


def _is_harmless(statement: str) -> bool:
    if not statement or _RETURN.fullmatch(statement) or _TEXT.fullmatch(statement):
        return True
    if _VARIABLE.fullmatch(statement):
        return True
    first = statement.replace("*", " ").split()[0]
    return first not in _NO_TYPES and bool(_PROTOTYPE.fullmatch(statement))
