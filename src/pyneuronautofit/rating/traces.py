"""Models simulated ahead of the person who looks at them.

One thread simulates in batches: first what somebody waits for, then what comes next. What is
finished stays in memory within a limit; beyond it the models farthest from the one that is looked
at are forgotten, and simulated again when they come near.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pyneuronautofit._types import FloatArray
from pyneuronautofit.database import StoredModels
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.fitting.reduction import Downsampler, reduce_traces
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import RunStatus, Simulator

_log = logging.getLogger(__name__)

#: Voltages are kept and sent as 16-bit integers, so many to a mV: to 0.004 mV, within +-256 mV.
STEPS_PER_MV = 128
#: Bytes of voltages that are kept in memory.
DEFAULT_LIMIT_BYTES = 512 * 2**20
# Somebody may turn to any model, so a batch should not take longer than this.
_BATCH_S = 0.5
_LARGEST_BATCH = 64
# Going back is rarer than going on: a model behind counts as if it were so many times as far.
_BACK = 4
# Every recording has a simulator of its own, with processes of its own; so many live at a time.
_MOST_SIMULATORS = 3
_PATIENCE_S = 3.0
_STEPS_BACK = 10

Voltages: TypeAlias = NDArray[np.int16]


@dataclass(frozen=True)
class Stage:
    """What all models of one recording share.

    Attributes
    ----------
    target
        The recording that models are compared with.
    window
        Its stimulus.
    titles
        One per sweep.
    downsampler
        Reduces traces to the target's samples; or None.
    make_simulator
        Makes what simulates all sweeps of the recording.
    """

    target: Recording
    window: StimulusWindow
    titles: tuple[str, ...]
    downsampler: Downsampler | None
    make_simulator: Callable[[], Simulator]


@dataclass(frozen=True)
class Simulated:
    """What became of a model.

    Attributes
    ----------
    voltage : Voltages, shape (n_sweep, n_sample), 1/128 mV, or None
        None where it could not be simulated.
    problem
        Why it could not.
    """

    voltage: Voltages | None
    problem: str = ""


class Forerunner:
    """Simulates models in the background.

    Parameters
    ----------
    stored
        The models, in the order in which they are shown.
    stages, stage_of
        The recordings, and for every model which of them is its.
    at
        The place of the model that is looked at first.
    limit_bytes
        How much memory voltages may take; eight models always have room.
    """

    def __init__(
        self,
        stored: StoredModels,
        stages: Sequence[Stage],
        stage_of: Sequence[int],
        at: int = 0,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> None:
        self._table = stored.table()
        self._stages = tuple(stages)
        self._stage_of = tuple(stage_of)
        bytes_each = 2 * max(stage.target.voltage_mV.size for stage in stages)
        self._n_kept = max(8, limit_bytes // bytes_each)
        self._at = at
        self._awaited: Counter[int] = Counter()
        self._done: dict[int, Simulated] = {}
        self._batch = 1
        self._simulators: dict[int, Simulator] = {}
        self._closing = False
        self._has_ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="forerunner", daemon=True)

    def start(self) -> None:
        """Make sure that the cell has what the models set, and begin.

        Raises
        ------
        ModelError
            If it has not, or cannot be loaded.
        """
        self._simulator(self._stage_of[self._at]).check(self._table)
        self._thread.start()

    @property
    def n_done(self) -> int:
        """How many models are ready to be shown."""
        return len(self._done)

    @property
    def n_wanted(self) -> int:
        """How many models are ready when there is nothing left to do for now."""
        return min(self._n_kept, len(self._stage_of))

    def look_at(self, place: int) -> None:
        """Go on from the model that is looked at now."""
        with self._changed:
            self._at = place
            self._changed.notify_all()

    def find(self, place: int) -> Simulated | None:
        """Return what became of a model; None if it is not ready."""
        return self._done.get(place)

    def wait_for(self, place: int, timeout_s: float) -> Simulated | None:
        """Return what became of a model; None if it is not ready in this time."""
        with self._changed:
            self._awaited[place] += 1
            self._changed.notify_all()
            try:
                self._changed.wait_for(lambda: place in self._done or self._has_ended, timeout_s)
            finally:
                self._awaited -= Counter([place])
            if place not in self._done and self._has_ended:
                return Simulated(None, "the simulations have ended: see the terminal")
            return self._done.get(place)

    def close(self) -> None:
        """End the simulations."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.is_alive():
            # It ends behind the block that it is at.
            self._thread.join(_PATIENCE_S)
        for number in list(self._simulators):
            self._simulators.pop(number).close()

    # --- the thread

    def _work(self) -> None:
        _step_back()
        try:
            while places := self._next_batch():
                began = time.monotonic()
                self._simulate(self._stage_of[places[0]], places)
                self._adapt(len(places), time.monotonic() - began)
        except Exception:
            # Whatever a simulator says that is closed under its hands.
            if not self._closing:
                raise
        finally:
            with self._changed:
                self._has_ended = True
                self._changed.notify_all()

    def _next_batch(self) -> list[int]:
        """Wait for work and return the places of models of one recording; none: the end."""
        with self._changed:
            while not self._closing:
                missing = [place for place in self._wanted() if place not in self._done]
                if missing:
                    stage = self._stage_of[missing[0]]
                    same = [place for place in missing if self._stage_of[place] == stage]
                    return same[: self._batch]
                self._changed.wait()
        return []

    def _wanted(self) -> list[int]:
        """Return the places that are to be kept, the most urgent first."""

        def distance(place: int) -> int:
            ahead = place - self._at
            return -1 if self._awaited[place] else ahead if ahead >= 0 else -ahead * _BACK

        return sorted(range(len(self._stage_of)), key=distance)[: self._n_kept]

    def _simulate(self, stage: int, places: Sequence[int]) -> None:
        try:
            simulator = self._simulator(stage)
            for block in simulator.stream(self._table.rows(list(places))):
                for row, candidate in enumerate(block.candidates.tolist()):
                    status, message = block.traces.status[row], block.traces.messages[row]
                    if status is RunStatus.OK:
                        made = self._reduced(stage, block.traces.voltage_mV[row])
                    else:
                        made = Simulated(None, f"{status.value}: {message}".removesuffix(": "))
                    self._keep(places[candidate], made)
                if self._closing:
                    return
        except PyNeuronAutofitError as error:
            # Something that is wrong with all of them; each may be rated none the less.
            _log.warning("%s", error)
            for place in set(places) - set(self._done):
                self._keep(place, Simulated(None, str(error)))

    def _reduced(self, stage: int, voltage_mV: FloatArray) -> Simulated:
        (reduced,) = reduce_traces(voltage_mV[None], self._stages[stage].downsampler)
        return Simulated(quantised(reduced))

    def _keep(self, place: int, made: Simulated) -> None:
        with self._changed:
            self._done[place] = made
            if len(self._done) > self._n_kept:
                for other in set(self._done) - set(self._wanted()):
                    del self._done[other]
            self._changed.notify_all()

    def _adapt(self, n_model: int, seconds: float) -> None:
        """Choose the size of the next batch: as many models as take about half a second."""
        if n_model == self._batch and seconds < _BATCH_S / 2:
            self._batch = min(2 * self._batch, _LARGEST_BATCH)
        elif seconds > 2 * _BATCH_S:
            self._batch = max(1, self._batch // 2)

    def _simulator(self, stage: int) -> Simulator:
        """Return the simulator of a recording; the one used longest ago may have to go for it."""
        found = self._simulators.pop(stage, None)
        if found is None:
            if len(self._simulators) >= _MOST_SIMULATORS:
                oldest = next(iter(self._simulators))
                self._simulators.pop(oldest).close()
            found = self._stages[stage].make_simulator()
        self._simulators[stage] = found
        return found


def _step_back() -> None:
    """Let this thread, and those that it starts, run after those that answer the page."""
    # Only Linux has priorities of threads here; elsewhere it would be that of the whole process.
    if sys.platform == "linux":
        lowered = min(os.getpriority(os.PRIO_PROCESS, 0) + _STEPS_BACK, 19)
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, lowered)


def quantised(voltage_mV: FloatArray) -> Voltages:
    """Return voltages as the page gets them, 1/128 mV; what is beyond +-256 mV is cut there."""
    limits = np.iinfo(np.int16)
    steps = np.rint(voltage_mV * STEPS_PER_MV)
    return np.asarray(np.clip(steps, limits.min, limits.max), dtype=np.int16)


def in_order(stored: StoredModels, order: Sequence[int]) -> StoredModels:
    """Return models in another order."""
    return replace(stored, models=tuple(stored.models[place] for place in order))
