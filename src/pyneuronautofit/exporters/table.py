"""The kinds of exports that there are."""

from __future__ import annotations

from pyneuronautofit._registry import table_by
from pyneuronautofit._text import quoted, shortened
from pyneuronautofit.errors import UsageError
from pyneuronautofit.exporters.bluepyopt import BLUEPYOPT
from pyneuronautofit.exporters.hoc import HOC
from pyneuronautofit.exporters.jaxley import JAXLEY
from pyneuronautofit.exporters.kind import ExportKind
from pyneuronautofit.exporters.neuron_script import NEURON

_NO_NEUROML = (
    "there is no such export, because none could be proven: the NMODL that jNeuroML makes of a "
    "channel leaves its conductance a time step behind its gates, so spikes come at other times "
    "than those of the fitted model; take neuron or hoc, and see docs/exports.md"
)
#: By name.
EXPORTS = table_by(lambda kind: kind.name, (NEURON, HOC, BLUEPYOPT, JAXLEY))


def read_kinds(text: str) -> tuple[ExportKind, ...]:
    """Read names with commas between them; raises UsageError if there is no such kind."""
    if "neuroml" in text.split(","):
        raise UsageError(f"--as neuroml: {_NO_NEUROML}")
    names = [name for word in text.split(",") if (name := word.strip())]
    if not names or not {*names} <= {*EXPORTS}:
        raise UsageError(f"--as {shortened(text)}: expected some of {quoted(EXPORTS)}")
    return tuple(EXPORTS[name] for name in dict.fromkeys(names))
