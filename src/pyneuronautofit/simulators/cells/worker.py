"""What the batch simulator's worker processes do: let NEURON build cells, and read them."""

from __future__ import annotations

import gc
import pickle
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.simulators.cells.image import CellImage, Signature, identical
from pyneuronautofit.simulators.cells.numbers import CannotReuse
from pyneuronautofit.simulators.cells.reading import CellImageReader, LackingKindError
from pyneuronautofit.simulators.cells.reused import ReusedCells
from pyneuronautofit.simulators.cells.supported import refuse_unsupported
from pyneuronautofit.simulators.cells.user_cells import UserCells
from pyneuronautofit.simulators.neuron.session import NeuronSession, NeuronSetup, open_session
from pyneuronautofit.simulators.neuron.setter import PathValues, Setter
from pyneuronautofit.space import soma_of

#: Reading a cell takes less time than sending its parameters and what was read.
CELLS_TOGETHER = 256

#: What is read at the nodes of every kind.
ReadingPlan = Mapping[NodeKind, tuple[NodeVariable, ...]]

# Freeing cells that refer to themselves takes longer than reading one.
_CELLS_PER_COLLECTION = 50
# For fewer candidates it takes NEURON longer to find out about the probe's numbers of segments.
_FEWEST = 8
# So many candidates are read from reused cells and from their own, then one of every message.
_CHECKED_FIRST = 32


def packed_plan(plan: ReadingPlan) -> bytes:
    """Make of a plan what can be sent with every task: it is long, and only once new."""
    return pickle.dumps(dict(plan), protocol=pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=2)
def image_reader(plan: bytes) -> CellImageReader:
    """Return what reads by a plan of `packed_plan`."""
    return CellImageReader(cast(ReadingPlan, pickle.loads(plan)))


@dataclass(frozen=True)
class ReadCell:
    """Build a candidate's cell and read it.

    Attributes
    ----------
    values
        The candidate's parameters, one for every path of the set-up.
    plan
        What to read, by `packed_plan`. A cell with a kind of node that is not in it is answered
        with its signature.
    """

    values: PathValues
    plan: bytes


Answer = CellImage | Signature | PyNeuronAutofitError


def make_reader(setup: NeuronSetup) -> CellReader:
    """Load the model; what `Job.make` calls in a worker.

    Raises
    ------
    ModelError
        If it cannot be loaded, or lacks a parameter or the soma.
    """
    reader = CellReader(open_session(setup), setup, built_in=setup.source.project is None)
    # What is here now is here to stay, and need not be gone through for every few cells.
    gc.freeze()
    return reader


class CellReader:
    """Reads the cells of candidates, each built for itself, or read from reused ones.

    Parameters
    ----------
    session
        Builds the cells.
    setup
        Of the worker.
    built_in
        The cell class is known to be what `ReusedCells` relies on.

    Attributes
    ----------
    notes
        What a user should know about reading, once each.
    """

    def __init__(
        self, session: NeuronSession, setup: NeuronSetup, *, built_in: bool = False
    ) -> None:
        self._session = session
        self._setup = setup
        self._setter = Setter(setup.paths, session.profiles)
        self._n_left = 0
        self._plan = b""
        self._may_reuse = built_in
        self.notes: list[str] = list(session.notes)
        self._kept = (
            None
            if built_in
            else UserCells(session, setup.experiment, setup.paths, self._build_alone)
        )
        self._reused: tuple[bytes, ReusedCells] | None = None
        self._n_checked = 0

    def __call__(self, task: ReadCell) -> Answer:
        """Read a cell; an error of the reading, not of the candidate, is returned, not raised."""
        if self._kept is not None:
            self._plan = task.plan
            image = self._kept.read(task.values, image_reader(task.plan))
            if self._kept.note:
                self.notes.append(self._kept.note)
                self._kept.note = ""
            if image is not None:
                return image
        return self._build_alone(task.values, task.plan)

    def _build_alone(self, values: PathValues, plan: bytes | None = None) -> Answer:
        try:
            return self._build_and_read(ReadCell(values, self._plan if plan is None else plan))
        finally:
            # Most cells are gone by now.
            if self._session.clear(collect=False):
                self._n_left += 1
                if self._n_left % _CELLS_PER_COLLECTION == 0:
                    gc.collect()

    def prepare(self, tasks: Sequence[ReadCell]) -> Mapping[int, CellImage]:
        """Return the images of cells that need not be built, by the position of their task."""
        if not self._may_reuse or len(tasks) < _FEWEST or len({task.plan for task in tasks}) > 1:
            return {}
        trusted = self._n_checked >= _CHECKED_FIRST
        try:
            reused = self._reused_cells(tasks[0].plan)
            found = reused.read([task.values for task in tasks], check=trusted)
            self._session.clear(collect=False)
            if trusted or self._are_right(found, tasks):
                return found
        except LackingKindError:
            self.close()
            return {}
        except CannotReuse:
            pass
        except Exception:  # noqa: BLE001 (whose failure it is becomes clear when each has its cell)
            traceback.print_exc()
        self._may_reuse = False
        self.close()
        return {}

    def _reused_cells(self, plan: bytes) -> ReusedCells:
        if self._reused is None or self._reused[0] != plan:
            self.close()
            setup = self._setup
            made = ReusedCells(self._session, setup.experiment, setup.paths, image_reader(plan))
            self._reused = (plan, made)
        return self._reused[1]

    def close(self) -> None:
        """Let reused cells go."""
        if self._kept is not None:
            self._kept.close()
        if self._reused is not None:
            self._reused[1].close()
            self._reused = None
            self._session.clear()

    def _are_right(self, found: Mapping[int, CellImage], tasks: Sequence[ReadCell]) -> bool:
        """Let the reused cells go, build the candidates' own cells, and compare."""
        # Until the class has proved itself its cells are built where there are no others.
        self.close()
        self._n_checked += len(found)
        built = {number: self(tasks[number]) for number in found}
        return all(
            isinstance(answer, CellImage) and identical(found[number], answer)
            for number, answer in built.items()
        )

    def _build_and_read(self, task: ReadCell) -> Answer:
        # What the cell class raises is the failure of this candidate alone.
        cell = self._session.build_with(lambda cell: self._setter(cell, task.values))
        soma = soma_of(cell)(0.5)
        try:
            refuse_unsupported(cell, soma)
            self._session.initialise(self._setup.experiment)
            return image_reader(task.plan).read(cell, soma)
        except LackingKindError as lacking:
            return lacking.signature
        except PyNeuronAutofitError as error:
            return error
