"""Cells in this process's NEURON: built, initialised, deleted."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import CellFactory, CellSource
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.handlers import Handlers
from pyneuronautofit.simulators.neuron.saving import SavedStates
from pyneuronautofit.simulators.neuron.setter import NO_PROFILES, Profiles, Setter
from pyneuronautofit.space import ParameterPath, soma_of

# The voltage of a node that NEURON has just made.
NEW_NODE_MV = -65.0

_ONLY_ONE = (
    "the cell class does not make a cell of its own each time it is called, but returns the "
    "sections of one that was there: what one candidate sets would be left for the next. Sections "
    "of a hoc file that are no template's belong to hoc itself, and h.load_file reads a file once: "
    "read it by h.xopen in the class's __init__, put it into a template, or make the sections there"
)

# No class makes a soma so long.
_A_LENGTH_UM = 123.456789

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


def open_session(setup: NeuronSetup) -> NeuronSession:
    """Load the model and check it; raises as `make_runner`."""
    factory = setup.source.load()
    session = NeuronSession(
        factory, setup.source.mods, setup.source.profiles(), experiment=setup.experiment
    )
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
    profiles
        How parameters depend on the distance from the soma, by their names.
    experiment
        What cells are built for: a class may ask for the temperature. None: it is not known.

    Attributes
    ----------
    profiles
        These.
    notes
        What `check` has found that a user should know.
    """

    def __init__(
        self,
        factory: CellFactory,
        mods: Path | None = None,
        profiles: Profiles = NO_PROFILES,
        *,
        experiment: Experiment | None = None,
    ) -> None:
        # Only a process that simulates loads NEURON; importing it takes its time and prints.
        from neuron import h  # noqa: PLC0415

        self.h = h
        self._factory = factory
        self._experiment = experiment
        self.profiles = profiles
        self._saved = SavedStates(mods)
        self._solver = h.CVode()
        # Sections that a project file made for purposes of its own are not ours to delete.
        self._foreign = {section.hoc_internal_name() for section in h.allsec()}
        self._spared: set[str] = set()
        self._handlers = Handlers(h)
        self.notes: tuple[str, ...] = ()

    def check(self, paths: tuple[ParameterPath, ...]) -> None:
        """Raise ModelError unless a cell can be built and has a soma and all the paths."""
        cell = self.construct()
        try:
            section = soma_of(cell)
            kept = _weak_reference(cell)
            for path in paths:
                path.get(cell)
            self.notes = _matches(cell, paths)
            if hasattr(cell, "setcable"):
                cell.setcable()
            if section.cell() is None and not section.is_pysec():
                self._check_made_anew(section)
        finally:
            section = None
            del cell
            self.clear()
        self._handlers.begin()
        if kept() is not None:
            self._check_second()

    def _check_made_anew(self, section: Any) -> None:
        """Raise ModelError unless the class makes another section when it is called again.

        NEURON ends the process where a section of hoc's own is asked for that has been deleted, so
        this is found out before.
        """
        section.L = _A_LENGTH_UM
        again = soma_of(self._factory(0))
        if again.L == _A_LENGTH_UM:
            raise ModelError(_ONLY_ONE)

    def _check_second(self) -> None:
        """Raise ModelError unless the class can make another cell: it may have kept the first."""
        try:
            cell = self._factory(0)
            soma_of(cell)(0.5).v  # noqa: B018 (a section that is gone says so)
        except Exception as error:
            raise ModelError(_ONLY_ONE) from error
        del cell
        self.clear()

    def compute_tables_exactly(self) -> None:
        """Let mechanisms compute what they tabulate."""
        for name in dir(self.h):
            if name.startswith("usetable_"):
                setattr(self.h, name, 0)

    def build(self, settings: Settings) -> Any:
        """Return a cell with these parameters; `clear` ends it."""
        return self.build_with(lambda cell: self.set_parameters(cell, settings))

    def set_parameters(self, cell: Any, settings: Settings) -> None:
        """Give a cell parameters."""
        paths, values = [path for path, _value in settings], [value for _path, value in settings]
        Setter(paths, self.profiles)(cell, values)

    def build_with(self, set_parameters: Callable[[Any], None]) -> Any:
        """Return a cell whose parameters a function has set; `clear` ends it."""
        cell = self.construct()
        set_parameters(cell)
        if hasattr(cell, "setcable"):
            cell.setcable()
        return cell

    def construct(self) -> Any:
        """Return a cell as the class makes it.

        Raises
        ------
        ModelError
            If it is one that was there before, or if one that is gone would still be initialised.
        """
        self._handlers.begin()
        before = {section.hoc_internal_name() for section in self.h.allsec()}
        if self._experiment is not None:
            self.set_conditions(self._experiment)
        cell = self._factory(0)
        if before and soma_of(cell).hoc_internal_name() in before:
            raise ModelError(_ONLY_ONE)
        self._handlers.made(cell)
        return cell

    def saves_all(self) -> bool:
        """Say whether SaveState keeps all that decides what the present cell goes on with."""
        return self._saved.are_whole(self.h)

    def spare(self, sections: Iterable[Any]) -> None:
        """Let `clear` leave these sections, and no others that it was told of before.

        What handlers there are now are taken as theirs.
        """
        self._spared = {section.hoc_internal_name() for section in sections}
        self._handlers.spare(kept=bool(self._spared))

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
        self._handlers.release()
        if collect:
            gc.collect()
        others = self._foreign | self._spared
        own = [s for s in self.h.allsec() if s.hoc_internal_name() not in others]
        for section in own:
            self.h.delete_section(sec=section)
        return len(own)


def _matches(cell: Any, paths: Sequence[ParameterPath]) -> tuple[str, ...]:
    """Return what paths that may lead to many places lead to."""
    found = []
    for path in paths:
        if path.is_many:
            owners = path.owners(cell)
            sections = {str(getattr(_segment_of(owner), "sec", owner)) for owner in owners}
            found.append(f"{path.text}: {len(owners)} place(s) in {len(sections)} section(s)")
    return tuple(found)


def _segment_of(owner: Any) -> Any:
    return owner.segment() if type(owner).__name__ == "Mechanism" else owner


def _weak_reference(cell: Any) -> Callable[[], Any]:
    """Return what says whether a cell is still there; of an object of hoc's, that it is not."""
    try:
        return weakref.ref(cell)
    except TypeError:
        return lambda: None
