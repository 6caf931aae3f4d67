"""What becomes of one model in lanes when its thresholds are searched.

It rests once. Then all conductances of a grid are tried at once, for all mixes: trials that fire
end within milliseconds, the others when the cell is back at rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.equations.names import mechanism_name
from pyneuronautofit.codegen.kinds import NodeVariable, process_name
from pyneuronautofit.probes import settling, synapse
from pyneuronautofit.probes.batch.courses import rises, steps_in
from pyneuronautofit.probes.batch.lanes import CellState, Reply, Request
from pyneuronautofit.probes.batch.scheduler import Course
from pyneuronautofit.probes.synapse import SynapseTrial, TrialTrace
from pyneuronautofit.probes.tests import SynapseTest, SynapseThresholds
from pyneuronautofit.probes.threshold import GridSearch
from pyneuronautofit.simulators.lanes.lanes import is_sound

# Most trials that fire do so within this time; those that do not go on to the first look.
_FIRST_MS = 25.0
_NODE = 0  # where the current of other tests goes, soma(0.5), is where the synapse is


@dataclass(frozen=True)
class Rested:
    """A model before the event.

    Attributes
    ----------
    last
        One step before the event, which is what trials are compared to.
    cell
        When the event comes.
    settled
        Whether it has settled.
    """

    last: CellState
    cell: CellState
    settled: bool

    @property
    def rest_mV(self) -> float:
        """Voltage of soma(0.5)."""
        return float(self.last.state[_NODE])


def rest_before_event(cell: CellState, test: SynapseTest) -> Course:
    """Let a model rest until the event; return `Rested`, or None if a voltage is not sound."""
    n_last = max(steps_in(test.rest_ms, test.dt_ms) - 1, 0)
    n_settling = min(steps_in(settling.SETTLE_MS, test.dt_ms), n_last)
    cells = []
    for n_step in (n_last - n_settling, n_settling, 1):
        reply = yield Request(cell, n_step)
        if not reply.sound:
            return None
        cell = reply.cell
        cells.append(cell)
    before, last, now = cells
    return Rested(last, now, bool(settling.has_settled(before.own, last.own)))


def with_mix(cell: CellState, mix: tuple[float, float], process: str) -> CellState:
    """Return a model whose synapse has another mix."""
    values = {
        NodeVariable("mechanism", process, name, None): share
        for name, share in zip((synapse.AMPA, synapse.NMDA), mix, strict=True)
    }
    return cell.runner.with_values(cell, _NODE, values)


def trial(rested: Rested, test: SynapseTest, weight_uS: float, process: str) -> Course:
    """Let an event come; return whether the model fires, None if a voltage is not sound."""
    before = math.inf
    request = Request(
        rested.cell,
        0,
        threshold_mV=test.threshold_mV,
        event_node=_NODE,
        weight=weight_uS,
        reference=rested.last.state,
    )
    for n_step, is_look in _turns(test):
        reply: Reply = yield replace(request, n_step=n_step)
        if reply.crossed >= 0:
            return True
        if not reply.sound:
            return None
        request = replace(request, cell=reply.cell, event_node=None)
        if not is_look:
            continue
        left_uS = conductance_uS(reply.cell, process)
        if rested.settled and settling.is_back(before, reply.distance, left_uS):
            return False
        before = reply.distance
    return False


def shown_trial(cell: CellState, shown: SynapseTrial, process: str) -> Course:
    """Simulate one trial to its end; return `TrialTrace`, or None if a voltage is not sound.

    As in NEURON's, the voltages begin so long before the event, or with the beginning.
    """
    test = shown.test
    n_before = steps_in(shown.before_ms, test.dt_ms)
    n_rest, n_response = (steps_in(each, test.dt_ms) for each in (test.rest_ms, test.response_ms))
    first = max(n_rest - n_before, 0)
    voltage = np.empty((1, n_rest + n_response + 1 - first))
    voltage[0, 0] = cell.voltage_mV[_NODE]
    if first:
        reply = yield Request(cell, first)
        cell = reply.cell
        voltage[0, 0] = cell.state[_NODE]
    n_shown = n_rest - first
    reply = yield from _recorded(Request(cell, n_shown), voltage[:, 1 : n_shown + 1])
    cell = with_mix(reply.cell, test.mixes[0], process)
    event = Request(cell, n_response, event_node=_NODE, weight=shown.conductance_uS)
    yield from _recorded(event, voltage[:, n_shown + 1 :])
    if not is_sound(voltage):
        return None
    time_ms: FloatArray = (np.arange(voltage.shape[1], dtype=np.float64) - n_shown) * test.dt_ms
    fired = rises(voltage[0, n_shown:], test.threshold_mV)
    return TrialTrace(time_ms, voltage[0], fired)


def _recorded(request: Request, voltage: FloatArray) -> Generator[Request, Reply, Reply]:
    """Let time pass and write the voltage after every step, shape (1, n_step), mV."""
    made = np.empty(voltage.shape)
    reply = yield replace(request, watched=(_NODE,), every=1, voltage_mV=made)
    voltage[...] = made
    return reply


def _turns(test: SynapseTest) -> Generator[tuple[int, bool]]:
    """Yield numbers of steps from the event to the end, and whether a look is due after them."""
    n_all, n_look = steps_in(test.response_ms, test.dt_ms), steps_in(settling.LOOK_MS, test.dt_ms)
    first = min(steps_in(_FIRST_MS, test.dt_ms), n_look, n_all)
    yield first, False
    done = first
    while done < n_all:
        n_step = min(n_look - done % n_look, n_all - done)
        done += n_step
        yield n_step, True


def conductance_uS(cell: CellState, process: str) -> float:
    """Return what is left of the AMPA and NMDA conductances; infinite if it is not known."""
    signs = {"Bampa": 1.0, "Aampa": -1.0, "Bnmda": 1.0, "Anmda": -1.0}
    rows = [cell.runner.state_row(_NODE, mechanism_name(process, name)) for name in signs]
    if None in rows:
        return math.inf
    total = sum(s * float(cell.state[row]) for s, row in zip(signs.values(), rows, strict=True))
    return synapse.SETTINGS["gsynmod"] * total


class ThresholdSearch:
    """All searches of one model; `begin` has their trials run.

    Parameters
    ----------
    test
        Says which.
    rested
        The model.
    process
        The synapse's name in its segment.
    run
        Runs a course and gives what it returns to a function.
    found
        Is given the answer.
    """

    def __init__(
        self,
        test: SynapseTest,
        rested: Rested,
        process: str,
        run: Callable[[Course, Callable[[bool | None], None]], None],
        found: Callable[[SynapseThresholds], None],
    ) -> None:
        self._test = test
        self._rested = rested
        self._process = process
        self._run = run
        self._found = found
        self._searches = [test.search() for _mix in test.mixes]
        self._open = len(self._searches)

    def begin(self) -> None:
        """Begin."""
        # An event without weight changes nothing, whatever the mix: one trial for all.
        if self._test.lowest_uS == 0.0:
            self._run(self._trial(self._rested, 0.0), self._begin_searches)
        else:
            self._begin_searches(None, known=False)

    def _trial(self, rested: Rested, weight_uS: float) -> Course:
        return trial(rested, self._test, weight_uS, self._process)

    def _begin_searches(self, at_zero: bool | None, *, known: bool = True) -> None:
        if not self._searches:
            self._answer()
        for search, mix in zip(self._searches, self._test.mixes, strict=True):
            if known:
                search.tell({0.0: at_zero})
            cell = with_mix(self._rested.cell, mix, self._process)
            self._go_on(search, replace(self._rested, cell=cell))

    def _go_on(self, search: GridSearch, rested: Rested) -> None:
        wanted = search.wanted
        if not wanted:
            self._open -= 1
            if not self._open:
                self._answer()
            return
        told: dict[float, bool | None] = {}

        def ended(weight_uS: float, fired: bool | None) -> None:
            told[weight_uS] = fired
            if len(told) == len(wanted):
                # Together, so that the answer does not depend on which of them ended first.
                search.tell(told)
                self._go_on(search, rested)

        for weight_uS in wanted:
            self._run(
                self._trial(rested, weight_uS),
                lambda fired, w=weight_uS: ended(w, fired),  # type: ignore[misc]
            )

    def _answer(self) -> None:
        thresholds = tuple(search.threshold for search in self._searches)
        answer = SynapseThresholds(thresholds, self._rested.rest_mV, self._rested.settled)  # type: ignore[arg-type]
        self._found(answer)


def synapse_process(processes: tuple[str, ...]) -> str:
    """Return the name of the synapse that the test put there: of several the last."""
    number = sum(name.partition("#")[0] == synapse.MECHANISM for name in processes) - 1
    return process_name(synapse.MECHANISM, number)
