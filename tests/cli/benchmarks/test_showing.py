"""What is printed."""

from __future__ import annotations

import io
import json

from benchmarking.made import trial
from pyneuronautofit.benchmarking import NAMES, PublishedValue
from pyneuronautofit.cli.benchmarks.showing import show_list, show_results, trial_line
from pyneuronautofit.cli.benchmarks.summing import results_of
from pyneuronautofit.cli.screen import Screen

TRIALS = [
    trial(name, seed, (10, total + seed / 10), problem=problem)
    for problem in ("hh", "passive")
    for name, total in (("Auto", 0.1), ("random", 20.0))
    for seed in range(6)
]
WRONG = PublishedValue("synapse", 7, "-1", 0.01, None)


def shown(act, **options):
    stream = io.StringIO()
    found = act(Screen(file=stream, width=100), **options)
    return found, stream.getvalue()


def test_a_line():
    line = trial_line(trial("cmaes", 4, (10, 0.12345), problem="hh"))
    assert line == "hh by cmaes, seed 4: F 0.123 after 1,000 evaluations, 2.0 s"
    assert "no candidate could be scored" in trial_line(trial("cmaes", 4, problem="hh"))


def test_tables():
    results, _grouped = results_of(TRIALS)

    def act(screen, as_json):
        return show_results(screen, results, [WRONG], as_json=as_json)

    written, text = shown(act, as_json=False)
    assert "hh: Hodgkin-Huxley cell, 1,000 evaluations, 6 seeds" in text
    assert "│ Auto      │ 0.35 │ 0.23 .. 0.47 │" in text
    assert "ranks" in text
    assert "model 7, synapse -1: published 0.01, found None" in text
    assert "## Published" in written.markdown
    same, nothing = shown(act, as_json=True)
    assert nothing == ""
    assert same == written


def test_what_there_is():
    _none, text = shown(show_list, as_json=False)
    assert all(name in text for name in (*NAMES, "sep-cmaes"))
    _none, text = shown(show_list, as_json=True)
    content = json.loads(text)
    assert [each["name"] for each in content["problems"]] == list(NAMES)
    assert content["problems"][1]["truth"]["soma(0.5).hh.gl"] == 0.0003
    assert content["algorithms"]["DE"] == "-A DE"
