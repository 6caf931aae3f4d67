"""Models of several runs as a database."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.database import read_database
from pyneuronautofit.fitting.outcome.counted import floor_of
from pyneuronautofit.objectives.floor import said_floor
from pyneuronautofit.runs import RunFiles, RunLock, open_run


@pytest.fixture
def fit(command, recording, hh_project, tmp_path):
    def run(stamp, *words, code=0):
        basis = ["-P", "16", "-G", "2", "--dt", "0.1", "-n", "1", "-a", stamp]
        where = ["--project", hh_project, "--output", tmp_path / "out"]
        answer = command(*basis, *where, *words, recording)
        assert answer.code == code, answer.err
        return RunFiles(tmp_path / "out", stamp)

    return run


@pytest.fixture
def two_runs(fit):
    return (
        fit("one", "-A", "N", "-m", "OV", "--seed", "1", "-k", "[0, 2]"),
        fit("two", "-A", "K", "-m", "OV", "--seed", "2"),
    )


def sums(record, markers, code):
    return sum(f for f, m in zip(record["fitness"], markers, strict=True) if m == code)


def test_non_dominated_models_of_two_runs(two_runs, command):
    answer = command("collect", "out/one", "out/two", "-o", "db.json")
    assert answer.code == 0, answer.err
    database = read_database(Path("db.json"))
    content, records = database.content, database.records
    assert (content["module"], content["cell"], content["version"]) == (
        "project", "fitmeneuron", "1.2",
    )  # fmt: skip
    assert content["temperature"] == 35.0
    assert content["targets"] == ["cell.npz"]
    assert content["sources"] == ["one.sqlite", "two.sqlite"]
    assert [r["id"] for r in records] == list(range(len(records)))
    assert {r["selection"] for r in records} == {"non-dominated"}
    for source, files in enumerate(two_runs):
        with open_run(files.store) as run:
            mine = [r for r in records if r["src"] == source]
            assert {r["row"] for r in mine} <= set(run.archive().tolist())
            for record in mine:
                stored = run.evaluations([record["row"]])
                assert list(record["parameters"].values()) == stored.parameters[0].tolist()
                assert record["fitness"] == stored.scores[0].tolist()
                assert content["evaluations"][record["evaluation"]] == run.header.evaluation
    assert len(content["evaluations"]) == 2
    assert "weighted-fitness" not in records[0]
    assert "weighted-fitness" in records[-1]
    # Masks of two sweeps are two sweeps again when the database is evaluated.
    answer = command(
        "evaluate", "db.json", "cell.npz", "--project", "model", "--json", "--dt", "0.1"
    )
    assert answer.code == 0, answer.err
    for record, model in zip(records, json.loads(answer.out), strict=True):
        np.testing.assert_allclose(model["vector"], record["fitness"], rtol=1e-9)


def test_thresholds_look_at_every_evaluation(two_runs, command):
    with open_run(two_runs[1].store) as run:
        scores = run.evaluations().scores
        v = scores[:, 3:].sum(axis=1)
        o = scores[:, :3].sum(axis=1)
        limit = float(np.nanmedian(v))
        expected = np.flatnonzero((v <= limit) & (o <= 2))
        archive = set(run.archive().tolist())
    words = ("--max", "O=2", "--max", f"V={limit!r}", "--distance", "0")
    answer = command("collect", "out/two", "-o", "db.json", *words)
    assert answer.code == 0, answer.err
    records = json.loads(Path("db.json").read_text())["models"]
    assert sorted(r["row"] for r in records) == expected.tolist()
    weighted = [r["weighted-fitness"] for r in records]
    assert weighted == sorted(weighted)
    assert records[0]["selection"] == f"O <= 2, V <= {limit:g}"
    answer = command("collect", "out/two", "-o", "db.json", *words, "--non-dominated")
    rows = {r["row"] for r in json.loads(Path("db.json").read_text())["models"]}
    assert rows == set(expected.tolist()) & archive


def test_the_best_of_each_run(two_runs, fit, command):
    fit("three", "-A", "M", "-m", "OV", "--seed", "5")
    answer = command("collect", "out/two", "out/three", "-o", "db.json", "--best", "4")
    assert answer.code == 0, answer.err
    records = json.loads(Path("db.json").read_text())["models"]
    assert [r["src"] for r in records].count(0) <= 4
    with open_run(two_runs[1].store) as run:
        weights = run.weights(run.last.number)
        scalars = weights.scalars(run.evaluations().scores)
        assert records[0]["row"] == int(np.nanargmin(scalars))
    # The search of this one has no weights: the weighted sum of all components counts.
    answer = command("collect", "out/one", "-o", "db2.json", "--best", "4")
    assert answer.code == 0, answer.err
    assert len(json.loads(Path("db2.json").read_text())["models"]) <= 4


def test_models_near_to_each_other_are_one(two_runs, command):
    sizes = []
    for distance in ("0", "0.01", "0.1", "10"):
        words = ("-o", "db.json", "--max", "V=1e9", "--distance", distance)
        answer = command("collect", "out/one", "out/two", *words)
        assert answer.code == 0, answer.err
        content = json.loads(Path("db.json").read_text())
        values = np.array([list(r["parameters"].values()) for r in content["models"]])
        values[:, :2] = np.log10(values[:, :2])
        scaled = values / [3.0, 3.0, 1e-3 - 1e-5]
        apart = np.sqrt(((scaled[:, None] - scaled[None]) ** 2).mean(axis=-1))
        np.fill_diagonal(apart, np.inf)
        assert apart.min(initial=np.inf) >= float(distance)
        sizes.append(len(values))
        assert (f"{sizes[0] - sizes[-1]} left out" in answer.out) == (sizes[-1] < sizes[0])
    assert sizes[0] >= sizes[1] > sizes[2] > sizes[3] == 1


def test_runs_of_different_models_are_refused(two_runs, fit, command, hh_project, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    text = (hh_project / "project.py").read_text()
    (other / "project.py").write_text(text.replace("1e-5, 1e-3", "1e-5, 2e-3"))
    fit("three", "-A", "N", "-m", "OV", "--seed", "1", "--project", other)
    answer = command("collect", "out/one", "out/three", "-o", "db.json")
    assert answer.code == 2
    assert "one and three cannot be collected together: their parameters differ" in answer.err
    assert not Path("db.json").exists()


@pytest.mark.parametrize(("words", "said"), [
    (("out/one",), "expected one run or more, and -o"),
    (("-o", "db.json"), "expected one run or more, and -o"),
    (("out/no", "-o", "db.json"), "there is no run out/no"),
    (("out/one", "-o", "db.json", "--max", "O"), "expected a mode and the largest sum"),
    (("out/one", "-o", "db.json", "--max", "O=x"), "expected a mode and the largest sum"),
    (("out/one", "-o", "db.json", "--max", "W=1"), "by mode W; its modes are O, V"),
    (("out/one", "-o", "db.json", "--max", "V=-1"), "no model of these runs is V <= -1"),
    (("out/one", "-o", "no/db.json"), "cannot write no/db.json"),
    (("out/one", "-o", "db.json", "--best", "0"), "--best 0: expected a number of at least 1"),
], ids=str)  # fmt: skip
def test_mistakes(two_runs, command, words, said):
    answer = command("collect", *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_running_run_is_collected(two_runs, command):

    with RunLock(two_runs[0].lock):
        assert command("collect", "out/one", "-o", "db.json").code == 0


@pytest.fixture
def with_floor(command, noisy, hh_project):
    """The store of a run on a recording with noise, and what the fit said."""
    basis = ["-P", "16", "-G", "2", "--dt", "0.1", "-n", "1", "-a", "run", "-A", "N", "-m", "OV"]
    answer = command(*basis, "--seed", "1", "--project", hh_project, noisy)
    assert answer.code == 0, answer.err
    return RunFiles(noisy.parent, "run"), answer.out


def test_thresholds_in_noise_floors(with_floor, command):
    files, _said = with_floor
    with open_run(files.store) as run:
        floor = floor_of(run)
        v = run.evaluations().scores[:, np.array(run.header.markers) == "V"].sum(axis=1)
        limit = float(np.nanmedian(v)) / floor.modes["V"]
        expected = np.flatnonzero(v <= limit * floor.modes["V"])
    assert floor.n_repeated == 3
    words = ("--max", f"V={limit:.12g}floor", "--distance", "0")
    answer = command("collect", "run", "-o", "db.json", *words)
    assert answer.code == 0, answer.err
    records = json.loads(Path("db.json").read_text())["models"]
    assert sorted(r["row"] for r in records) == expected.tolist()
    assert records[0]["selection"] == f"V <= {limit:g}floor"
    answer = command("collect", "run", "-o", "no.json", "--max", "V=0.001floor")
    assert answer.code == 2
    least = f"{np.nanmin(v):.4g} (at most {0.001 * floor.modes['V']:.4g})"
    said = "no model of these runs is V <= 0.001floor: nothing was written; the least of run: V "
    assert said + least in answer.err


def test_all_that_says_sums_says_them_in_floors(with_floor, command, hh_project):
    files, said = with_floor
    with open_run(files.store) as run:
        floor = floor_of(run)
    (line,) = [each for each in said.splitlines() if each.startswith("noise floor:")]
    assert f"V {floor.modes['V']:.3g} (from repeats of 3 of 5 compared sweeps" in line
    assert "x the floor" in line
    shown = command("status", "run").out
    assert f"noise floor   {said_floor(floor)}" in shown
    found = json.loads(command("status", "run", "--json").out)
    assert found["floor"] == floor.modes
    best = found["best"][0]
    assert best["in_floors"]["V"] == pytest.approx(best["sums"]["V"] / floor.modes["V"])
    assert command("collect", "run", "-o", "db.json").code == 0
    words = ("evaluate", "db.json", "repeats.npz", "--project", hh_project, "--dt", "0.1")
    first = json.loads(command(*words, "--json").out)[0]
    assert first["floor"]["modes"] == floor.modes
    assert first["floor"]["lower_bound"] is True
    v = sum(x for x, m in zip(first["vector"], first["marks"], strict=True) if m == "V")
    assert first["floor"]["in_floors"]["V"] == pytest.approx(v / floor.modes["V"])
    table = command(*words).out
    assert f"noise floor: {said_floor(floor)}" in table
    assert "sums in units of the noise floor:" in table


def test_a_run_that_does_not_know_its_floor(two_runs, command):
    answer = command("collect", "out/one", "-o", "db.json", "--max", "V=2floor")
    # There is no noise in this recording, and nothing is below 0.
    assert "no model of these runs is V <= 2floor" in answer.err
    with sqlite3.connect(two_runs[0].store) as store:
        store.execute("DELETE FROM run WHERE key = 'floor'")
    answer = command("collect", "out/one", "-o", "db.json", "--max", "V=2floor")
    assert answer.code == 2
    assert "--max V=2floor: one has no noise floor: it is of a version that did not" in answer.err
    assert command("status", "out/one").code == 0


def test_a_search_ends_at_the_floor_and_the_store_says_why(command, noisy, hh_project):
    basis = ["-P", "16", "--dt", "0.1", "-n", "1", "-A", "N", "-m", "V", "--seed", "1"]
    words = [*basis, "--project", hh_project, noisy, "--stop-after", "1e6floor"]
    answer = command(*words, "-G", "5", "-a", "run")
    assert answer.code == 0, answer.err
    assert "is within 1e+06 noise floors in every mode" in " ".join(answer.out.split())
    assert "16 evaluations" in answer.out
    assert "--resume run.sqlite --stop-after 30" in answer.out
    assert "is within 1e+06 noise floors" in command("status", "run").out
    # Again it ends where it had ended; with another number it goes on.
    again = command("--resume", "run", "--project", hh_project)
    assert "16 evaluations" in again.out, again.err
    more = command("--resume", "run", "--stop-after", "30", "--project", hh_project)
    assert "96 evaluations" in more.out, more.err


def test_a_floor_is_asked_for_where_there_is_none(command, recording, hh_project):
    words = ("-P", "16", "-G", "1", "--dt", "0.1", "-n", "1", "-A", "N", "-m", "V", "--seed", "1")
    answer = command(*words, "--project", hh_project, recording, "--stop-after", "floor")
    assert answer.code == 2
    assert "--stop-after floor: the recording has no noise, and so no noise floor" in answer.err
    assert not list(recording.parent.glob("*.sqlite"))
