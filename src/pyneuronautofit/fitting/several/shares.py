"""What of a fit's mask and of --hold-out concerns each of its recordings."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyneuronautofit._plugins import is_code
from pyneuronautofit._text import quoted
from pyneuronautofit.errors import MaskError, UsageError
from pyneuronautofit.objectives import mask_text

_SWEEPS = re.compile(r"\d+(?:[:/]\d+)?")


@dataclass(frozen=True)
class Share:
    """One recording's.

    Attributes
    ----------
    mask
        Its mask, as -k takes it; None: none.
    hold_out
        Which of its sweeps are held out, as --hold-out takes it; None: none.
    fitted
        Whether it is fitted; else all of it is held out.
    """

    mask: str | None
    hold_out: str | None
    fitted: bool


def shares_of(mask: str | None, hold_out: str | None, names: Sequence[str]) -> list[Share]:
    """Return every recording's share.

    A mask that is a dict by the names of recordings has a mask for each; any other is for all of
    them. The same goes for the parts of `hold_out`, of which the name of a recording is all of it.

    Raises
    ------
    MaskError
        If a mask is for some that there are not.
    UsageError
        If every recording is held out.
    """
    masks = _masks(mask, names)
    words = [] if hold_out is None else [word.strip() for word in hold_out.split(",")]
    whole = {word for word in words if word in names}
    unknown = [word for word in words if word not in names and not _SWEEPS.fullmatch(word)]
    if unknown:
        raise UsageError(
            f"--hold-out {hold_out}: {quoted(unknown)} is neither sweeps, such as 3, 5:8 or 1/3, "
            f"nor one of the recordings {quoted(names)}"
        )
    sweeps = ",".join(word for word in words if word not in names) or None
    if whole == set(names):
        raise UsageError(f"--hold-out {hold_out}: every recording is held out, and none is fitted")
    return [
        Share(masks[name], None if name in whole else sweeps, name not in whole) for name in names
    ]


def _masks(mask: str | None, names: Sequence[str]) -> dict[str, str | None]:
    text = None if mask is None else mask_text(mask)
    try:
        literal = None if text is None else ast.literal_eval(f"(\n{text}\n)")
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return dict.fromkeys(names, mask)  # whoever reads it says what is wrong with it
    # What is neither a letter nor a name in braces is meant to be the name of a recording.
    if not isinstance(literal, dict) or all(is_code(str(key)) for key in literal):
        return dict.fromkeys(names, mask)
    unknown = [str(key) for key in literal if key not in names]
    if unknown:
        raise MaskError(
            f"the mask -k has rules for recordings, and for {quoted(unknown)}, which is none of "
            f"them; the recordings are {quoted(names)}"
        )
    return {name: repr(literal[name]) if name in literal else None for name in names}
