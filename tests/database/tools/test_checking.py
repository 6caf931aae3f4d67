"""What passes a check, on traces made by hand, and what becomes of the database."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pytest

from database._made import FakeProbe, content, database, model, step_traces
from pyneuronautofit.database import Journal
from pyneuronautofit.database.tools.checking import (
    CheckResult,
    check_models,
    checked,
    checked_path,
    crossings,
    first_spikes,
    judge,
    step_test,
)
from pyneuronautofit.probes.tests import StepTraces

TEST = dataclasses.replace(step_test(35.0, 0.1), amplitudes_pA=(25.0, 50.0, 75.0))


def judged(*spikes, **options):
    voltage = step_traces(TEST, *spikes, **options)
    return judge(7, StepTraces(TEST.amplitudes_pA[: len(spikes)], voltage), TEST)


def test_the_protocol_is_that_of_the_published_check():
    test = step_test(35.0, 0.025)
    assert test.amplitudes_pA == (25, 50, 75, 100, 125, 150, 175, 200)
    assert (test.onset_ms, test.duration_ms, test.end_ms) == (1000, 1000, 3000)
    assert (test.initial_mV, test.until_mV) == (-76, 0)
    assert test.places == ("soma(0.5).v", "axon(0.5).v", "axon(0).v")
    assert (test.n_onset, test.n_sample) == (40_000, 120_001)
    assert step_test(35.0, 0.025, all_steps=True).until_mV is None


def test_the_weakest_step_that_fires_is_judged():
    result = judged([], [1200.0, 1300.0], [1100.0])
    assert result.passed
    assert (result.number, result.step_pA, result.n_spike) == (7, 50.0, 2)
    assert result.last_spike_ms == pytest.approx(1300.0)
    assert (result.peak_soma_mV, result.peak_middle_mV, result.peak_end_mV) == (30, 30, 30)
    assert result.excess_mV == 0.0


def test_no_step_fires():
    result = judged([], [], [1100.0], peaks=[(0.0, -5.0, -7.5)])
    # Zero is not above zero.
    assert result.step_pA is None
    assert result.n_spike == 0
    assert result.reasons == (
        "no step up to 75 pA makes the soma fire (highest voltages at 75 pA, mV: the soma 0.0; "
        "axon(0.5) -5.0; axon(0) -7.5)",
    )


@pytest.mark.parametrize(
    ("peaks", "place"), [((30.0, -1.0, 20.0), "axon(0.5)"), ((30.0, 3.0, 0.0), "axon(0)")]
)
def test_a_spike_has_to_be_seen_in_the_axon(peaks, place):
    result = judged([1200.0], peaks=[peaks])
    low = min(peaks)
    assert result.reasons == (
        f"no spike begins in {place} at 25 pA: its voltage is at most {low:.1f} mV",
    )


@pytest.mark.parametrize(("last_ms", "passes"), [(2099.9, True), (2100.0, True), (2100.2, False)])
def test_firing_has_to_end_with_the_step(last_ms, passes):
    result = judged([1200.0, last_ms])
    assert result.passed is passes
    if not passes:
        assert result.reasons == (
            "it goes on firing after the step at 25 pA: the last spike begins at 2100.2 ms, "
            "100 ms after its end",
        )


@pytest.mark.parametrize(("excess_mV", "passes"), [(5.0, True), (5.1, False), (-20.0, True)])
def test_spikes_begin_at_the_end_of_the_axon(excess_mV, passes):
    peaks = [(30.0, 20.0, 20.0), (30.0, 20.0 + excess_mV, 20.0)]
    result = judged([1200.0, 1300.0], peaks=peaks)
    assert result.passed is passes
    assert result.excess_mV == pytest.approx(max(excess_mV, 0.0))
    if not passes:
        assert result.reasons == (
            "a spike at 25 pA is 5.1 mV higher at axon(0.5) than at axon(0); at most 5 mV is "
            "allowed",
        )


def test_peaks_are_sought_within_five_ms_of_the_somatic_crossing():
    voltage = step_traces(TEST, [1200.0])
    start = 12_000
    # The axon's middle is high before the soma fires, and long after it: neither counts.
    voltage[0, 1, start - 10 : start] = 60.0
    voltage[0, 1, start + 60 : start + 70] = 60.0
    assert judge(0, StepTraces((25.0,), voltage), TEST).passed
    voltage[0, 1, start + 49] = 60.0
    assert judge(0, StepTraces((25.0,), voltage), TEST).excess_mV == pytest.approx(30.0)


def test_spontaneous_spikes_are_counted_and_do_not_fail_a_model():
    result = judged([200.0, 900.0, 1200.0])
    assert (result.passed, result.n_spike, result.n_spontaneous) == (True, 1, 2)
    # They make no step a step that fires.
    assert judged([200.0], [300.0, 1400.0]).step_pA == 50.0


def test_a_cell_that_stays_above_zero_does_not_fire():
    voltage = np.full((1, 3, TEST.n_sample), 5.0)
    assert judge(0, StepTraces((25.0,), voltage), TEST).step_pA is None
    # Nor is a spike that began before the step an answer to it, and the axon has to fire, too.
    result = judged([999.5], [1100.0])
    assert (result.step_pA, result.n_spontaneous) == (50.0, 0)
    voltage = step_traces(TEST, [1200.0])
    voltage[0, 2] = 5.0
    result = judge(0, StepTraces((25.0,), voltage), TEST)
    assert result.n_end == 0
    assert result.reasons[0] == (
        "no spike begins in axon(0) at 25 pA: its voltage is above 0 mV since before the step"
    )


def test_crossings():
    voltage = np.array([1.0, -1.0, 0.0, 1.0, 2.0, -1.0, 3.0])
    assert crossings(voltage, 0.0).tolist() == [0, 3, 6]
    assert crossings(np.full(4, -1.0), 0.0).tolist() == []


def test_first_spikes():
    voltage = step_traces(TEST, [100.0, 1200.0, 1300.0], [500.0], [])
    assert first_spikes(StepTraces(TEST.amplitudes_pA, voltage), TEST) == [12_000, None, None]


def answer(length):
    """Models fire, do not, or fail, as their length says."""
    if length == 41.0:
        return "it broke"
    return StepTraces((25.0,), step_traces(TEST, [] if length == 42.0 else [1200.0]))


def run(read, journal, **options):
    probe = FakeProbe(answer, **options)
    found = []
    with contextlib.suppress(KeyboardInterrupt):
        found += check_models(read.stored, probe, TEST, journal)
    return probe, sorted(found, key=lambda each: each.number)


def test_models_that_pass_are_written_renumbered_and_the_others_are_discarded(tmp_path):
    models = [model(k, id=10 * k, note=k) for k in range(5)]
    read = database(tmp_path, content(models=models, discarded=[{"old": 1}, None]))
    _probe, results = run(read, Journal(tmp_path / "out.json"))
    assert [result.passed for result in results] == [True, False, False, True, True]
    assert results[1].reasons == ("the model raised an error: it broke",)
    assert results[1].status == "FAILED"
    made = checked(read, results)
    assert [(r["id"], r["note"]) for r in made.records] == [(0, 0), (1, 3), (2, 4)]
    old, broken, silent = made.content["discarded"]
    assert old == {"old": 1}
    assert broken == {**models[1], "discarded": "check: the model raised an error: it broke"}
    assert silent["discarded"].startswith("check: no step up to 75 pA")
    assert read.content["models"] == models, "the database itself is as it was"


def test_what_is_finished_is_not_done_again(tmp_path):
    read = database(tmp_path, content(5))
    out = tmp_path / "out.json"
    first, found = run(read, Journal(out, "s"), interrupted_after=3)
    assert first.asked == [44.0, 43.0, 42.0]
    assert len(found) == 3
    second, results = run(read, Journal(out, "s"))
    assert second.asked == [41.0, 40.0]
    assert second.checked == 1
    whole, uninterrupted = run(read, Journal(tmp_path / "other.json", "s"))
    assert whole.asked == [44.0, 43.0, 42.0, 41.0, 40.0]
    assert results == uninterrupted
    # With other settings it is.
    assert len(run(read, Journal(out, "other settings"))[0].asked) == 5


def test_as_json():
    result = CheckResult(3, ("why",), "OK", step_pA=25.0)
    assert result.as_json() == {
        "id": 3, "passed": False, "reasons": ["why"], "status": "OK", "step_pA": 25.0,
        "peak_soma_mV": None, "peak_middle_mV": None, "peak_end_mV": None, "n_spike": 0,
        "n_spontaneous": 0, "n_middle": 0, "n_end": 0, "last_spike_ms": None, "excess_mV": None,
        "depolarised_ms": None,
    }  # fmt: skip


def test_the_name_of_the_result(tmp_path):
    for name in ("a.json", "a.json.gz", "a"):
        assert checked_path(tmp_path / name) == tmp_path / "a-checked.json"


def test_a_model_that_stays_depolarised_after_a_spike_is_warned_of():
    """It passes all the same: its spikes are seen where they should be."""
    fine = judged([1200.0, 1300.0])
    assert fine.depolarised_ms == pytest.approx(TEST.dt_ms, abs=2.0)
    assert fine.warnings == ()
    voltage = step_traces(TEST, [1200.0, 1300.0])
    begins, lasts = round(1300.0 / TEST.dt_ms), round(250.0 / TEST.dt_ms)
    voltage[:, :, begins + 1 : begins + lasts] = -20.0
    stuck = judge(7, StepTraces((25.0,), voltage), TEST)
    assert stuck.passed
    assert stuck.depolarised_ms == pytest.approx(250.0, abs=2.0)
    assert stuck.warnings == ("stays depolarised after a spike at 25 pA: above -40 mV for 250 ms",)
    # Until the end of what was simulated.
    voltage[:, :, begins + 1 :] = -20.0
    forever = judge(7, StepTraces((25.0,), voltage), TEST)
    assert forever.depolarised_ms == pytest.approx(TEST.end_ms - 1300.0, abs=2.0)
    early = judged([200.0, 1200.0])
    assert early.warnings == ("passes, but fires 1 spike(s) before the step",)
    assert judged([]).depolarised_ms is None
