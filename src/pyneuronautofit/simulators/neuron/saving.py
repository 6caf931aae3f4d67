"""Whether NEURON's SaveState keeps all that a cell takes from one step to the next.

It keeps voltages, STATEs and ions. A variable that a mechanism assigns in one step and reads in the
next is left as it is when a state is restored, if it is no STATE: `minf` that DERIVATIVE computes
and a current reads, a counter, a GLOBAL. Where there is such a variable, a state that was saved is
not what the cell was, and has to be reached once more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyneuronautofit.codegen.equations.passes import carried
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import declared_mechanism, neuron_files

# Of NEURON's own, those that no .mod file declares. None of NEURON's own keeps anything else.
_WITHOUT_FILE = frozenset({"morphology", "capacitance", "extracellular"})


class SavedStates:
    """Knows the mechanisms of a model.

    Parameters
    ----------
    mods
        The folder of its .mod files; None: it has none, or they are not known.
    """

    def __init__(self, mods: Path | None) -> None:
        self._mods = mods
        self._sound: frozenset[str] | None = None

    def are_whole(self, h: Any) -> bool:
        """Say whether SaveState keeps all of the cells that there are at the moment."""
        if self._sound is None:
            self._sound = self._find_sound()
        # Events, and what plays them, are no part of a segment.
        if h.List("NetCon").count() or h.List("FInitializeHandler").count():
            return False
        return all(name in self._sound or name.endswith("_ion") for name in _present(h))

    def _find_sound(self) -> frozenset[str]:
        own = map(declared_mechanism, (neuron_files() / "share" / "modfile").glob("*.mod"))
        found = {name for name in own if name is not None}
        for path in () if self._mods is None else self._mods.glob("*.mod"):
            name = declared_mechanism(path)
            if name is not None and _is_sound(path):
                found.add(name)
        return frozenset(found | _WITHOUT_FILE)


def _is_sound(path: Path) -> bool:
    try:
        return not carried(read_mechanism(path))
    except ModelError:  # what cannot be read may do anything
        return False


def _present(h: Any) -> set[str]:
    """Return the names of all mechanisms and point processes that stand in a segment."""
    found: set[str] = set()
    for section in h.allsec():
        found.update(mechanism.name() for mechanism in section(0.5))
        for segment in section.allseg():
            found.update(p.hname().partition("[")[0] for p in segment.point_processes())
    return found
