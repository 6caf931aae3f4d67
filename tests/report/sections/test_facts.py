"""What was fitted to what, and how to do it again: texts against what the run was made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyneuronautofit.report.findings.state import RunPace
from pyneuronautofit.report.sections.again import reproduce
from pyneuronautofit.report.sections.facts import fitted, said
from pyneuronautofit.runs import RunFiles, RunLock, RunWriter, open_run
from report._content import EVIL, NAN, cells, content_of, content_of_run, facts_of, parsed, words
from report._made import info, make_run

SETTINGS = info().settings


def shown(content):
    return parsed(fitted(content.run, content.course, content.pace, content.state))


def facts(tmp_path, **changed):
    with content_of(tmp_path, about=info(**changed)) as content:
        return facts_of(shown(content))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0:00:00"), (59.6, "0:01:00"), (3725.4, "1:02:05"), (90_000, "1 day, 1:00:00"),
     (NAN, "-")],
)  # fmt: skip
def test_times_are_said_as_hours_minutes_and_seconds(seconds, text):
    assert said(seconds) == text


def test_what_was_fitted_to_what(tmp_path):
    identity = {
        "recording": "ab12", "model": {}, "versions": {"neuron": "9.0.1", "numpy": "2.1"},
    }  # fmt: skip
    found = facts(tmp_path, identity=identity)
    assert found == {
        "Recording": "cell.abf /r/cell.abf",
        "its SHA-256": "ab12",
        "Model": "the built-in thalamocortical cell, version 1.2, 2 parameters, 35 °C",
        "Modes": (
            "O (spikes) total number of spikes: 2 component(s) "
            "V (mV²) whole voltage: 1 component(s)"
        ),
        "Sweeps": "all of the recording",
        "Search": "Krayzman, 9 generations, seed 7",
        "Evaluations": "5, 1 of them failed, in 0:00:04 of computing, 1.25 per second",
        "Other settings": "all at their defaults",
        "Versions": "neuron 9.0.1, numpy 2.1",
    }


def test_modes_have_their_number_of_components(tmp_path):
    header = replace(info().header, markers=tuple("OO?"))
    found = facts(tmp_path, mode_sizes=(("O", 2), ("?", 1)), header=header)["Modes"]
    assert found.startswith("O ")
    assert ": 2 component(s)" in found
    assert found.endswith("or of another version: 1 component(s)")


def test_a_project_a_mask_and_a_population(tmp_path):
    places = {"recording": None, "project": "/p/project.py", "directory": "/p"}
    header = replace(info().header, temperature_degC=None)
    settings = {**SETTINGS, "mask": "[1, 2]", "population_size": 96, "algorithm": "NSGA2"}
    found = facts(tmp_path, places=places, header=header, settings=settings, log_search=False)
    assert found["Recording"] == "cell.abf"
    assert found["Model"] == "the cell of /p/project.py, version 1.2, 2 parameters"
    assert found["Sweeps"] == "mask [1, 2]"
    assert found["Search"] == "NSGA2, 9 generations, population 96, seed 7, no logarithmic search"


def test_settings_that_are_not_at_their_defaults(tmp_path):
    settings = {
        **SETTINGS,
        "spike_threshold_mV": -20.0,  # said
        "spike_count": 2,  # the default
        "collapse": True,  # a switch
        "norm_space": False,
        "stimulus": [10.0, 20.5],
        "time_limit_s": None,
        "n_worker": 7,  # decides nothing
        "population_size": 3,  # said elsewhere
        "of_another_version": 1,
    }
    found = facts(tmp_path, settings=settings)["Other settings"]
    assert found == "--spike-threshold -20.0, --collapse-diff, --stimulus [10.0, 20.5]"


def test_a_store_that_knows_little(tmp_path):
    found = facts(tmp_path, identity={}, settings={})
    assert found["its SHA-256"] == "not stored"
    assert found["Versions"] == ""
    assert found["Search"].startswith("Krayzman, ")


def test_evaluations_of_which_none_failed(tmp_path):
    with content_of(tmp_path, [[[1, 2, 3]] * 1500]) as content:
        found = facts_of(shown(content))
    assert found["Evaluations"] == "1,500, none failed, in 0:00:02 of computing, 750 per second"


def test_the_speed_is_that_of_the_whole_run(tmp_path):
    with content_of(tmp_path) as content:
        pace = RunPace(1234.56, 99.0, 3600.0, 7.0)
        found = facts_of(parsed(fitted(content.run, content.course, pace, content.state)))
        assert found["Evaluations"].endswith("in 1:00:00 of computing, 1235 per second")
        nothing = RunPace(NAN, NAN, 0.0, NAN)
        found = facts_of(parsed(fitted(content.run, content.course, nothing, content.state)))
        assert found["Evaluations"].endswith("in 0:00:00 of computing")


def test_failures_are_counted_by_kind_and_the_last_one_is_named(tmp_path):
    failed = [NAN, NAN, NAN]
    with content_of(tmp_path, [[[1, 2, 3], failed], [failed, [1, 2, 3], failed]]) as content:
        found = shown(content)
    assert facts_of(found)["Evaluations"].startswith("5, 3 of them failed, in ")
    table = cells(list(found.iter("table"))[-1])
    assert table == [
        ["failed", "what that means", "candidates"],
        ["CRASHED", "the simulating process died", "3"],
    ]
    note = [each for each in found.iter("p") if each.get("class") == "note"]
    assert words(note[-1]) == "The last one was evaluation 4, CRASHED: signal <11>"


def test_where_nobody_failed_there_is_no_table_of_failures(tmp_path):
    with content_of(tmp_path, [[[1, 2, 3]]]) as content:
        (sessions,) = shown(content).iter("table")
    assert cells(sessions)[0][0] == "session"


def sessions_in(tmp_path, **how):
    with content_of(tmp_path, **how) as content:
        return cells(next(shown(content).iter("table"))), content.run.sessions


def test_sessions_with_their_ends(tmp_path):
    table, (session,) = sessions_in(tmp_path)
    assert table[0] == ["session", "began (UTC)", "ended", "how", "by"]
    number, began, ended, how, who = table[1]
    assert (number, how, who) == ("1", "finished", "by hand, on here")
    assert f"{began.replace(' ', 'T')}+00:00" == session.began
    assert f"{ended.replace(' ', 'T')}+00:00" == session.ended


def test_a_session_without_an_end_was_killed_unless_somebody_writes(tmp_path):
    table, _sessions = sessions_in(tmp_path, outcome=None)
    assert table[1][2:4] == ["killed", "killed, or the machine stopped"]
    (tmp_path / "mine.sqlite").unlink()
    # Whoever computes has taken the lock before.
    with RunLock(RunFiles(tmp_path, "mine").lock):
        table, _sessions = sessions_in(tmp_path, outcome=None)
    assert table[1][2:4] == ["-", "running"]


def test_no_text_becomes_markup(tmp_path):
    places = {"recording": EVIL, "project": EVIL, "directory": EVIL}
    header = replace(info().header, target=EVIL, version=EVIL, command=EVIL)
    identity = {"recording": EVIL, "model": {}, "versions": {EVIL: EVIL}}
    settings = {**SETTINGS, "mask": EVIL, "precision": EVIL}
    about = info(
        places=places, header=header, identity=identity, settings=settings,
        statuses={"OK": "", "CRASHED": EVIL},
    )  # fmt: skip
    with content_of(tmp_path, about=about, outcome=EVIL) as content:
        found = shown(content)
        again = parsed(reproduce(content.run))
    for part in (found, again):
        assert not list(part.iter("script"))
    listed = facts_of(found)
    assert listed["Recording"] == f"{EVIL} {EVIL}"
    assert listed["its SHA-256"] == EVIL
    assert listed["Sweeps"] == f"mask {EVIL}"
    assert listed["Versions"] == f"{EVIL} {EVIL}"
    assert listed["Other settings"] == f"--precision {EVIL}"
    sessions, failures = map(cells, found.iter("table"))
    assert sessions[1][3] == EVIL
    assert failures[1][1] == EVIL
    assert words(again).count(EVIL) == 2


def test_a_run_that_was_taken_up_again_has_two_sessions(tmp_path):
    path = make_run(tmp_path / "mine.sqlite", [[[1, 2, 3]]], outcome="interrupted")
    writer = RunWriter(path, info())
    writer.begin_session({"generations": 20})
    writer.close()
    with open_run(path) as run:
        content = content_of_run(run)
        found = shown(content)
    table = cells(next(found.iter("table")))
    assert [row[0] for row in table[1:]] == ["1", "2"]
    assert table[1][3] == "interrupted"
    assert table[2][4] == ", on an unknown machine"
    assert facts_of(found)["Search"] == "Krayzman, 20 generations, seed 7"
