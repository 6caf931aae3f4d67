"""A run at one moment."""

from __future__ import annotations

import gzip
import json
import math
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pyneuronautofit.report.findings import snapshot as module
from pyneuronautofit.report.findings.snapshot import (
    about_copy,
    copied_s,
    last_warning,
    take_snapshot,
)
from pyneuronautofit.report.findings.state import RunPace, State, Tally
from pyneuronautofit.runs import RunLock, Session, open_run
from report._made import make_run

NAN = float("nan")
GENERATIONS = [[[1, 1, 9], [8, 0, 1]], [[2, 2, 4], [NAN, NAN, NAN]]]
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_run_without_a_generation(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", [], outcome=None), check=False) as run:
        seen = take_snapshot(run, Tally(), NOW)
    assert (seen.generation, seen.n_evaluation, seen.best) == (-1, 0, [])
    answer = seen.as_json()
    assert answer["per_second"] is None
    assert answer["left_s"] is None


def test_a_snapshot_says_what_the_store_has(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", GENERATIONS), check=False) as run:
        seen = take_snapshot(run, Tally(), NOW)
        assert seen.n_archive == len(run.archive()) == 1
    assert [(best.title, best.row, best.sums) for best in seen.best] == [
        ("compromise", 2, {"O": 4.0, "V": 4.0}),
        # With O and V/100: 2.09, and 4.04 of the other.
        ("best sum", 0, {"O": 2.0, "V": 9.0}),
        ("best O", 2, {"O": 4.0, "V": 4.0}),
        ("best V", 2, {"O": 4.0, "V": 4.0}),
    ]
    assert seen.failures == {"CRASHED": 1}
    assert seen.last_failure == "evaluation 3, CRASHED: signal <11>"


def test_sums_with_finer_steps(tmp_path):
    sums = [{"O": 4.0, "V": 100.0}, {}]
    finer = {"rows": [2, 0], "tolerances_mV": [3e-5, None], "sums": sums}
    store = make_run(tmp_path / "r.sqlite", GENERATIONS, finer=finer)
    with open_run(store, check=False) as run:
        seen = take_snapshot(run, Tally(), NOW)
    assert seen.told_sums(seen.best[0]) == {"O": 4.0, "V": 100.0}
    assert seen.told_sums(seen.best[1]) == seen.best[1].sums
    assert "apart: compromise, best O, best V: V 100. The" in seen.about_finer_steps()
    assert "nothing is known of best sum" in seen.about_finer_steps()
    first, second, *_others = seen.as_json()["best"]
    assert first["sums_with_finer_steps"] == {"O": 4.0, "V": 100.0}
    assert "sums_with_finer_steps" not in second


def test_how_old_a_copy_is(tmp_path):
    store = make_run(tmp_path / "r.sqlite", GENERATIONS, outcome=None, scratch="/local/x")
    os.utime(store, (0, NOW.timestamp() - 12.0))
    with open_run(store, check=False) as run:
        assert math.isnan(take_snapshot(run, Tally(), NOW).copied_s)  # nobody writes it
    with RunLock(store.with_suffix(".lock")), open_run(store, check=False) as run:
        state = State("running", computing=True)
        assert copied_s(run, state, NOW) == 12.0
        # A clock that is behind the file system's.
        assert copied_s(run, state, NOW - timedelta(minutes=1)) == 0.0
        said = about_copy(run.sessions, 12.3)
        assert said.startswith("as of 12 s ago: it is written in /local/x on ")
        assert about_copy(run.sessions, NAN) == ""
        seen = replace(take_snapshot(run, Tally(), NOW), copied_s=3.0)
        assert seen.as_json()["copied_s"] == 3.0


def test_the_last_warning_of_a_log(tmp_path):
    log = tmp_path / "r.log.gz"
    assert last_warning(log) == ""
    lines = [
        "2026-01-01 10:00:00,000 INFO pyneuronautofit.fit: WARNING is no level here",
        "2026-01-01 10:00:01,000 WARNING pyneuronautofit.fit: this one",
        "2026-01-01 10:00:02,000 INFO pyneuronautofit.fit: fine",
    ]
    whole = b"".join(gzip.compress(f"{line}\n".encode()) for line in lines)
    log.write_bytes(whole)
    assert last_warning(log) == lines[1]
    # Its writer is just adding to it.
    log.write_bytes(whole + gzip.compress(b"more")[:12])
    assert last_warning(log) == lines[1]
    log.write_bytes(b"something else")
    assert last_warning(log) == ""


@pytest.fixture
def seen(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", GENERATIONS), check=False) as run:
        yield take_snapshot(run, Tally(), NOW)


def test_it_is_of_its_own_run(seen, tmp_path):
    assert (seen.stamp, seen.store) == ("r", tmp_path / "r.sqlite")
    assert (seen.state.name, seen.state.error) == ("finished", "")
    assert (seen.generation, seen.goal.generations, seen.n_evaluation) == (1, 9, 4)
    assert (seen.pace.used_s, seen.pace.per_second) == (4.0, 1.0)
    assert [session.outcome for session in seen.sessions] == ["finished"]
    assert seen.losses == []
    assert seen.last_warning == ""


def test_what_was_counted_before_counts(tmp_path):
    """Nobody is counted twice who was counted when the run was looked at before."""
    with open_run(make_run(tmp_path / "r.sqlite", GENERATIONS), check=False) as run:
        tally = Tally()
        first = take_snapshot(run, tally, NOW)
        again = take_snapshot(run, tally, NOW)
    assert first.failures == again.failures == {"CRASHED": 1}
    assert first.n_archive == again.n_archive
    tally.failures["CRASHED"] += 1
    assert first.failures == {"CRASHED": 1}


def test_everything_as_json(seen, tmp_path):
    (tmp_path / "r.log.gz").write_bytes(gzip.compress(b"d t WARNING w"))
    known = replace(
        seen,
        state=State("stopped by an error", "the disk is full"),
        pace=RunPace(1.5, 2.5, 60.0, NAN),
        last_warning="d t WARNING w",
        losses=["generation 7"],
        sessions=[Session(0, "then", {}, "later", "finished"), Session(1, "now", {})],
    )
    answer = known.as_json()
    json.dumps(answer, allow_nan=False)
    assert answer == {
        "stamp": "r", "store": str(tmp_path / "r.sqlite"), "state": "stopped by an error",
        "error": "the disk is full", "generation": 1, "generations": 9, "evaluations": 4,
        "evaluations_goal": None,
        "per_second": 1.5, "recent_per_second": 2.5, "used_s": 60.0, "left_s": None,
        "non_dominated": 1,
        "best": [
            {"model": title, "evaluation": row, "sums": {"O": sums[0], "V": sums[1]}}
            for title, row, sums in (
                ("compromise", 2, (4.0, 4.0)), ("best sum", 0, (2.0, 9.0)),
                ("best O", 2, (4.0, 4.0)), ("best V", 2, (4.0, 4.0)),
            )
        ],
        "failures": {"CRASHED": 1},
        "last_failure": "evaluation 3, CRASHED: signal <11>",
        "last_warning": "d t WARNING w",
        "sessions": [
            {"began": "then", "ended": "later", "outcome": "finished"},
            {"began": "now", "ended": None, "outcome": None},
        ],
        "losses": ["generation 7"], "copied_s": None,
    }  # fmt: skip


def test_what_is_not_there_is_null(seen):
    answer = replace(seen, last_failure="", pace=RunPace(NAN, float("inf"), 0.0, NAN)).as_json()
    for name in ("error", "last_failure", "last_warning", "per_second", "recent_per_second"):
        assert answer[name] is None
    assert answer["used_s"] == 0.0


def test_a_failure_without_a_message(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", [[[1, 1, 9]]]), check=False) as run:
        tally = Tally()
        assert take_snapshot(run, tally, NOW).last_failure == ""
        tally.last_failure = (7, "TIMED_OUT", "")
        assert take_snapshot(run, tally, NOW).last_failure == "evaluation 7, TIMED_OUT"


@pytest.mark.parametrize(
    ("level", "counts"),
    [("WARNING", True), ("ERROR", True), ("CRITICAL", True), ("INFO", False), ("DEBUG", False)],
)
def test_levels_that_are_warnings(tmp_path, level, counts):
    line = f"2026-01-01 10:00:00,000 {level} who: what"
    (tmp_path / "r.log.gz").write_bytes(gzip.compress(f"{line}\n".encode()))
    assert last_warning(tmp_path / "r.log.gz") == (line if counts else "")


def test_a_large_log_is_not_searched(tmp_path, monkeypatch):
    log = tmp_path / "r.log.gz"
    log.write_bytes(gzip.compress(b"d t WARNING w"))
    monkeypatch.setattr(module, "_LARGEST_LOG", log.stat().st_size)
    assert last_warning(log) == "d t WARNING w"
    monkeypatch.setattr(module, "_LARGEST_LOG", log.stat().st_size - 1)
    assert last_warning(log) == ""


def test_the_log_is_that_of_the_run(tmp_path):
    path = make_run(tmp_path / "r.sqlite", GENERATIONS)
    (tmp_path / "r.log.gz").write_bytes(gzip.compress(b"d t WARNING mine"))
    (tmp_path / "other.log.gz").write_bytes(gzip.compress(b"d t WARNING others"))
    with open_run(path, check=False) as run:
        assert take_snapshot(run, Tally(), NOW).last_warning == "d t WARNING mine"
