"""What is written out of a run's store."""

from __future__ import annotations

import builtins
import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.fitting import FitConfig, FitOptions, open_fit
from pyneuronautofit.models import CellSource, load_model
from pyneuronautofit.runs import RunFiles, create_store, open_run
from pyneuronautofit.sessions.session import new_session
from pyneuronautofit.simulators import NeuronSimulator, plan_experiment

FIT = ("-m", "OV", "-P", "8", "-G", "3", "--seed", "3", "--dt", "0.1", "-a", "run", "-n", "1")


@pytest.fixture
def fitted(command, recording, hh_project, tmp_path):
    """The files of a small run."""

    def run(*words, algorithm="N"):
        where = ["--project", hh_project, "--output", tmp_path / "out", recording]
        answer = command(*FIT, "-A", algorithm, *words, *where)
        assert answer.code == 0, answer.err
        return RunFiles(tmp_path / "out", "run")

    return run


@pytest.mark.parametrize("algorithm", "NK")
def test_json_is_what_the_run_wrote_itself(fitted, command, algorithm):
    files = fitted("-U", "1", "-Z", "-d", "3", algorithm=algorithm)
    kinds = [files.final, files.evaluations, files.checkpoint]
    kinds += [files.adaptations] if algorithm == "K" else []
    before = {path: path.read_bytes() for path in kinds}
    for path in before:
        path.unlink()
    answer = command("export", "out/run", "--formats", "json")
    assert answer.code == 0, answer.err
    assert answer.out.split() == [str(path) for path in kinds]
    assert before == {path: path.read_bytes() for path in kinds}


def test_a_checkpoint_on_the_way_is_the_one_of_the_store(fitted, command):
    """The run writes checkpoints from memory; at its end, and `export`, from the store."""
    files = fitted("-G", "2", "-d", "2", algorithm="K")
    on_the_way = files.checkpoint.read_bytes()
    files.checkpoint.unlink()
    assert command("export", "out/run").code == 0
    assert files.checkpoint.read_bytes() == on_the_way


