"""What probes share inside a worker process: beginning, letting time pass, reading the state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import NeuronSession, Settings
from pyneuronautofit.space import ParameterPath

_STATE_VARIABLES = 3  # NEURON's number for them, in MechanismStandard


class Runner:
    """Simulates the cells that a session builds.

    Parameters
    ----------
    session
        Builds them.
    experiment
        Temperature, time step and initial voltage.
    """

    def __init__(self, session: NeuronSession, experiment: Experiment) -> None:
        self._session = session
        self._h = session.h
        self._experiment = experiment
        self._context = self._h.ParallelContext()
        # psolve wants a bound on its own steps although there is nothing to exchange.
        self._context.set_maxstep(10)

    def begin(self, cell: Any, beginning: Settings) -> None:
        """Bring the cell to its initial state, at t = 0."""
        self._session.initialise(self._experiment)
        if beginning:
            for path, voltage_mV in beginning:
                path.set(cell, voltage_mV)
            self._h.finitialize()

    def advance_to(self, time_ms: float) -> None:
        """Let time pass."""
        # Half a step more: NEURON's time is a sum of many small steps, and a little off.
        self._context.psolve(time_ms + 0.5 * self._h.dt)


class StateReader:
    """Reads the state of all cells of a process, whose sections have to stay as they are.

    It is every voltage and every state variable of the density mechanisms, concentrations included.
    """

    def __init__(self, h: Any) -> None:
        references = list(_references(h))
        self._pointers = h.PtrVector(len(references))
        for place, reference in enumerate(references):
            self._pointers.pset(place, reference)
        self._values = h.Vector(len(references))

    def read(self) -> FloatArray:
        """Return the state.

        Returns
        -------
        FloatArray, shape (n_state,)
        """
        self._pointers.gather(self._values)
        return np.array(self._values.as_numpy(), dtype=np.float64)


def _references(h: Any) -> Iterator[Any]:
    for section in h.allsec():
        for segment in section:
            yield segment._ref_v
            for mechanism in segment:
                yield from _states_of(h, segment, mechanism)


def _states_of(h: Any, segment: Any, mechanism: Any) -> Iterator[Any]:
    name = mechanism.name()
    if mechanism.is_ion():
        for side in "io":
            yield getattr(segment, f"_ref_{name[:-4]}{side}")
        return
    standard = h.MechanismStandard(name, _STATE_VARIABLES)
    text = h.ref("")
    for number in range(int(standard.count())):
        size = int(standard.name(text, number))
        pointer = getattr(segment, f"_ref_{text[0]}")
        yield from [pointer] if size == 1 else [pointer[place] for place in range(size)]


def reference(cell: Any, path: ParameterPath) -> Any:
    """Return NEURON's pointer to what is at a path, which `open_session` has found to exist."""
    owner = cell
    for step in path.steps:
        owner = getattr(owner, step.name)
        owner = owner if step.index is None else owner[step.index]
        owner = owner if step.position is None else owner(step.position)
    if hasattr(owner, "psection"):
        owner = owner(0.5)  # a section's voltage is that of its middle
    return getattr(owner, f"_ref_{path.attribute}")


def recorded(vectors: list[Any]) -> FloatArray:
    """Return what NEURON has recorded.

    Returns
    -------
    FloatArray, shape (n_vector, n_sample)
    """
    return np.array([vector.as_numpy() for vector in vectors], dtype=np.float64)


def named_sections(cell: Any) -> dict[str, Any]:
    """Return the sections that are attributes of a cell, by the path that leads to them."""
    found: dict[str, Any] = {}
    for name, value in vars(cell).items():
        if hasattr(value, "psection"):
            found[name] = value
        elif isinstance(value, list | tuple):
            found.update((f"{name}[{k}]", s) for k, s in enumerate(value) if hasattr(s, "psection"))
    return found
