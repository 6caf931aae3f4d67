"""One candidate in NEURON, inside a worker process.

`NeuronSession` builds cells and brings them to their initial state; `CellRunner` simulates them.
The cell is built once for all its sweeps. Sweeps with the same holding current share their
transient: its end is kept with NEURON's SaveState and restored before each of them, which gives the
same voltages, to the last bit, as simulating every sweep from the beginning. Where SaveState does
not keep all (`saving.py`), every sweep is simulated from the beginning.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import CellFactory, CellSource
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.saving import SavedStates
from pyneuronautofit.space import ParameterPath
from pyneuronautofit.units import PA_PER_NA

# The voltage of a node that NEURON has just made.
NEW_NODE_MV = -65.0

#: What one task is: the paths and the values of one candidate.
Settings = list[tuple[ParameterPath, float]]


@dataclass(frozen=True)
class NeuronSetup:
    """What a worker needs to know, once.

    Attributes
    ----------
    source
        Where the cell class comes from.
    experiment
        Currents, clocks, temperature.
    paths
        Every path that candidates will set: they have to exist.
    exact_tables
        Compute what mechanisms tabulate, instead of interpolating.
    """

    source: CellSource
    experiment: Experiment
    paths: tuple[ParameterPath, ...]
    exact_tables: bool = False


def make_runner(setup: NeuronSetup) -> CellRunner:
    """Load the model and check it; what `Job.make` calls in a worker.

    Raises
    ------
    ModelError
        If it cannot be loaded, or lacks a parameter or the soma.
    """
    session = open_session(setup)
    return CellRunner(session, setup.experiment)


def open_session(setup: NeuronSetup) -> NeuronSession:
    """Load the model and check it; raises as `make_runner`."""
    session = NeuronSession(setup.source.load(), setup.source.mods)
    session.check(setup.paths)
    if setup.exact_tables:
        session.compute_tables_exactly()
    return session


class NeuronSession:
    """Builds cells in this process's NEURON, one at a time.

    Parameters
    ----------
    factory
        Called with the number of the cell, returns the cell.
    mods
        The folder of the model's .mod files; None: it has none, or they are not known.
    """

    def __init__(self, factory: CellFactory, mods: Path | None = None) -> None:
        # Only a process that simulates loads NEURON; importing it takes its time and prints.
        from neuron import h  # noqa: PLC0415

        self.h = h
        self._factory = factory
        self._saved = SavedStates(mods)
        self._solver = h.CVode()
        # Sections that a project file made for purposes of its own are not ours to delete.
        self._foreign = {section.hoc_internal_name() for section in h.allsec()}
        self._spared: set[str] = set()

    def check(self, paths: tuple[ParameterPath, ...]) -> None:
        """Raise ModelError unless a cell can be built and has a soma and all the paths."""
        cell = self._factory(0)
        try:
            if not hasattr(cell, "soma"):
                raise ModelError(
                    f"the cell class {type(cell).__name__} has no section 'soma': the current is "
                    "injected into soma(0.5); name the section so"
                )
            for path in paths:
                path.get(cell)
            if hasattr(cell, "setcable"):
                cell.setcable()
        finally:
            del cell
            self.clear()

    def compute_tables_exactly(self) -> None:
        """Let mechanisms compute what they tabulate."""
        for name in dir(self.h):
            if name.startswith("usetable_"):
                setattr(self.h, name, 0)

    def build(self, settings: Settings) -> Any:
        """Return a cell with these parameters; `clear` ends it."""

        def set_parameters(cell: Any) -> None:
            for path, value in settings:
                path.set(cell, value)

        return self.build_with(set_parameters)

    def build_with(self, set_parameters: Callable[[Any], None]) -> Any:
        """Return a cell whose parameters a function has set; `clear` ends it."""
        cell = self.construct()
        set_parameters(cell)
        if hasattr(cell, "setcable"):
            cell.setcable()
        return cell

    def construct(self) -> Any:
        """Return a cell as the class makes it."""
        return self._factory(0)

    def saves_all(self) -> bool:
        """Say whether SaveState keeps all that decides what the present cell goes on with."""
        return self._saved.are_whole(self.h)

    def spare(self, sections: Iterable[Any]) -> None:
        """Let `clear` leave these sections, and no others that it was told of before."""
        self._spared = {section.hoc_internal_name() for section in sections}

    def initialise(self, experiment: Experiment) -> None:
        """Bring the cell to the state in which the experiment begins."""
        self.set_conditions(experiment)
        self._set_voltage(experiment.initial_mV)
        self.h.finitialize()

    def set_conditions(self, experiment: Experiment) -> None:
        """Set what is the same for all cells of this process's NEURON."""
        h = self.h
        # A cell class may have set any of these for itself.
        self._solver.active(0)
        h.secondorder = 0
        h.celsius = experiment.temperature_degC
        h.dt = experiment.clock.dt_ms

    def _set_voltage(self, voltage_mV: float) -> None:
        """Give all segments a voltage, as on a cell that was built this moment.

        The nodes without area, at the ends of sections, are no segments. Their voltage follows from
        their neighbours' in the first step; what it was before shows in the last bits only, but
        there it does, so they get what NEURON gives to new ones.
        """
        sections = list(self.h.allsec())
        for section in sections:
            section(0).v = section(1).v = NEW_NODE_MV
        for section in sections:
            for segment in section:
                segment.v = voltage_mV

    def clear(self, *, collect: bool = True) -> int:
        """Delete the cell's sections, also where the cell class keeps references to them.

        Parameters
        ----------
        collect
            Free what is not referred to any more, which takes some milliseconds.

        Returns
        -------
        int
            How many were still there; none if all went with the last reference to the cell.
        """
        if collect:
            gc.collect()
        others = self._foreign | self._spared
        own = [s for s in self.h.allsec() if s.hoc_internal_name() not in others]
        for section in own:
            self.h.delete_section(sec=section)
        return len(own)


