"""A run by a run file is the run of the command that wrote it."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import tomllib

import pytest

from cli.conftest import write_recording
from pyneuronautofit.runs import open_run

WORDS = ("-A", "N", "-P", "6", "-G", "1", "-m", "OV", "--dt", "0.1", "-n", "1", "--seed", "1")


@pytest.fixture
def project(hh_project, tmp_path):
    """The user's own model, in the working directory."""
    (tmp_path / "project.py").write_text((hh_project / "project.py").read_text())
    return tmp_path / "project.py"


def head(path):
    content = json.loads(path.read_text())
    return {**content, "cmd": shlex.split(content["cmd"])}


def test_what_is_written_makes_the_same_run_wherever_it_is(
    command, recording, project, tmp_path, monkeypatch
):
    (tmp_path / "conf").mkdir()
    answer = command(*WORDS, recording.name, "--dry-run", "--write-run", "conf/x.toml")
    assert answer.code == 0, answer.err
    assert "dry run: nothing was simulated" in answer.out
    assert "run file    conf/x.toml; use it with: pyneuronautofit --run conf/x.toml" in answer.out
    content = tomllib.loads((tmp_path / "conf" / "x.toml").read_text())
    assert content["command"] == "fit"
    # The model that was found by itself is named: elsewhere it would be another one.
    assert (content["recording"], content["model"]["project"]) == ("../cell.npz", "../project.py")
    assert command(*WORDS, recording.name, "-a", "typed").code == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert command("--run", "../conf/x.toml", "-a", "read").code == 0
    typed, read = (head(tmp_path / f"{name}-final.json") for name in ("typed", "read"))
    assert read["final"] == typed["final"]
    assert read["evaluation"] == typed["evaluation"]
    # Heads do not depend on the file, which may be another one tomorrow.
    assert "--run" not in read["cmd"]
    assert {"-A", "N", "--seed", "-m", "OV", str(tmp_path / "cell.npz")} <= {*read["cmd"]}
    log = gzip.decompress((tmp_path / "read.log.gz").read_bytes()).decode()
    assert "from a run file: pyneuronautofit --run ../conf/x.toml -a read" in log
    assert f"command: {shlex.join(read['cmd'])}" in log
    with open_run(tmp_path / "read.sqlite") as one, open_run(tmp_path / "typed.sqlite") as other:
        names = {"recording", "project", "run_stamp"}
        settings, others = one.info.settings, other.info.settings
        assert {n: v for n, v in settings.items() if n not in names} == {
            n: v for n, v in others.items() if n not in names
        }


def test_without_a_dry_run_it_is_written_before_the_work(command, recording, hh_project, tmp_path):
    where = ("--project", hh_project, recording.name)
    answer = command(*WORDS, *where, "-a", "run", "--write-run", "x.toml")
    assert answer.code == 0, answer.err
    assert answer.out.index("run file    x.toml") < answer.out.index("finished:")
    assert tomllib.loads((tmp_path / "x.toml").read_text())["run"]["run-stamp"] == "run"


def test_polishing_reads_and_writes_its_own(command, recording, hh_project, tmp_path):
    model = {"soma(0.5).hh.gnabar": 0.12, "soma(0.5).hh.gkbar": 0.036, "soma(0.5).hh.gl": 3e-4}
    content = {"targets": ["cell.npz"], "models": [{"parameters": model, "id": 0, "target": 0}]}
    (tmp_path / "db.json").write_text(json.dumps(content))
    words = ("-m", "OV", "--dt", "0.1", "--project", hh_project, "--seed", "2", "--dry-run")
    answer = command("polish", "db.json", recording.name, *words, "--write-run", "p.toml")
    assert answer.code == 0, answer.err
    assert "use it with: pyneuronautofit polish --run p.toml" in answer.out
    content = tomllib.loads((tmp_path / "p.toml").read_text())
    assert (content["command"], content["models"]) == ("polish", "db.json")
    again = command("polish", "--run", "p.toml", "--dry-run")
    assert again.code == 0, again.err
    assert "seed 2" in again.out
    wrong = command("--run", "p.toml")
    assert wrong.code == 2
    assert "p.toml, line 5: command is for polish: pyneuronautofit polish --run p.toml" in wrong.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--run", "x.toml", "--write-run", "x.toml"), "this is the file that --run reads"),
        (("cell.npz", "--write-run", "cell.npz"), "this is the same file as cell.npz, which is re"),
        (("cell.npz", "--write-run", "other.npz"), "this is a recording"),
        (("--resume", "run", "--write-run", "y.toml"), "--write-run is for a new run"),
        (("x.toml",), "x.toml: a run file is read by --run x.toml"),
        (("--run", "none.toml"), "--run none.toml: cannot read it: No such file"),
    ],
)
def test_what_would_be_lost_is_refused(words, message, command, recording, tmp_path):
    text = f'recording = "{recording.name}"\n'
    (tmp_path / "x.toml").write_text(text)
    write_recording(tmp_path / "other.npz")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    answer = command(*words, "--dry-run")
    assert answer.code == 2
    assert re.search(rf"^pyneuronautofit: error: .*{re.escape(message)}", answer.err, re.MULTILINE)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_is_wrong_with_a_dry_run_leaves_no_file(command, recording, hh_project, tmp_path):
    words = ("-m", "@", "--project", hh_project, recording.name)
    answer = command(*words, "--dry-run", "--write-run", "x.toml")
    assert answer.code == 2
    assert not (tmp_path / "x.toml").exists()
