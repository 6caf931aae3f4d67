"""Whether a model fires as a neuron does: current steps, and spikes that come from the axon.

A model passes if, at the weakest of its current steps that makes the soma fire, the spike is seen
in the soma, in the middle of the axon and at its far end; if it stops firing when the current
stops; and if no spike is higher in the middle of the axon than at the end, where spikes begin.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.database.database import Database
from pyneuronautofit.database.journal import Journal
from pyneuronautofit.database.models import StoredModels
from pyneuronautofit.database.probing import ask_each
from pyneuronautofit.probes.tests import Probe, Probed, StepTest, StepTraces
from pyneuronautofit.simulators import RunStatus

_SPIKE_MV = 0.0
AMPLITUDES_PA = tuple(25.0 * step for step in range(1, 9))
PLACES = ("soma(0.5).v", "axon(0.5).v", "axon(0).v")
_NAMES = ("the soma", "axon(0.5)", "axon(0)")
# Firing that outlasts the step by more than this is no answer to it.
LATEST_MS = 2100.0
SPIKE_WINDOW_MS = 5.0
MOST_EXCESS_MV = 5.0
# A spike is over when the voltage is below this; a spike of calcium takes less than this time.
REPOLARISED_MV = -40.0
LONGEST_SPIKE_MS = 100.0


def step_test(temperature_degC: float, dt_ms: float, *, all_steps: bool = False) -> StepTest:
    """Return the steps that models are checked with: until the first that fires, or all of them."""
    until_mV = None if all_steps else _SPIKE_MV
    return StepTest(AMPLITUDES_PA, temperature_degC, dt_ms, PLACES, until_mV=until_mV)


@dataclass(frozen=True)
class CheckResult:
    """What was found about one model.

    Attributes
    ----------
    number
        Its id.
    reasons
        Why it fails, in words; none if it passes.
    status
        How its simulation ended: the name of a `RunStatus`.
    step_pA
        The weakest step with a somatic spike; None where no step has one.
    peak_soma_mV, peak_middle_mV, peak_end_mV
        The highest voltages from the onset of that step (or else of the strongest) on.
    n_spike, n_spontaneous
        Somatic spikes that begin at the onset or later, and before. A spike begins where the
        voltage rises above 0 mV: a cell that never is below does not fire.
    n_middle, n_end
        Spikes at axon(0.5) and axon(0) from the onset on.
    last_spike_ms
        When the last of them begins.
    excess_mV
        The largest difference of a spike's peaks at axon(0.5) and axon(0).
    depolarised_ms
        The longest time from the begin of a somatic spike until the voltage is below
        `REPOLARISED_MV`, or until the end.
    """

    number: int
    reasons: tuple[str, ...]
    status: str
    step_pA: float | None = None
    peak_soma_mV: float | None = None
    peak_middle_mV: float | None = None
    peak_end_mV: float | None = None
    n_spike: int = 0
    n_spontaneous: int = 0
    n_middle: int = 0
    n_end: int = 0
    last_spike_ms: float | None = None
    excess_mV: float | None = None
    depolarised_ms: float | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should look at, though no model fails for it, in words."""
        said = []
        if self.passed and self.n_spontaneous:
            said.append(f"passes, but fires {self.n_spontaneous} spike(s) before the step")
        if self.depolarised_ms is not None and self.depolarised_ms > LONGEST_SPIKE_MS:
            said.append(
                f"stays depolarised after a spike at {self.step_pA:g} pA: above "
                f"{REPOLARISED_MV:g} mV for {self.depolarised_ms:.0f} ms"
            )
        return tuple(said)

    @property
    def passed(self) -> bool:
        """Whether the model passes."""
        return not self.reasons

    def as_json(self) -> dict[str, Json]:
        """Return the numbers and the verdict."""
        return {"id": self.number, "passed": self.passed, **_numbers_of(self)}


def judge(number: int, traces: StepTraces, test: StepTest) -> CheckResult:
    """Judge a model by its answer to the current steps.

    Parameters
    ----------
    number
        Its id.
    traces
        Voltages at `PLACES`; further steps than the first that fires are not looked at.
    """
    onset = test.n_onset
    rises = [[_rises(place, onset) for place in voltage] for voltage in traces.voltage_mV]
    fired = [step for step, (soma, *_axon) in enumerate(rises) if len(soma)]
    step = fired[0] if fired else len(traces.amplitudes_pA) - 1
    voltage, starts = traces.voltage_mV[step], rises[step][0]
    excess = _excess(voltage, starts, round(SPIKE_WINDOW_MS / test.dt_ms))
    last_ms = float(starts[-1] * test.dt_ms) if len(starts) else None
    soma_mV, middle_mV, end_mV = voltage[:, onset:].max(axis=1).tolist()
    result = CheckResult(
        number,
        (),
        RunStatus.OK.name,
        step_pA=traces.amplitudes_pA[step] if fired else None,
        peak_soma_mV=soma_mV,
        peak_middle_mV=middle_mV,
        peak_end_mV=end_mV,
        n_spike=len(starts),
        n_spontaneous=len(crossings(voltage[0, :onset], _SPIKE_MV)),
        n_middle=len(rises[step][1]),
        n_end=len(rises[step][2]),
        last_spike_ms=last_ms,
        excess_mV=float(excess.max()) if len(excess) else None,
        depolarised_ms=_longest(voltage[0], starts) * test.dt_ms if len(starts) else None,
    )
    return dataclasses.replace(result, reasons=tuple(_reasons(result, test)))


