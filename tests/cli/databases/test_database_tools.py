"""The tools for model databases on the command line, with cells that are quick to simulate."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

# A ball with a stick that fires from its far end, as the tools expect of a cell.
PROJECT = """
from neuron import h


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.axon = h.Section(name="axon", cell=self)
        self.axon.connect(self.soma(0), 1)
        self.soma.L = self.soma.diam = 10
        self.axon.L, self.axon.diam = 20, 2
        for section in (self.soma, self.axon):
            section.insert("hh")

    def setcable(self):
        if self.soma(0.5).hh.gkbar > 0.5:
            raise ValueError("too leaky")


fitmeneuron = Cell
param_nslh = [
    [["soma(0.5).hh.gnabar", "axon(0.5).hh.gnabar"], "log", 1e-8, 1.0],
    ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
    ["soma(0.5).hh.el", "lin", -70.0, 20.0],
]
"""
#: id -> sodium conductance of soma and axon, potassium conductance of the soma, leak reversal
MODELS = {
    3: (0.12, 0.036, -54.3),
    5: (1e-7, 0.036, -54.3),
    8: (0.12, 0.9, -54.3),
    9: (0.15, 0.036, -54.3),
    11: (0.12, 0.036, 20.0),
}


@pytest.fixture
def project(tmp_path) -> Path:
    folder = tmp_path / "cell"
    folder.mkdir()
    (folder / "project.py").write_text(PROJECT)
    return folder


def record(number, sodium, potassium, leak_mV):
    return {
        "parameters": {
            "soma(0.5).hh.gnabar": sodium,
            "axon(0.5).hh.gnabar": sodium,
            "soma(0.5).hh.gkbar": potassium,
            "soma(0.5).hh.el": leak_mV,
        },
        "mine": {"kept": number},
        "target": 0,
        "id": number,
    }


def database(path, models=MODELS, **more):
    content = {
        "version": "1",
        "temperature": 6.3,
        "parameters": [
            [["soma(0.5).hh.gnabar", "axon(0.5).hh.gnabar"], "log", 1e-8, 1.0],
            ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
            ["soma(0.5).hh.el", "lin", -70.0, 20.0],
        ],
        "targets": ["cell.npz"],
        **more,
        "models": [*(record(number, *values) for number, values in models.items()), None],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def ok(command, *words):
    answer = command(*words)
    assert answer.code == 0, answer.err
    return answer


class TestCheck:
    def test_reasons_numbers_and_the_new_database(self, command, project, tmp_path):
        db, report = database(tmp_path / "db.json"), tmp_path / "report.json"
        before = db.read_bytes()
        words = ["--project", project, "-T", "6.3", "--dt", "0.05", "--json", report]
        answer = ok(command, "check", db, *words)
        assert db.read_bytes() == before
        found = {each["id"]: each for each in json.loads(report.read_text())["models"]}
        assert list(found) == list(MODELS)
        assert found[5]["reasons"][0].startswith("no step up to 200 pA makes the soma fire")
        assert "model 5 fails: no step up to 200 pA makes the soma fire" in answer.out
        assert "ValueError: too leaky" in found[8]["reasons"][0]
        assert found[11]["n_spontaneous"] > 0
        for number in (3, 9):
            assert found[number]["passed"], found[number]
            assert found[number]["n_spike"] > 0
            assert min(found[number][f"peak_{p}_mV"] for p in ("soma", "middle", "end")) > 0
        made = json.loads((tmp_path / "db-checked.json").read_text())
        passed = [number for number in MODELS if found[number]["passed"]]
        assert f"{len(passed)} of 5 models pass" in answer.out
        assert [m["mine"]["kept"] for m in made["models"][:-1]] == passed
        assert [m["id"] for m in made["models"][:-1]] == list(range(len(passed)))
        assert made["models"][-1] is None
        assert {m["id"] for m in made["discarded"]} == set(MODELS) - set(passed)
        assert not list(tmp_path.glob("*.progress"))

    def test_a_figure_of_one_model(self, command, project, tmp_path):
        db, out = database(tmp_path / "db.json"), tmp_path / "model.svg"
        words = ["--project", project, "-T", "6.3", "--dt", "0.1", "-o", out]
        answer = ok(command, "check", db, 3, *words)
        assert "model 3 passes" in answer.out
        text = out.read_text()
        assert all(f">{step} pA<" in text for step in range(25, 201, 25))
        assert not (tmp_path / "db-checked.json").exists()


class TestSearchInit:
    WORDS = ("--dt", "0.05", "--duration", "5")

    def test_init_and_id_are_written(self, command, project, tmp_path):
        db, out = database(tmp_path / "db.json"), tmp_path / "out.json"
        before = db.read_bytes()
        answer = ok(command, "search-init", db, out, "--project", project, *self.WORDS)
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

    def test_in_place_from_a_present_init(self, command, project, tmp_path):
        chosen = {3: MODELS[3]}
        db = database(tmp_path / "db.json", chosen)
        ok(command, "search-init", db, "--project", project, *self.WORDS)
        (first, _end) = json.loads(db.read_text())["models"]
        # From there, a moment later nothing has changed; from -76 mV it would have.
        words = ["--project", project, "--dt", "0.05", "--duration", "1"]
        ok(command, "search-init", db, tmp_path / "kept.json", *words)
        kept = json.loads((tmp_path / "kept.json").read_text())["models"][0]
        assert kept["init"] == pytest.approx(first["init"], abs=1e-6)

    def test_a_run_that_was_killed_goes_on(self, project, tmp_path):
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

    def test_ctrl_c_ends_it_and_says_what_to_do(self, project, tmp_path):
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


class TestPlotParmdist:
    def test_two_figures(self, command, tmp_path):
        rng = np.random.default_rng(0)
        models = {k: (10 ** rng.uniform(-3, 0), 0.03, rng.uniform(-60, 0)) for k in range(9)}
        db = database(tmp_path / "db.json", models)
        answer = ok(command, "plot-parmdist", db, "-o", tmp_path / "f.svg", "--bounds")
        assert "f-pca.svg" in answer.out
        text = (tmp_path / "f.svg").read_text()
        assert "soma, axon hh gnabar (S/cm²)" in text
        assert "one value" in text
        assert "outside the search bounds" in text
        assert "component 2" in (tmp_path / "f-pca.svg").read_text()
        ok(command, "plot-parmdist", db, "-o", tmp_path / "g.svg", "--models", "0:4")
        assert "outside the search bounds" not in (tmp_path / "g.svg").read_text()
        assert "db.json: 4 models" in (tmp_path / "g.svg").read_text()


class TestFinalCheck:
    def test_all_models_in_two_formats(self, command, project, recording, tmp_path):
        db = database(tmp_path / "db.json", sources=["run.json"])
        patterns = [tmp_path / "model-{}.svg", tmp_path / "model-{}.pdf"]
        words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
        answer = ok(command, "final-check", db, "None", *patterns, *words)
        assert "4 of 5 models drawn" in answer.out
        assert "model 8: the model raised an error: ValueError: too leaky" in answer.out
        drawn = {path.name for path in tmp_path.glob("model-*")}
        assert drawn == {f"model-{k}.{s}" for k in (3, 5, 9, 11) for s in ("svg", "pdf")}
        text = (tmp_path / "model-5.svg").read_text()
        assert "model 5   target cell.npz" in text
        assert ">sweep 0: -100 pA<" in text
        assert not list(tmp_path.glob("*.progress"))

    def test_one_model_with_source_and_selection(self, command, project, recording, tmp_path):
        content = json.loads(database(tmp_path / "db.json", sources=["run.json"]).read_text())
        content["models"][0] |= {"src": 0, "selection": 4}
        (tmp_path / "db.json").write_text(json.dumps(content))
        words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
        ok(command, "final-check", tmp_path / "db.json", 3, tmp_path / "one.svg", *words)
        text = (tmp_path / "one.svg").read_text()
        assert "model 3   target cell.npz   source run.json   selection 4" in text

    def test_the_recording_is_sought_in_the_folder_that_is_named(
        self, command, project, recording, tmp_path
    ):
        db = database(tmp_path / "db.json", {3: MODELS[3]}, targets=["far.npz"])
        (tmp_path / "far").mkdir()
        recording.rename(tmp_path / "far" / "far.npz")
        words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
        answer = command("final-check", db, 3, tmp_path / "one.svg", *words)
        assert answer.code == 2
        assert "the recording far.npz of the models is in none of the folders" in answer.err
        words += ["--recordings", tmp_path / "far"]
        ok(command, "final-check", db, 3, tmp_path / "one.svg", *words)


class TestInfo:
    def test_text_and_json(self, command, tmp_path):
        db = database(tmp_path / "db.json")
        answer = ok(command, "info", db)
        assert "5 model(s) under 'models', ids 3 to 11" in answer.out
        assert re.search(r"^ +5  cell\.npz$", answer.out, re.MULTILINE)
        assert "5 model(s) (3, 5, 8, 9, 11) have no init (search-init writes it)" in answer.out
        found = json.loads(ok(command, "info", db, "--json", "--models", "3:6").out)
        assert found["n_model"] == 2
        assert found["parameters"][0]["smallest"] == 1e-7


class TestSelectAndMerge:
    def test_there_and_back(self, command, tmp_path):
        db = database(tmp_path / "db.json")
        parts = [tmp_path / "a.json", tmp_path / "b.json"]
        answer = ok(command, "select", db, "--models", "3,5", "-o", parts[0])
        assert "2 of 5 models" in answer.out
        ok(command, "select", db, "--models", "5:20", "-o", parts[1])
        assert [m["id"] for m in json.loads(parts[1].read_text())["models"][:-1]] == [5, 8, 9, 11]
        answer = ok(command, "merge", *parts, "-o", tmp_path / "whole.json")
        assert "5 models, 1 left out that were there already" in answer.out
        whole, before = (json.loads(p.read_text()) for p in (tmp_path / "whole.json", db))
        for number, each in enumerate(before["models"][:-1]):
            each["id"] = number
        assert whole == before


WRONG = {
    "empty": ('{"models": []}', r"its list 'models' is empty"),
    "no list": ('{"a": 1}', r"holds no models"),
    "no JSON": ("not json", r"is not a JSON file"),
    "NaN": (
        '{"models": [{"parameters": {"soma.L": NaN}}]}',
        r"model 0: the parameter soma\.L is nan, which is no number",
    ),
    "lacking": (
        '{"models": [{"parameters": {"soma.L": 1.0, "axon.L": 1.0}}, '
        '{"parameters": {"soma.L": 2.0}}, {"parameters": {"axon.L": 2.0}}]}',
        r"model 1 lacks axon\.L; model 2 lacks soma\.L",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("tool", ["check", "search-init", "plot-parmdist", "final-check", "info"])
def test_a_bad_database_is_refused_and_left_as_it_is(tool, case, command, tmp_path):
    text, expected = WRONG[case]
    if case == "lacking":
        if tool in {"info", "final-check"}:
            pytest.skip("what is missing is no mistake there")
        header = '{"parameters": [["soma.L", "lin", 1, 2], ["axon.L", "lin", 1, 2]], '
        text = header + text[1:]
    db = tmp_path / "db.json"
    db.write_text(text)
    extra = {"plot-parmdist": ["-o", "f.svg"], "final-check": ["None", "m-{}.svg"]}.get(tool, [])
    answer = command(tool, db, *extra)
    message = " ".join(answer.err.split())
    assert answer.code == 2
    assert message.startswith("pyneuronautofit: error: ")
    assert message.count("error: ") == 1
    assert re.search(rf"db\.json.*{expected}", message), message
    assert db.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["db.json"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("check", "DB", "77"), r"no model 77"),
        (("check", "DB", "3", "-o", "f.doc"), r"f\.doc.*suffix"),
        (("check", "DB", "3", "--json", "r.json", "-o", "f.svg"), r"--json and ID exclude"),
        (("check", "DB", "-o", "no/out.json"), r"no/out\.json: the folder no does not exist"),
        (("check", "DB", "-T", "400"), r"-T.*400.*from -20 to 100"),
        (("search-init", "DB", "no/out.json"), r"no/out\.json: the folder no does not exist"),
        (("search-init", "DB", "--duration", "0"), r"--duration 0\.0: expected a number from 1"),
        (("plot-parmdist", "DB", "-o", "f.txt"), r"f\.txt.*suffix"),
        (("final-check", "DB", "None", "m.svg"), r"m\.svg: 5 figures would be written to this"),
        (("final-check", "DB", "m-{}.svg"), r"argument ID: 'm-\{\}\.svg': expected the id"),
        (("final-check", "DB", "3", "m.svg", "--models", "3"), r"ID 3 and --models exclude"),
        (("final-check", "DB", "3", "m.svg"), r"cell\.npz of the models is in none of the folders"),
        (("info", "DB", "--models", "x"), r"--models x"),
        (("select", "DB", "-o", "o.json"), r"expected --models"),
        (("select", "DB", "--models", "7", "-o", "o.json"), r"no model 7"),
        (("merge", "DB", "-o", "o.json"), r"expected two databases or more"),
        (("merge", "DB", "DB", "-o", "no/o.json"), r"cannot write no/o\.json"),
        (("info", "none.json"), r"cannot read none\.json"),
    ],
)
def test_a_mistake_gives_one_clear_message(words, expected, command, project, tmp_path):
    db = database(tmp_path / "db.json")
    before = db.read_bytes()
    answer = command(*(db if word == "DB" else word for word in words))
    message = " ".join(answer.err.split())
    assert answer.code == 2
    assert re.search(expected, message), message
    assert message.count("error: ") == 1
    assert db.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"db.json", "cell"}


@pytest.mark.parametrize("tool", ["check", "search-init"])
def test_names_that_the_cell_does_not_have(tool, command, project, tmp_path):
    content = json.loads(database(tmp_path / "db.json", {3: MODELS[3]}).read_text())
    content["models"][0]["parameters"]["soma(0.5).hh.gkbr"] = 0.1
    (tmp_path / "db.json").write_text(json.dumps(content))
    answer = command(tool, tmp_path / "db.json", "--project", project)
    assert answer.code == 2
    assert "the mechanism hh has no 'gkbr'; did you mean 'gkbar'?" in answer.err
    assert {path.name for path in tmp_path.iterdir()} == {"db.json", "cell"}


def test_a_large_file_that_is_no_database(command, tmp_path):
    """200 MB of numbers: a message, and no half-written result."""
    db = tmp_path / "db.json"
    with db.open("w") as stream:
        stream.write('{"values": [0')
        for _ in range(20):
            stream.write(",0.123456789" * 833_000)
        stream.write("]}")
    size = db.stat().st_size
    assert size > 190e6
    answer = command("check", db)
    assert answer.code == 2
    assert "holds no models: expected one of the lists models" in answer.err
    assert db.stat().st_size == size
    assert [path.name for path in tmp_path.iterdir()] == ["db.json"]
