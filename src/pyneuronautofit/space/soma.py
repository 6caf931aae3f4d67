"""The section that gets the current, whatever a cell class calls `soma`."""

from __future__ import annotations

from typing import Any

from pyneuronautofit.errors import ModelError


def soma_of(cell: Any) -> Any:
    """Return the section `soma` of a cell; of several, the first one.

    A class has a section of that name, a list of sections (NEURON's Import3d makes such), or a
    SectionList of a hoc template.

    Raises
    ------
    ModelError
        If it has none of them.
    """
    found = getattr(cell, "soma", None)
    if found is None:
        raise ModelError(
            f"the cell class {type(cell).__name__} has no section 'soma': the current is "
            "injected into soma(0.5); name the section so"
        )
    if hasattr(found, "wholetree"):
        return found
    try:
        first = next(iter(found), None)
    except TypeError:
        first = None
    if not hasattr(first, "wholetree"):
        raise ModelError(
            f"the cell class {type(cell).__name__}: 'soma' is {found!r:.60}; expected a section, "
            "or a list of sections, of which the first one gets the current"
        )
    return first
