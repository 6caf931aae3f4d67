"""Saying which construct of which .mod file cannot be simulated, and where it stands."""

from __future__ import annotations

import re
from pathlib import Path

from pyneuronautofit.errors import UnsupportedModel

# C comes first: it may have lines that begin with COMMENT.
_COMMENT = re.compile(
    r"(?P<code>^[ \t]*VERBATIM\b.*?\bENDVERBATIM\b)|^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b",
    re.DOTALL | re.MULTILINE,
)
_LINE_COMMENT = re.compile(r"(^[ \t]*TITLE\b|[:?])[^\n]*", re.MULTILINE)
ADVICE = "Use --simulator neuron for this model, or rewrite the channel without it."


def line_of(source: str, text: str) -> int | None:
    """Return the number of the first line, comments left out, in which a text stands as a word."""
    code = _LINE_COMMENT.sub("", without_comments(source))
    edge_before = r"\b" if text[:1].isalnum() else ""
    edge_after = r"\b" if text[-1:].isalnum() else ""
    # The parser gives back text with other spaces than the author's.
    pattern = r"\s*".join(re.escape(part) for part in text.split())
    found = re.search(f"{edge_before}{pattern}{edge_after}", code)
    return None if found is None else code.count("\n", 0, found.start()) + 1


def without_comments(source: str) -> str:
    """Return a file's text with nothing in the lines of its COMMENT blocks."""
    return _COMMENT.sub(_blank, source)


def refusal(
    path: Path, source: str, construct: str, reason: str = "", *, place: str = ""
) -> UnsupportedModel:
    """Make the error for a construct.

    Parameters
    ----------
    construct
        Named as it stands in the file: `POINTER`, `SOLVE x`.
    reason
        Why, where the construct does not say that.
    place
        What to look for in the file, where that is another text.
    """
    line = line_of(source, place or construct)
    where = f"{path}" if line is None else f"{path}, line {line}"
    why = f" ({reason})" if reason else ""
    return UnsupportedModel(
        f"{where}: {construct} cannot be simulated by --simulator batch{why}. {ADVICE}"
    )


def _blank(found: re.Match[str]) -> str:
    """Return the lines of a comment, empty, so that the others keep their numbers."""
    if found["code"] is not None:
        return found.group()
    return "\n" * found.group().count("\n")
