"""What a plug-in is: something of somebody else's, and where it is from."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pyneuronautofit._plugins.codes import braced

_PACKAGE = str(Path(__file__).parents[1])


@dataclass(frozen=True)
class Kind:
    """A kind of plug-ins.

    Attributes
    ----------
    title
        What one is called in messages.
    listed
        The name of the list in a file that has them, in capitals.
    named_by
        What one is called: the first of these that it has.
    """

    title: str
    listed: str
    named_by: tuple[str, ...] = ("name", "__name__")

    @property
    def group(self) -> str:
        """The group of entry points."""
        return f"pyneuronautofit.{self.listed.lower()}"

    def name_of(self, thing: Any) -> str:
        """Return what something of this kind is called."""
        names = (getattr(thing, key, None) for key in self.named_by)
        return next((n for n in names if isinstance(n, str) and n), type(thing).__name__)


# Compared by identity: what is made of one is kept for it.
@dataclass(frozen=True, eq=False)
class PlugIn:
    """One plug-in; it is loaded when it is first looked at.

    Attributes
    ----------
    kind
        Which table it is for.
    name
        What it is called, without braces.
    origin
        Where it is from: a file's name, or a distribution with its version.
    load
        Returns it.
    source
        Returns the text that it was made from; None where nobody knows it.
    path
        The file that was given, where it is of one.
    """

    kind: Kind
    name: str
    origin: str
    load: Callable[[], Any]
    source: Callable[[], bytes | None]
    path: Path | None = None

    @property
    def code(self) -> str:
        """What it is called in -m and -A."""
        return braced(self.name)

    @cached_property
    def thing(self) -> Any:
        """What it is; whatever is raised by somebody else's code is raised."""
        return self.load()

    @property
    def identity(self) -> str:
        """By what a run knows that it is the same: where it is from, and a digest of its source."""
        source = self.source()
        digest = "not known" if source is None else hashlib.sha256(source).hexdigest()
        return f"{self.origin}, SHA-256 {digest}"

    @property
    def said(self) -> str:
        """What messages call it."""
        return f"{self.kind.title} {self.code} of {self.origin}"


def place_of(error: BaseException, fallback: str = "") -> str:
    """Return the line of somebody's code in which an error was raised, as `file.py:12`.

    Parameters
    ----------
    fallback
        What is returned where the error says nothing of it.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = [
        (frame.filename, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_PACKAGE, "<frozen"))
    ]
    # Where their code was entered, and there the innermost call: not within a library of theirs.
    lines = [line for file, line in frames if file == frames[0][0]]
    return f"{frames[0][0]}:{lines[-1]}" if frames else fallback
