"""How models were scored on recordings, as files hold it."""

from __future__ import annotations

from dataclasses import replace

from fitting.parabolas import make_problem
from pyneuronautofit.fitting import BESIDE, FitConfig, evaluation_as_json


def test_of_one_recording_it_is_its_settings_and_how_it_was_taken():
    problem = make_problem()
    config = FitConfig(recording="there/r", modes="OV")
    assert evaluation_as_json(config, problem) == problem.suite.settings.as_json()
    taken = evaluation_as_json(replace(config, voltage_offset_mV=-3.0, sweeps="1:9"), problem)
    assert taken["recording"] == {"voltage_offset_mV": -3.0, "sweeps": "1:9"}


def test_of_several_the_first_has_the_others():
    one, two = make_problem(), make_problem(modes="V")
    two = replace(two, recording=replace(two.recording, name="s"))
    config = FitConfig(recording="there/r", beside=("s:2",), modes="OV")
    found = evaluation_as_json(config, replace(one, beside=(two,)))
    assert found["mode"] == "OV"
    assert "recording" not in found
    (other,) = found[BESIDE]
    assert (other["target"], other["mode"], other["recording"]) == ("s", "V", {"sweeps": "2"})