class CellRunner:
    """Simulates candidates, one after the other.

    Parameters
    ----------
    session
        Builds their cells.
    experiment
        What each of them goes through.
    """

    def __init__(self, session: NeuronSession, experiment: Experiment) -> None:
        self._session = session
        self._h = session.h
        self._experiment = experiment
        self._context = self._h.ParallelContext()
        # psolve wants a bound on its own steps although there is nothing to exchange.
        self._context.set_maxstep(10)

    def __call__(self, settings: Settings) -> FloatArray:
        """Simulate one candidate.

        Returns
        -------
        FloatArray, shape (n_sweep, n_sample), mV
            From the first non-finite value on nothing more is simulated, and the rest is nan.
        """
        try:
            return self._simulate(settings)
        finally:
            self._session.clear()

    def _simulate(self, settings: Settings) -> FloatArray:
        cell = self._session.build(settings)
        experiment = self._experiment
        voltage = np.full((experiment.n_sweep, experiment.n_sample), np.nan)
        electrode = _Electrode(self._h, cell.soma, experiment)
        for holding_pA, sweeps in _by_holding(experiment.holding_pA).items():
            self._run_transient(electrode, holding_pA)
            if not math.isfinite(cell.soma(0.5).v):
                return voltage
            state = self._h.SaveState()
            state.save()
            shared = len(sweeps) == 1 or self._session.saves_all()
            for sweep in sweeps:
                if sweep != sweeps[0] and not shared:
                    self._run_transient(electrode, holding_pA)
                    state.save()
                state.restore()
                voltage[sweep] = self._run_sweep(electrode, experiment.current_pA[sweep])
                if not np.isfinite(voltage[sweep]).all():
                    return voltage
        return voltage

    def _run_transient(self, electrode: _Electrode, holding_pA: float) -> None:
        h, clock = self._h, self._experiment.clock
        electrode.hold(holding_pA)
        self._session.initialise(self._experiment)
        n_step = self._experiment.n_transient_step
        h.t = -n_step * clock.dt_ms
        # fadvance hands the new time to NEURON's solver, which psolve does not.
        h.fadvance()
        self._advance_to(0.0)

    def _run_sweep(self, electrode: _Electrode, current_pA: FloatArray) -> FloatArray:
        clock, n_sample = self._experiment.clock, self._experiment.n_sample
        n_point = n_sample * clock.substeps
        electrode.play(current_pA)
        self._h.frecord_init()
        self._advance_to((n_point - 1) * clock.dt_ms)
        fine = electrode.recorded()
        if len(fine) != n_point:
            raise RuntimeError(f"NEURON recorded {len(fine)} voltages instead of {n_point}")
        return np.asarray(fine.reshape(n_sample, clock.substeps).mean(axis=1))

    def _advance_to(self, time_ms: float) -> None:
        # Half a step more: NEURON's time is a sum of many small steps, and a little off.
        self._context.psolve(time_ms + 0.5 * self._h.dt)


class _Electrode:
    """Current into soma(0.5), and the voltage there."""

    def __init__(self, h: Any, soma: Any, experiment: Experiment) -> None:
        self._clamp = h.IClamp(soma(0.5))
        # Long before the transient, and for ever.
        self._clamp.delay = -1e9
        self._clamp.dur = 2e9
        self._times_ms = h.Vector(np.arange(experiment.n_sample) * experiment.clock.step_ms)
        self._current_nA = h.Vector(experiment.n_sample)
        # 1: NEURON interpolates linearly, and before the first sample it holds that one.
        self._current_nA.play(self._clamp._ref_amp, self._times_ms, 1)
        self._voltage_mV = h.Vector().record(soma(0.5)._ref_v)

    def hold(self, current_pA: float) -> None:
        """Let a constant current flow."""
        self._current_nA.fill(current_pA / PA_PER_NA)

    def play(self, current_pA: FloatArray) -> None:
        """Let a sweep's current flow, its first sample at t = 0."""
        self._current_nA.from_python(current_pA / PA_PER_NA)

    def recorded(self) -> FloatArray:
        """Return the voltages of all steps since the last `frecord_init`, mV."""
        return np.array(self._voltage_mV.as_numpy(), dtype=np.float64)


def _by_holding(holding_pA: FloatArray) -> Mapping[float, list[int]]:
    return {
        float(value): np.flatnonzero(holding_pA == value).tolist()
        for value in np.unique(holding_pA)
    }
