"""`search-init`: resting states, in place or elsewhere, also after an interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from database._made import content, parameters
from pyneuronautofit.cli.databases import search_init as module
from pyneuronautofit.probes.tests import Rest

from .fake_probes import probing
from .quick_cells import MODELS, database, ok

WORDS = ("--dt", "0.05", "--duration", "5")


def test_init_and_id_are_written(command, project, tmp_path):
    db, out = database(tmp_path / "db.json"), tmp_path / "out.json"
    before = db.read_bytes()
    answer = ok(command, "search-init", db, out, "--project", project, *WORDS)
    assert db.read_bytes() == before
    assert "5 s without current at 6.3 degC" in answer.out
    assert "3 of 5 models are at rest" in answer.out
    made = {m["id"]: m for m in json.loads(out.read_text())["models"][:-1]}
    assert list(made) == list(MODELS)
    assert set(made[3]["init"]) == {"soma.v", "axon.v"}
    assert -75.0 < made[3]["init"]["soma.v"] < -55.0
    assert "init-note" not in made[3]
    assert "init" not in made[8]
    assert "too leaky" in made[8]["init-note"]
    assert "fires without current" in made[11]["init-note"]
    assert "model 11 is not at rest: it fires without current" in answer.out
    assert made[3]["mine"] == {"kept": 3}
    # The layout of the file is kept.
    assert out.read_text().startswith('{\n "version": "1",\n')
    assert not list(tmp_path.glob("*.progress"))


def test_in_place_from_a_present_init(command, project, tmp_path):
    chosen = {3: MODELS[3]}
    db = database(tmp_path / "db.json", chosen)
    ok(command, "search-init", db, "--project", project, *WORDS)
    (first, _end) = json.loads(db.read_text())["models"]
    # From there, a moment later nothing has changed; from -76 mV it would have.
    words = ["--project", project, "--dt", "0.05", "--duration", "1"]
    ok(command, "search-init", db, tmp_path / "kept.json", *words)
    kept = json.loads((tmp_path / "kept.json").read_text())["models"][0]
    assert kept["init"] == pytest.approx(first["init"], abs=1e-6)


@pytest.mark.nightly
def test_a_run_that_was_killed_goes_on(project, tmp_path):
    models = {k: (0.12 + 0.001 * k, 0.036, -54.3 if k % 2 else 20.0) for k in range(12)}
    db, out = database(tmp_path / "db.json", models), tmp_path / "out.json"
    words = [sys.executable, "-m", "pyneuronautofit", "search-init", db, out, "-p", "1"]
    words += ["--project", project, "--dt", "0.01", "--duration", "12"]
    progress = Path(f"{out}.progress")
    running = subprocess.Popen(list(map(str, words)), stderr=subprocess.PIPE)
    while not (progress.exists() and progress.read_bytes().count(b"\n") >= 2):
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert not out.exists()
    n_known = progress.read_bytes().count(b"\n")
    assert n_known < 12
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{n_known} of 12 models were finished before an interruption" in done.stderr
    assert not progress.exists()
    made = json.loads(out.read_text())["models"][:-1]
    assert [m["id"] for m in made] == list(range(12))
    assert all("init" in m for m in made)


def test_ctrl_c_ends_it_and_says_what_to_do(project, tmp_path):
    db = database(tmp_path / "db.json", dict.fromkeys(range(40), (0.12, 0.036, 20.0)))
    before = db.read_bytes()
    words = [sys.executable, "-m", "pyneuronautofit", "search-init", str(db), "--dt", "0.01"]
    # Long enough: when the first models are kept, others have yet to begin.
    running = subprocess.Popen(
        [*words, "--project", str(project), "-p", "1", "--duration", "80"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not list(tmp_path.glob("*.progress")):  # not while it is still starting
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    began = time.monotonic()
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert time.monotonic() - began < 10.0
    assert running.returncode == 130, err
    assert "the same command goes on where this one ended" in out
    assert "Traceback" not in err
    assert db.read_bytes() == before


def rest(_test, length):
    """The models 0 to 2 are 40 to 42 um long: is at rest, breaks, drifts."""
    if length == 41.0:
        return "it broke"
    drift = 1e-3 if length == 42.0 else 0.0
    return Rest({"soma.v": -length, "axon.v": -70.0}, -60.0 + drift * np.arange(5000.0))


def written(tmp_path, **more):
    path = tmp_path / "db.json"
    path.write_text(json.dumps(content(3, **more)))
    return path


def test_what_is_said_of_every_model(command, monkeypatch, tmp_path):
    db, out = written(tmp_path), tmp_path / "out.json"
    with probing(monkeypatch, module, rest) as asked:
        said = ok(command, "search-init", db, out, "--project", "here", "-n", "3")
    assert (asked.project, asked.options.n_worker) == (Path("here"), 3)
    assert said.out.splitlines()[0] == "60 s without current at 35 degC (a fake)"
    lines = said.out.splitlines()[-3:]
    assert lines[0].startswith("model 1: ")
    assert lines[0].endswith("it broke. Its init is as it was.")
    assert lines[1].startswith("model 2 is not at rest: its voltage still drifts: +0.999 mV")
    assert lines[2] == f"1 of 3 models are at rest: {out}"
    made = json.loads(out.read_text())["models"]
    assert made[0]["init"] == {"soma.v": -40.0, "axon.v": -70.0}
    assert "init" not in made[1]
    assert list(tmp_path.glob("*.progress")) == []


@pytest.mark.parametrize(
    ("words", "duration_ms", "watched_ms"),
    [
        ((), 60_000, 10_000),
        (("--duration", "15"), 15_000, 7_500),
        (("--duration", "20"), 20_000, 10_000),
    ],
)
def test_the_end_is_watched_not_the_beginning(
    command, monkeypatch, tmp_path, words, duration_ms, watched_ms
):
    with probing(monkeypatch, module, rest) as asked:
        ok(command, "search-init", written(tmp_path), tmp_path / "out.json", *words)
    assert (asked.test.duration_ms, asked.test.watched_ms) == (duration_ms, watched_ms)
    assert asked.test.dt_ms == 0.025


@pytest.mark.parametrize(
    ("words", "stored", "expected"),
    [(("-T", "20"), 30.0, 20.0), ((), 30.0, 30.0), ((), None, 35.0)],
)
def test_the_temperature(command, monkeypatch, tmp_path, words, stored, expected):
    db = written(tmp_path, temperature=stored)
    with probing(monkeypatch, module, rest) as asked:
        said = ok(command, "search-init", db, tmp_path / "out.json", *words)
    assert asked.test.temperature_degC == expected
    assert f"at {expected:g} degC" in said.out


@pytest.mark.parametrize(("words", "first"), [((), {"soma.v": -61.0}), (("--fresh",), {})])
def test_models_begin_at_their_init_unless_fresh(command, monkeypatch, tmp_path, words, first):
    models = [{"parameters": parameters(k), "id": k} for k in range(3)]
    models[0]["init"] = {"soma.v": -61.0}
    with probing(monkeypatch, module, rest) as asked:
        ok(command, "search-init", written(tmp_path, models=models), *words)
    assert asked.probe.initial == [first, {}, {}]


def test_an_interrupted_search_leaves_the_database_as_it_is(command, monkeypatch, tmp_path):
    db = written(tmp_path)
    before = db.read_bytes()
    with probing(monkeypatch, module, rest, interrupted_after=1):
        assert command("search-init", db).code == 130
    assert db.read_bytes() == before
    with probing(monkeypatch, module, rest) as asked:
        ok(command, "search-init", db)
    assert asked.probe.asked == [41.0, 40.0]
    assert db.read_bytes() != before
