"""Synaptic events in NEURON, inside a worker process: searches for thresholds, single trials."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.probes import settling, synapse
from pyneuronautofit.probes.neuron.runner import Runner, StateReader
from pyneuronautofit.probes.synapse import SynapseTrial, TrialTrace
from pyneuronautofit.probes.tests import SynapseTest, SynapseThresholds
from pyneuronautofit.probes.threshold import Threshold
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import NeuronSession, Settings
from pyneuronautofit.space import soma_of


class _EventRunner(Runner):
    """What a search and a trial share: a model that rests, with a synapse on it."""

    def __init__(self, session: NeuronSession, experiment: Experiment, test: SynapseTest) -> None:
        super().__init__(session, experiment)
        synapse.require_mechanism(self._h)
        self._test = test

    def _resting(self, settings: Settings, beginning: Settings) -> _RestingModel:
        # Not `NeuronSession.build`, which calls setcable.
        cell = self._session.construct()
        self._session.set_parameters(cell, settings)
        model = _RestingModel(self._h, cell, self._test, self.advance_to)
        model.rest(lambda: self.begin(cell, beginning))
        model.rests_again = not self._session.saves_all()
        return model


class SearchRunner(_EventRunner):
    """Finds the thresholds of one model: it rests once, and every trial begins from there."""

    def __call__(self, task: tuple[Settings, Settings]) -> SynapseThresholds:
        """Simulate one model."""
        try:
            model = self._resting(*task)
            searched = self._test.mixes if math.isfinite(model.rest_mV) else ()
            found = tuple(self._search(model, mix) for mix in searched)
            return SynapseThresholds(found, model.rest_mV, model.settled)
        finally:
            self._session.clear()

    def _search(self, model: _RestingModel, mix: tuple[float, float]) -> Threshold:
        """Find the smallest conductance that fires, going upwards."""
        search = self._test.search()
        while (found := search.threshold) is None:
            conductance_uS = search.wanted[0]
            search.tell({conductance_uS: model.fires(mix, conductance_uS)})
        return found


class TrialRunner(_EventRunner):
    """Simulates one trial of one model, to its end."""

    def __init__(self, session: NeuronSession, experiment: Experiment, trial: SynapseTrial) -> None:
        super().__init__(session, experiment, trial.test)
        self._trial = trial

    def __call__(self, task: tuple[Settings, Settings]) -> TrialTrace:
        """Simulate one model."""
        test, trial = self._test, self._trial
        try:
            model = self._resting(*task)
            rest_mV = model.recorded()
            fired, response_mV = model.trace(test.mixes[0], trial.conductance_uS)
        finally:
            self._session.clear()
        # The response begins with the last sample of the rest, one step before the event.
        event = len(rest_mV)
        first = max(event - round(trial.before_ms / test.dt_ms), 0)
        voltage_mV = np.concatenate([rest_mV[:-1], response_mV])[first:]
        steps = np.arange(len(voltage_mV), dtype=np.float64) - (event - first)
        return TrialTrace(steps * test.dt_ms, voltage_mV, fired)


class _RestingModel:
    """A cell with a synapse, and its trials. Nothing of one trial is left in the next.

    Attributes
    ----------
    rest_mV
        Voltage of soma(0.5) at the end of the rest.
    settled
        Whether the cell has settled there.
    rests_again
        Whether every trial has a rest of its own: NEURON does not keep all that the cell is then.
    """

    def __init__(
        self, h: Any, cell: Any, test: SynapseTest, advance_to: Callable[[float], None]
    ) -> None:
        self._test = test
        self._advance_to = advance_to
        # NEURON deletes sections that nobody refers to any more; what it has saved needs them all.
        self._cell = cell
        self._frecord_init = h.frecord_init
        self._save_state = h.SaveState()
        self._synapse = synapse.put_synapse(h, cell, synapse.settings_of(test))
        self._connection = h.NetCon(None, self._synapse)
        self._connection.delay = 0.0
        self._soma = soma_of(cell)(0.5)
        self._soma_mV = h.Vector().record(self._soma._ref_v)
        self._reader = StateReader(h)
        self.rest_mV = math.nan
        self.settled = False
        self.rests_again = False
        self._at_rest = {n: getattr(self._synapse, n) for n in (synapse.AMPA, synapse.NMDA)}
        self._n_trial = 0

    def rest(self, begin: Callable[[], None]) -> None:
        """Rest until one step before the event, and keep the state there.

        Parameters
        ----------
        begin
            Brings the cell to its initial state.
        """
        self._begin = begin
        for name, value in self._at_rest.items():
            setattr(self._synapse, name, value)
        begin()
        end_ms = self._test.rest_ms - self._test.dt_ms
        self._advance_to(max(end_ms - settling.SETTLE_MS, 0.0))
        before = self._reader.read()
        self._advance_to(end_ms)
        self._rest = self._reader.read()
        self.rest_mV = float(self._soma.v)
        self.settled = bool(settling.has_settled(before, self._rest))
        self._save_state.save()

    def recorded(self) -> FloatArray:
        """Return the voltages of soma(0.5) since the rest or the trial began.

        Returns
        -------
        FloatArray, shape (n_sample,), mV
        """
        return np.array(self._soma_mV.as_numpy(), dtype=np.float64)

    def fires(self, mix: tuple[float, float], conductance_uS: float) -> bool | None:
        """Return whether a trial fires; None if its voltage becomes no number.

        It ends where that is known.
        """
        self._begin_trial(mix, conductance_uS)
        before = math.inf
        for look_ms in self._looks():
            self._advance_to(self._test.rest_ms + look_ms)
            answer = self._answer()
            if answer is not False:
                return answer
            now = settling.distance(self._reader.read(), self._rest)
            if self.settled and settling.is_back(before, now, self._conductance_uS()):
                return False
            before = now
        return False

    def trace(self, mix: tuple[float, float], conductance_uS: float) -> tuple[bool, FloatArray]:
        """Return whether a trial fires, and its voltages to the end.

        Returns
        -------
        bool
        FloatArray, shape (n_sample,), mV
            From one step before the event.
        """
        self._begin_trial(mix, conductance_uS)
        self._advance_to(self._test.rest_ms + self._test.response_ms)
        return bool(self._answer()), self.recorded()

    def _begin_trial(self, mix: tuple[float, float], conductance_uS: float) -> None:
        if self.rests_again and self._n_trial:
            self.rest(self._begin)
        self._n_trial += 1
        # Restores the connection's y, z and time of the last event, too, and empties the queue.
        self._save_state.restore()
        self._frecord_init()
        for name, value in zip((synapse.AMPA, synapse.NMDA), mix, strict=True):
            setattr(self._synapse, name, value)
        self._connection.weight[0] = conductance_uS
        self._connection.event(self._test.rest_ms)

    def _looks(self) -> list[float]:
        """Return when a trial is looked at, after the event, ms."""
        response_ms = self._test.response_ms
        return [*np.arange(settling.LOOK_MS, response_ms, settling.LOOK_MS).tolist(), response_ms]

    def _answer(self) -> bool | None:
        """Return whether the trial has fired up to now; None: its voltage became no number."""
        # The first sample is one step before the event, the second is the event's time.
        voltage_mV = self._soma_mV.as_numpy()[1:]
        above = voltage_mV > self._test.threshold_mV
        if (above[1:] & ~above[:-1]).any():
            return True
        return False if np.isfinite(voltage_mV).all() else None

    def _conductance_uS(self) -> float:
        s = self._synapse
        return float(s.gsynmod * (s.Bampa - s.Aampa + s.Bnmda - s.Anmda))
