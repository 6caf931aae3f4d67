"""What is a resting state, and what becomes of one that is none."""

from __future__ import annotations

import numpy as np
import pytest

from database._made import FakeProbe, content, database, model
from pyneuronautofit.database import Journal
from pyneuronautofit.database.tools.resting import NOTE, describe_motion, find_rest, with_rest
from pyneuronautofit.probes.tests import Rest

TIME_MS = np.arange(10_000.0)


def motion(watched):
    return describe_motion(Rest({"soma.v": -60.0}, watched))


def test_a_voltage_that_has_settled():
    assert motion(np.full(10_000, -60.0)) == ""
    # It may have moved before: the last second counts.
    assert motion(-60.0 + np.exp(-TIME_MS / 300.0)) == ""


def test_a_voltage_that_drifts():
    text = motion(-60.0 + 2e-6 * TIME_MS)
    assert text == "its voltage still drifts: +0.002 mV in the last second"
    assert motion(-60.0 - 2e-6 * TIME_MS).endswith("-0.002 mV in the last second")


@pytest.mark.parametrize("hertz", [5.0, 40.0])
def test_a_voltage_that_oscillates(hertz):
    text = motion(-60.0 + 0.01 * np.sin(2 * np.pi * hertz * TIME_MS / 1000.0))
    assert text.startswith("its voltage oscillates: 0.02 mV from peak to peak in the last second, ")
    assert float(text.split()[-2]) == pytest.approx(hertz, rel=0.02)


def test_a_slow_wave_is_no_drift():
    """In the last second of its period it goes one way only."""
    text = motion(-60.0 + np.sin(2 * np.pi * 0.2 * TIME_MS / 1000.0))
    assert "oscillates" in text
    assert float(text.split()[-2]) == pytest.approx(0.2, rel=0.02)


def test_a_model_that_fires_by_itself():
    watched = np.full(10_000, -60.0)
    watched[500::1000] = 20.0
    assert motion(watched) == "it fires without current: 10 spike(s) in the last 10 s"
    # Also where the last second is silent.
    watched[5000:] = -60.0
    assert motion(watched) == "it fires without current: 5 spike(s) in the last 10 s"


def rest(length):
    if length == 41.0:
        return "it broke"
    speed = 1e-3 if length == 42.0 else 0.0
    return Rest({"soma.v": -length, "axon.v": -length + 0.5}, -60.0 + speed * TIME_MS)


def found_for(read, journal, initial=(), **options):
    probe = FakeProbe(rest, **options)
    return probe, list(find_rest(read.stored, probe, journal, list(initial)))


def test_init_and_id_are_written_and_what_moves_has_a_note(tmp_path):
    models = [
        model(0, id=5), model(1, id=6, init={"soma.v": -1.0}), model(2, id=7),
        model(3, id=8, **{NOTE: "it was moving"}),
    ]  # fmt: skip
    read = database(tmp_path, content(models=models))
    _probe, results = found_for(read, Journal(tmp_path / "o.json"))
    first, failed, moving, settled = with_rest(read, results).records
    assert first == {**models[0], "init": {"soma.v": -40.0, "axon.v": -39.5}}
    # What failed keeps what it had.
    assert failed == {
        **models[1],
        NOTE: "the simulation failed: the model raised an error: it broke",
    }
    assert moving["init"] == {"soma.v": -42.0, "axon.v": -41.5}
    assert moving[NOTE].startswith("its voltage still drifts")
    assert NOTE not in settled
    assert settled["init"]["soma.v"] == -43.0


def test_positions_become_ids(tmp_path):
    models = [{"parameters": model(k)["parameters"]} for k in (0, 3)]
    read = database(tmp_path, content(models=models))
    made = with_rest(read, found_for(read, Journal(tmp_path / "o.json"))[1])
    assert [record["id"] for record in made.records] == [0, 1]


def test_voltages_to_begin_with_reach_the_models_they_belong_to(tmp_path):
    read = database(tmp_path, content(4))
    initial = [{"soma.v": -float(k)} for k in range(4)]
    out = tmp_path / "o.json"
    with pytest.raises(KeyboardInterrupt):
        found_for(read, Journal(out), initial, interrupted_after=1)
    probe, _results = found_for(read, Journal(out), initial)
    # Model 3 is done: the others are asked, each with its own.
    assert probe.asked == [42.0, 41.0, 40.0]
    assert probe.initial == initial[:3]
    # From elsewhere is another question.
    assert len(found_for(read, Journal(out), [{}] * 4)[0].asked) == 4
