"""Reading candidates from cells that are there already, instead of building one for each.

Building a cell and asking for its numbers one by one takes several times longer than giving a cell
new parameters and copying its numbers out. That the answer is the same, to the last bit, has to be
known of the cell class:

- when it is constructed, all segments of a section are alike, or `setcable` leaves their number;
- `setcable` changes numbers of segments and nothing else, and what it makes them follows from the
  cable of its own cell alone: lengths, diameters, axial resistances, capacitances;
- a cell does not look at other cells.

A candidate's numbers of segments are found out by `setcable` on one cell, the *probe*, which gets
the candidate's cable (two thirds of the time would go into all its other parameters); for every
combination that comes up again there is a cell to reuse. It gets all its variables anew each time,
also those that are no parameters, so that nothing is left of the candidate before.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pyneuronautofit.simulators.cells.image import CellImage, identical
from pyneuronautofit.simulators.cells.numbers import CannotReuse
from pyneuronautofit.simulators.cells.reading import CellImageReader
from pyneuronautofit.simulators.cells.reused_cell import (
    ReusedCell,
    Segments,
    reuse_cell,
)
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import NeuronSession
from pyneuronautofit.simulators.neuron.setter import PathValues, Setter
from pyneuronautofit.space import ParameterPath, soma_of

# NEURON initialises all cells that there are, each time: rare numbers of segments are not worth it.
_MOST_REUSED = 20
#: What `setcable` may look at.
CABLE = frozenset({"L", "diam", "Ra", "cm", "nseg"})


class ReusedCells:
    """Reads candidates from reused cells.

    Parameters
    ----------
    session
        Builds cells.
    experiment
        What is initialised.
    paths
        What candidates set.
    images
        Says what is read.
    """

    def __init__(
        self,
        session: NeuronSession,
        experiment: Experiment,
        paths: Sequence[ParameterPath],
        images: CellImageReader,
    ) -> None:
        self._session = session
        self._experiment = experiment
        self._paths = tuple(paths)
        self._setter = Setter(paths)
        of_cable = [number for number, path in enumerate(paths) if path.attribute in CABLE]
        self._cable_numbers = of_cable
        self._set_cable = Setter([paths[number] for number in of_cable])
        self._images = images
        self._seen: Counter[Segments] = Counter()
        self._cells: dict[Segments, ReusedCell] = {}
        self._make_probe()

    def read(self, candidates: Sequence[PathValues], *, check: bool = True) -> dict[int, CellImage]:
        """Read those candidates that reused cells can stand in for, by their position.

        Parameters
        ----------
        candidates
            Their values.
        check
            Read one of them from a cell of its own, too.

        Raises
        ------
        CannotReuse
            If no candidate of this model can be read in this way. Other errors are those of
            candidates; after any the reused cells are good for nothing.
        """
        queues = self._queues(candidates)
        found: dict[int, CellImage] = {}
        if not queues:
            return found
        # One of the last round: whatever the others may have left behind is there.
        checked = max(queues.values(), key=len)[0]
        # Made now, when NEURON has to find out about new numbers of segments anyway.
        own = self._build(candidates[checked]) if check else None
        built: CellImage | None = None
        while queues:
            # One initialisation serves a candidate of each reused cell.
            chosen = {segments: queue.pop() for segments, queue in queues.items()}
            queues = {segments: queue for segments, queue in queues.items() if queue}
            for segments, number in chosen.items():
                self._cells[segments].set(candidates[number])
            if own is not None and built is None:
                self._session.initialise(self._experiment)
                built = self._images.read(own, soma_of(own)(0.5))
            else:
                self._session.set_conditions(self._experiment)
                self._session.h.finitialize()
            for segments, number in chosen.items():
                found[number] = self._cells[segments].image()
        if built is not None and not identical(built, found[checked]):
            raise CannotReuse
        return found

    def close(self) -> None:
        """Let the cells go."""
        self._session.spare(())
        self._cells.clear()
        del self._probe, self._sections

    def _make_probe(self) -> None:
        self._probe = self._session.construct()
        self._sections = list(soma_of(self._probe).wholetree())
        self._built = tuple(section.nseg for section in self._sections)
        self._spare()

    def _spare(self) -> None:
        reused = [section for cell in self._cells.values() for section in cell.sections]
        self._session.spare([*self._sections, *reused])

    def _queues(self, candidates: Sequence[PathValues]) -> dict[Segments, list[int]]:
        """Return the candidates that each reused cell stands in for, and add new ones."""
        queues: dict[Segments, list[int]] = {}
        for number, values in enumerate(candidates):
            segments = self._segments_of(values)
            if segments is None:
                continue
            self._seen[segments] += 1
            if segments in self._cells:
                queues.setdefault(segments, []).append(number)
            elif self._seen[segments] > 1 and len(self._cells) < _MOST_REUSED:
                # This candidate is not read from it: that would prove nothing.
                self._add(segments, values)
        return queues

    def _build(self, values: PathValues) -> Any:
        return self._session.build_with(lambda cell: self._setter(cell, values))

    def _segments_of(self, values: PathValues) -> Segments | None:
        """Return what a candidate's numbers of segments are; None: it needs a cell of its own."""
        if any(map(math.isnan, values)):
            return None
        for section, built in zip(self._sections, self._built):
            if section.nseg != built:
                section.nseg = built
        try:
            self._set_cable(self._probe, [values[number] for number in self._cable_numbers])
            self._probe.setcable()
        except Exception:  # noqa: BLE001 (it will raise again, as this candidate's failure)
            self._make_probe()
            return None
        return tuple([section.nseg for section in self._sections])

    def _add(self, segments: Segments, values: PathValues) -> None:
        reused = reuse_cell(
            self._build(values), self._paths, self._built, self._images, self._experiment.initial_mV
        )
        if tuple(section.nseg for section in reused.sections) != segments:
            raise CannotReuse
        self._cells[segments] = reused
        self._spare()