def test_csv_has_every_bit(fitted, command):
    files = fitted("-P", "40", "-G", "1", algorithm="K")
    answer = command("export", files.store, "--formats", "csv", "--output", "elsewhere")
    assert answer.code == 0, answer.err
    with Path("elsewhere/run-evaluations.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with open_run(files.store) as run:
        everything, archive = run.evaluations(), run.archive().tolist()
        population = run.last.population.tolist()
    assert list(rows[0])[:9] == [
        "evaluation", "generation", "status", "message", "seconds", "in_population", "in_archive",
        "weighted_fitness", "soma(0.5).hh.gnabar",
    ]  # fmt: skip
    assert list(rows[0])[11:] == ["O0", "O1", "O2", "V0", "V1", "V2"]
    assert [int(row["evaluation"]) for row in rows] == list(range(len(everything)))
    for column, values in (
        ("soma(0.5).hh.gl", everything.parameters[:, 2]), ("V1", everything.scores[:, 4]),
    ):  # fmt: skip
        read = np.array([float(row[column] or "nan") for row in rows])
        assert read.tobytes() == values.tobytes()
    assert [k for k, row in enumerate(rows) if row["in_archive"] == "1"] == archive
    assert {k for k, row in enumerate(rows) if row["in_population"] == "1"} == set(population)
    failed = [row for row in rows if row["status"] != "OK"]
    assert failed
    assert all("too leaky" in row["message"] and row["V0"] == "" for row in failed)
    with files.evaluations.open() as stream:
        records = json.load(stream)["records"]
    weighted = [record["weighted-fitness"] for record in records]
    assert [
        float(r["weighted_fitness"]) if r["weighted_fitness"] else None for r in rows
    ] == weighted


def test_parquet_has_every_bit(fitted, command):
    parquet = pytest.importorskip("pyarrow.parquet")
    files = fitted()
    answer = command("export", "out/run", "--formats", "parquet")
    assert answer.code == 0, answer.err
    table = parquet.read_table(files.folder / "run-evaluations.parquet")
    with open_run(files.store) as run:
        everything = run.evaluations()
        header = run.header.as_json()
    assert table.num_rows == len(everything)
    scores = table["V2"].to_numpy()
    assert scores.tobytes() == np.ascontiguousarray(everything.scores[:, 5]).tobytes()
    assert json.loads(table.schema.metadata[b"pyneuronautofit"]) == header


def test_parquet_without_pyarrow(fitted, command, monkeypatch):
    files = fitted()
    true_import = builtins.__import__

    def refuse(name, *rest):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return true_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    answer = command("export", "out/run", "--formats", "parquet")
    assert answer.code == 2
    assert "pip install 'pyneuronautofit[parquet]'" in answer.err
    assert not list(files.folder.glob("*.parquet"))


def test_a_run_without_generations(fitted, command):
    files = fitted("--dry-run")
    assert not files.folder.exists()
    # As after a kill in the initial population.
    config = FitOptions(recording="cell.npz", project="model", modes="OV", dt=0.1)
    info = new_session(config, "command").run_info()
    files.folder.mkdir()
    create_store(files.store, info)
    answer = command("export", "out/run")
    assert answer.code == 0, answer.err
    assert json.loads(files.final.read_text())["final"] == []
    assert not files.checkpoint.exists()
    lines = (files.folder / "run-evaluations.csv").read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("evaluation,generation")


def test_a_damaged_run_is_exported_as_far_as_it_is_sound(fitted, command):
    files = fitted("-P", "60", "-G", "5")
    whole = json.loads(files.evaluations.read_text())["records"]
    data = files.store.read_bytes()
    files.store.write_bytes(data[: len(data) * 3 // 4])
    answer = command("export", "out/run")
    assert answer.code == 0, answer.err
    assert "warning" in answer.err
    assert "shorter than it was" in answer.err
    assert "of 6 can be read" in answer.err or "of an unknown number can be read" in answer.err
    left = json.loads(files.evaluations.read_text())["records"]
    assert 0 < len(left) < len(whole)
    assert left == whole[: len(left)]
    answer = command("--resume", files.store)
    assert answer.code == 2
    assert "is damaged" in answer.err
    assert f"-I {files.store}" in answer.err


@pytest.mark.parametrize(("words", "said"), [
    (("no",), "there is no run no"),
    (("out/run", "--formats", "xml"), "--formats xml: expected some of json, csv, parquet"),
    (("out/run", "--scripts", "999"), "has the evaluations 0 to 31"),
    (("out/run", "--scripts", "1", "--sweep", "3"), "--sweep 3: the recording has the sweeps 0-2"),
    (("cell.npz",), "there is no run cell.npz"),
], ids=str)  # fmt: skip
def test_mistakes(fitted, command, words, said):
    fitted()
    answer = command("export", *words)
    assert answer.code == 2
    assert said in answer.err


def replay(script, folder):
    """Run a script with nothing of this package in reach, and return its voltages."""
    blocked = "import sys; sys.modules['pyneuronautofit'] = None; import runpy; "
    code = f"{blocked}runpy.run_path({str(script)!r}, run_name='__main__')"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder,
        env=environment,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return np.loadtxt(f"{script}.csv", delimiter=",").T, answer.stdout


def simulated(opened, sweep, values):
    """The same sweep by the package's own NEURON simulator."""
    problem = opened.problem
    experiment = plan_experiment(
        problem.recording, problem.stimulus, [sweep], opened.config.step_ms,
        opened.config.temperature_degC,
    )  # fmt: skip
    table = problem.space.to_model(problem.space.from_model(values[None]))
    table = type(table)(table.targets, table.whole, values[None])
    with NeuronSimulator(opened.model.cell_source, experiment, 1) as simulator:
        return simulator.run(table).voltage_mV[0, 0]


def test_scripts_of_a_project_need_nothing_of_this_package(fitted, command, tmp_path):
    files = fitted()
    assert command("--resume", files.store, "-G", "4").code == 0
    answer = command("export", "out/run", "--formats", "", "--scripts", "5,30:32", "--sweep", "2")
    assert answer.code == 0, answer.err
    scripts = [Path(line) for line in answer.out.split()]
    assert [path.name for path in scripts] == [f"run-model_{row:04d}.py" for row in (5, 30, 31)]
    with open_run(files.store) as run:
        everything = run.evaluations()
    row = next(row for row in (5, 30, 31) if everything.status[row] == "OK")
    script = files.folder / f"run-model_{row:04d}.py"
    (times, voltage), said = replay(script, tmp_path)
    config = FitConfig(recording="cell.npz", project="model", modes="OV", dt=0.1)
    opened = open_fit(config, tmp_path)
    expected = simulated(opened, 2, everything.parameters[row])
    assert voltage.tobytes() == expected.tobytes()
    np.testing.assert_allclose(times, np.arange(len(voltage)) * 0.1)
    assert "spikes, at" in said


MANY = """
from neuron import h


class Branched:
    def __init__(self, nid=0):
        self.soma = [h.Section(name="soma", cell=self)]
        self.dend = [h.Section(name=f"dend[{n}]", cell=self) for n in range(3)]
        for section in self.dend:
            section.connect(self.soma[0](1))
            section.nseg = 3
        for section in (*self.soma, *self.dend):
            section.insert("pas")
        self.soma[0].insert("hh")

    def setcable(self):
        pass


fitmeneuron = Branched
param_nslh = [
    ["all[*].g_pas", "log", 1e-5, 1e-4],
    ["dend[*](*).pas.e", "lin", -80.0, -60.0],
    ["dend[0,2](0.3:).cm", "lin", 0.5, 3.0],
    ["dend[1:].Ra", "lin", 50.0, 200.0],
]
profiles = {
    "dend[*](*).pas.e": {"kind": "linear", "slope_per_um": 0.001},
    "dend[0,2](0.3:).cm": {"kind": "sigmoid", "half_um": 90, "width_um": 20, "near": 1, "far": 2},
}
"""


def test_scripts_of_parameters_in_many_places(hh_project, recording, command, tmp_path):
    (hh_project / "project.py").write_text(MANY)
    words = ["-A", "N", "-m", "V", "-P", "4", "-G", "0", "--seed", "3", "-a", "run", "--dt", "0.1"]
    where = ["--project", hh_project, "--output", tmp_path / "out", recording]
    answer = command(*words, *where)
    assert answer.code == 0, answer.err
    words = ["--scripts", "1", "--sweep", "0", "--project", hh_project]
    answer = command("export", "out/run", *words)
    assert answer.code == 0, answer.err
    (_times, voltage), _said = replay(tmp_path / "out" / "run-model_0001.py", tmp_path)
    with open_run(tmp_path / "out" / "run.sqlite") as run:
        values = run.evaluations([1]).parameters[0]
    config = FitConfig(recording="cell.npz", project="model", modes="V", dt=0.1)
    expected = simulated(open_fit(config, tmp_path), 0, values)
    assert voltage.tobytes() == expected.tobytes()


def test_scripts_refuse_a_model_that_has_changed(fitted, command, hh_project):
    fitted()
    project = hh_project / "project.py"
    project.write_text(project.read_text() + "# changed\n")
    answer = command("export", "out/run", "--scripts", "5")
    assert answer.code == 2
    assert "cannot be simulated again: files of the model have changed: project.py" in answer.err


def test_scripts_of_the_built_in_cell(command, recording, tmp_path):
    where = ["--output", tmp_path / "out", recording]
    answer = command("-A", "N", "-m", "V", "-P", "4", "-G", "0", "--seed", "3", "-a", "run", *where)
    assert answer.code == 0, answer.err
    answer = command("export", "out/run", "--scripts", "1")
    assert answer.code == 0, answer.err
    script = tmp_path / "out" / "run-model_0001.py"
    # What `nrnivmodl model-mods` makes there, without the time that it takes.
    assert (tmp_path / "out" / "model-mods" / "TC_HH.mod").exists()
    source: CellSource = load_model(None, tmp_path).cell_source
    folder = tmp_path / "out" / os.uname().machine
    folder.mkdir()
    (folder / "libnrnmech.so").symlink_to(source.library)
    (_times, voltage), _said = replay(script, tmp_path / "out")
    with open_run(tmp_path / "out" / "run.sqlite") as run:
        values = run.evaluations([1]).parameters[0]
    config = FitConfig(recording="cell.npz", modes="V", dt=0.025)
    expected = simulated(open_fit(config, tmp_path), 2, values)
    assert voltage.tobytes() == expected.tobytes()


def test_a_script_without_its_channels_says_so(command, recording, tmp_path):
    where = ["--output", tmp_path / "out", recording]
    command("-A", "N", "-m", "V", "-P", "4", "-G", "0", "--seed", "3", "-a", "run", *where)
    command("export", "out/run", "--scripts", "1", "--formats", "")
    answer = subprocess.run(
        [sys.executable, tmp_path / "out" / "run-model_0001.py"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert answer.returncode == 1
    assert re.search(r"NEURON does not know .*\bSK_E2\b", answer.stderr)
    assert "nrnivmodl model-mods" in (tmp_path / "out" / "run-model_0001.py").read_text()


def test_simulations_for_sbi(fitted, command, hh_project):
    fitted()
    answer = command(
        "export", "out/run", "--sbi", "sbi", "--simulations", "6", "--project", hh_project
    )
    assert answer.code == 0, answer.err
    said, *paths = answer.out.splitlines()
    assert said.startswith("6 simulations of ")
    assert [Path(path).name for path in paths] == [
        "simulations.npz", "models-head.json", "train_npe.py", "README.md",
    ]  # fmt: skip
    with np.load("sbi/simulations.npz") as arrays, open_run(Path("out/run.sqlite")) as run:
        theta, x = arrays["theta"], arrays["x"]
        assert theta.shape == (6, len(run.header.parameters))
        assert np.isfinite(x).any(axis=0).all()
    # Nobody has asked for other files.
    assert not list(Path("out").glob("*.csv"))
    refused = command("export", "out/run", "--sbi", "out/run.sqlite", "--project", hh_project)
    assert refused.code == 2