def first_spikes(traces: StepTraces, test: StepTest) -> list[int | None]:
    """Return for every step the sample at which its first somatic spike begins; None: none."""
    found = (_rises(voltage[0], test.n_onset) for voltage in traces.voltage_mV)
    return [int(starts[0]) if len(starts) else None for starts in found]


def _rises(voltage_mV: FloatArray, onset: int) -> IntArray:
    """Return the samples, from the onset on, at which a trace (n_sample,) rises above 0 mV."""
    starts = crossings(voltage_mV, _SPIKE_MV)
    return starts[starts >= onset]


def crossings(voltage_mV: FloatArray, threshold_mV: float) -> IntArray:
    """Return the samples at which a trace (n_sample,) is above a threshold for the first time."""
    above = voltage_mV > threshold_mV
    return np.flatnonzero(above & ~np.concatenate([[False], above[:-1]])).astype(np.int64)


def check_models(
    stored: StoredModels, probe: Probe, test: StepTest, journal: Journal
) -> Iterator[CheckResult]:
    """Check models and yield what was found about each, as they are finished.

    Parameters
    ----------
    probe
        Built for `test`.
    journal
        What was finished before an interruption.
    """

    def evaluate(probed: Probed) -> Json:
        if probed.answer is None:
            status = probed.status
            failed = CheckResult(0, (f"{status.value}: {probed.message}",), status.name)
            return _numbers_of(failed)
        return _numbers_of(judge(0, probed.answer, test))

    for finding in ask_each(probe, stored, evaluate, journal):
        values = {**finding.result, "reasons": tuple(finding.result["reasons"])}
        yield CheckResult(number=stored.models[finding.place].number, **values)


def checked(database: Database, results: list[CheckResult]) -> Database:
    """Return the database with the models that passed, renumbered; the others are `discarded`.

    Parameters
    ----------
    results
        One for every model, in any order.
    """
    by_number = {result.number: result for result in results}
    passing: list[Json] = []
    failing: list[Json] = []
    for model, record in zip(database.stored.models, database.records, strict=True):
        reasons = by_number[model.number].reasons
        if reasons:
            failing.append({**record, "discarded": "check: " + "; ".join(reasons)})
        else:
            passing.append({**record, "id": len(passing)})
    before = [each for each in database.content.get("discarded") or [] if each is not None]
    header = {"discarded": [*before, *failing]} if failing else {}
    return database.with_records(passing, **header)


def checked_path(database: Path) -> Path:
    """Return where the result of a check is written: `<name>-checked.json` beside the database."""
    name = database.name.removesuffix(".gz").removesuffix(".json")
    return database.with_name(f"{name}-checked.json")


def _excess(voltage_mV: FloatArray, starts: IntArray, n_window: int) -> FloatArray:
    """Return for every spike how much higher it is at axon(0.5) than at axon(0), mV."""
    windows = [voltage_mV[1:, start : start + n_window + 1].max(axis=1) for start in starts]
    return np.array([middle - end for middle, end in windows])


def _longest(voltage_mV: FloatArray, starts: IntArray) -> int:
    """Return the most samples from the begin of a spike until its trace (n_sample,) is low."""
    ends = np.append(np.flatnonzero(voltage_mV < REPOLARISED_MV), len(voltage_mV))
    return int((ends[np.searchsorted(ends, starts)] - starts).max())


def _reasons(result: CheckResult, test: StepTest) -> Iterator[str]:
    peaks = (result.peak_soma_mV, result.peak_middle_mV, result.peak_end_mV)
    if result.step_pA is None:
        strongest = max(test.amplitudes_pA)
        highest = "; ".join(f"{name} {peak:.1f}" for name, peak in zip(_NAMES, peaks, strict=True))
        yield (
            f"no step up to {strongest:g} pA makes the soma fire (highest voltages at "
            f"{strongest:g} pA, mV: {highest})"
        )
        return
    at_step = f"at {result.step_pA:g} pA"
    counts = (result.n_spike, result.n_middle, result.n_end)
    for name, peak, count in zip(_NAMES, peaks, counts, strict=True):
        if not count:
            above = peak is not None and peak > _SPIKE_MV
            said = "above 0 mV since before the step" if above else f"at most {peak:.1f} mV"
            yield f"no spike begins in {name} {at_step}: its voltage is {said}"
    if result.last_spike_ms is not None and result.last_spike_ms > LATEST_MS:
        end_ms = test.onset_ms + test.duration_ms
        yield (
            f"it goes on firing after the step {at_step}: the last spike begins at "
            f"{result.last_spike_ms:.1f} ms, {result.last_spike_ms - end_ms:.0f} ms after its end"
        )
    if result.excess_mV is not None and result.excess_mV > MOST_EXCESS_MV:
        yield (
            f"a spike {at_step} is {result.excess_mV:.1f} mV higher at axon(0.5) than at axon(0); "
            f"at most {MOST_EXCESS_MV:g} mV is allowed"
        )


def _numbers_of(result: CheckResult) -> dict[str, Json]:
    """Return the fields but for the id, as JSON holds them."""
    values = dataclasses.asdict(result)
    del values["number"]
    return {**values, "reasons": list(result.reasons)}
